package dev.hawser.app;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Objects;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import picocli.CommandLine;

/** install and uninstall, from the command line to the files. */
final class InstallTest {

    private static final List<String> TYPES = List.of("bridge", "host-local");
    private static final String MARKER = "@hawser-prefix@";

    @TempDir
    private Path root = Path.of("");

    private Path home = Path.of("");
    private Path prefix = Path.of("");
    private Path cniBin = Path.of("");
    private Path confDir = Path.of("");

    /** A command's exit code and what it printed. */
    private record Outcome(int code, String out, String err) {}

    @BeforeEach
    void makeTree() throws IOException {
        home = tree("unpacked", "one");
        prefix = root.resolve("opt/hawser");
        cniBin = root.resolve("opt/cni/bin");
        confDir = root.resolve("etc/cni/net.d");
    }

    @Test
    void putsTheTreeAndThePluginsInTheirPlaces() throws IOException {
        Outcome outcome = install();

        assertEquals(new Outcome(0, outcome.out(), ""), outcome);
        assertEquals("one", Files.readString(prefix.resolve("VERSION")));
        assertEquals(List.of("hawser", "hawser-bridge", "hawser-host-local"), namesIn(cniBin));
        assertFalse(Files.exists(confDir), "no configuration without --conf");
    }

    @Test
    void aPluginFileIsAProgramThatKnowsThePrefix() throws IOException {
        install();

        Path plugin = cniBin.resolve("hawser-bridge");
        assertTrue(Files.isRegularFile(plugin, LinkOption.NOFOLLOW_LINKS), "a real file");
        assertEquals("rwxr-xr-x", PosixFilePermissions.toString(Files.getPosixFilePermissions(plugin)));
        assertEquals(prefix.toString(), prefixWrittenInto(plugin));
        assertEquals(Files.size(home.resolve("bin/hawser")), Files.size(plugin));
    }

    @Test
    void copiedFilesKeepTheirTimesAndMayNotBeWrittenByOthers() throws IOException {
        Path jar = home.resolve("lib/app.jar");
        Files.setPosixFilePermissions(jar, PosixFilePermissions.fromString("rw-rw-rw-"));

        install();

        Path copy = prefix.resolve("lib/app.jar");
        assertEquals(Files.getLastModifiedTime(jar), Files.getLastModifiedTime(copy));
        assertEquals("rw-r--r--", PosixFilePermissions.toString(Files.getPosixFilePermissions(copy)));
    }

    @Test
    void aDryRunSaysWhatAnInstallDoesAndTouchesNothing() throws IOException {
        reference("bridge", "the reference's bridge");
        List<String> before = everythingBelow(root);

        Outcome dry = install("--drop-in", "--dry-run");
        List<String> after = everythingBelow(root);
        Outcome real = install("--drop-in");

        assertEquals(before, after);
        assertEquals(withoutLastLine(dry.out()), withoutLastLine(real.out()));
    }

    @Test
    void installingTwiceLeavesWhatInstallingOnceLeft() throws IOException {
        reference("bridge", "the reference's bridge");
        install("--drop-in");
        List<String> once = namesIn(cniBin);

        Outcome outcome = install("--drop-in");

        assertEquals(0, outcome.code());
        assertEquals(once, namesIn(cniBin));
        assertEquals("the reference's bridge", Files.readString(original("bridge")));
    }

    @Test
    void withoutDropInTheReferencesNamesAreLeftAlone() throws IOException {
        reference("bridge", "the reference's bridge");

        install();

        assertEquals("the reference's bridge", Files.readString(cniBin.resolve("bridge")));
    }

    @Test
    void dropInTakesOverAndUninstallGivesBack() throws IOException {
        reference("bridge", "the reference's bridge");
        reference("portmap", "the reference's portmap");
        List<String> before = everythingBelow(cniBin);

        install("--drop-in");
        String taken = prefixWrittenInto(cniBin.resolve("bridge"));
        Outcome outcome = uninstall();

        assertEquals(prefix.toString(), taken);
        assertEquals(0, outcome.code());
        assertEquals(before, everythingBelow(cniBin));
        assertEquals("the reference's bridge", Files.readString(cniBin.resolve("bridge")));
        assertEquals("rwxr-x---", modeOf(cniBin.resolve("bridge")));
    }

    @Test
    void aSymbolicLinkThatWasTakenOverComesBackAsALink() throws IOException {
        reference("all-in-one", "one program with many names");
        Files.createSymbolicLink(cniBin.resolve("bridge"), Path.of("all-in-one"));

        install("--drop-in");
        uninstall();

        assertEquals(Path.of("all-in-one"), Files.readSymbolicLink(cniBin.resolve("bridge")));
        assertEquals("one program with many names", Files.readString(cniBin.resolve("bridge")));
    }

    @Test
    void anUpgradeWithoutDropInStillRenewsTheNamesTakenBefore() throws IOException {
        reference("bridge", "the reference's bridge");
        install("--drop-in");
        Path elsewhere = root.resolve("srv/hawser");

        run(home, "install", "--prefix", elsewhere.toString(), "--cni-bin", cniBin.toString());

        assertEquals(elsewhere.toString(), prefixWrittenInto(cniBin.resolve("bridge")));
        assertEquals("the reference's bridge", Files.readString(original("bridge")));
    }

    @Test
    void anUpgradeSwitchesTheTreeAndKeepsTheOneThatCallsMayStillRunIn() throws IOException {
        install();
        Path first = prefix.toRealPath();
        home = tree("newer", "two");

        Outcome outcome = install();

        assertEquals(0, outcome.code());
        assertEquals("two", Files.readString(prefix.resolve("VERSION")));
        assertEquals("one", Files.readString(first.resolve("VERSION")));
    }

    @Test
    void theTreeBeforeThePreviousOneGoes() throws IOException {
        install();
        Path first = prefix.toRealPath();
        home = tree("newer", "two");
        install();
        home = tree("newest", "three");

        install();

        assertFalse(Files.exists(first));
        assertEquals(4, namesBeside(prefix).size(), "cni, the link and two trees");
    }

    @Test
    void anArchiveUnpackedAtThePrefixIsUsedAsItIs() throws IOException {
        prefix = home;

        Outcome outcome = install();

        assertEquals(0, outcome.code());
        assertTrue(Files.isDirectory(prefix, LinkOption.NOFOLLOW_LINKS));
        assertEquals(prefix.toString(), prefixWrittenInto(cniBin.resolve("hawser")));
    }

    @Test
    void anArchiveUnpackedAtThePrefixCanBeUpgraded() throws IOException {
        prefix = home;
        home = tree("newer", "two");

        Outcome outcome = install();

        assertEquals(0, outcome.code());
        assertEquals("two", Files.readString(prefix.resolve("VERSION")));
    }

    @Test
    void aPrefixWithOtherThingsInItIsNotTouched() throws IOException {
        Files.createDirectories(prefix);
        Files.writeString(prefix.resolve("thesis.tex"), "precious");

        Outcome outcome = install();

        assertEquals(1, outcome.code());
        assertTrue(outcome.err().contains("install into " + prefix), outcome.err());
        assertEquals("precious", Files.readString(prefix.resolve("thesis.tex")));
        assertFalse(Files.exists(cniBin));
    }

    @Test
    void uninstallLeavesNothingOfOurs() throws IOException {
        install("--drop-in");
        home = tree("newer", "two");
        install("--drop-in");

        Outcome outcome = uninstall();

        assertEquals(0, outcome.code());
        assertEquals(List.of(), namesIn(cniBin));
        assertEquals(List.of("cni"), namesBeside(prefix));
    }

    @Test
    void uninstallTwiceIsAsGoodAsOnce() throws IOException {
        install();
        uninstall();

        Outcome outcome = uninstall();

        assertEquals(0, outcome.code());
        assertEquals("", outcome.err());
    }

    @Test
    void uninstallLeavesConfigurationsAloneAndNamesThem() throws IOException {
        Path conflist = conflist("10-hawser.conflist", VALID);
        install("--conf", conflist.toString());

        Outcome outcome = uninstall();

        Path installed = confDir.resolve("10-hawser.conflist");
        assertEquals(VALID, Files.readString(installed));
        assertTrue(outcome.out().contains("left   " + installed), outcome.out());
    }

    @Test
    void aPluginThatSomebodyElseReinstalledIsNotOverwrittenByItsOriginal() throws IOException {
        reference("bridge", "the reference's bridge");
        install("--drop-in");
        Files.writeString(cniBin.resolve("bridge"), "a newer bridge of the reference");

        Outcome outcome = uninstall();

        assertEquals("a newer bridge of the reference", Files.readString(cniBin.resolve("bridge")));
        assertTrue(outcome.out().contains("left   " + original("bridge")), outcome.out());
    }

    @Test
    void aPluginThatSomebodyElseReinstalledIsTheNewOriginal() throws IOException {
        reference("bridge", "the reference's bridge");
        install("--drop-in");
        Files.delete(cniBin.resolve("bridge"));
        reference("bridge", "a newer bridge of the reference");

        install("--drop-in");
        uninstall();

        assertEquals("a newer bridge of the reference", Files.readString(cniBin.resolve("bridge")));
    }

    @Test
    void anInstallThatFailsInTheMiddleLeavesWhatWorkedBefore() throws IOException {
        reference("bridge", "the reference's bridge");
        reference("host-local", "the reference's host-local");
        install("--drop-in");
        home = tree("newer", "two");
        Files.delete(original("host-local"));
        Files.delete(cniBin.resolve("host-local"));
        reference("host-local", "put back by a package upgrade");
        Files.createDirectories(original("host-local").resolve("in the way"));

        Outcome outcome = install("--drop-in");

        assertEquals(1, outcome.code());
        assertTrue(outcome.err().contains("keep   " + original("host-local")), outcome.err());
        assertEquals(prefix.toString(), prefixWrittenInto(cniBin.resolve("bridge")));
        assertTrue(InstallTree.isTree(prefix));
        assertEquals("the reference's bridge", Files.readString(original("bridge")));
        assertEquals("put back by a package upgrade", Files.readString(cniBin.resolve("host-local")));
        assertEquals(List.of(), temporaryFilesIn(cniBin));
    }

    @Test
    void aTreeThatIsNotOneIsNotInstalled() throws IOException {
        Files.delete(home.resolve("lib/classpath"));

        Outcome outcome = install();

        assertEquals(1, outcome.code());
        assertTrue(outcome.err().contains(home + " is not an installable tree"), outcome.err());
        assertFalse(Files.exists(prefix));
    }

    @Test
    void aConfigurationIsWrittenWhenAskedFor() throws IOException {
        Path conflist = conflist("10-hawser.conflist", VALID);

        install("--conf", conflist.toString());

        assertEquals(List.of("10-hawser.conflist"), namesIn(confDir));
        assertEquals(VALID, Files.readString(confDir.resolve("10-hawser.conflist")));
    }

    @Test
    void aBrokenConfigurationStopsTheInstallBeforeItBegins() throws IOException {
        Path conflist = conflist("10-hawser.conflist", "{\"name\": \"n\", \"plugins\": [{\"type\": 7}, {}]}");

        Outcome outcome = install("--conf", conflist.toString());

        assertEquals(1, outcome.code());
        assertTrue(outcome.err().contains("cniVersion: is missing"), outcome.err());
        assertTrue(outcome.err().contains("plugins[0].type: 7"), outcome.err());
        assertTrue(outcome.err().contains("plugins[1].type: is missing"), outcome.err());
        assertFalse(Files.exists(prefix));
        assertFalse(Files.exists(confDir));
    }

    @Test
    void aConfigurationThatRuntimesWouldPassByIsRefused() throws IOException {
        Path conflist = conflist("hawser.txt", VALID);

        Outcome outcome = install("--conf", conflist.toString());

        assertEquals(1, outcome.code());
        assertTrue(outcome.err().contains(".conflist"), outcome.err());
    }

    private static final String VALID = """
            {"cniVersion": "1.0.0", "name": "hawser", "plugins": [{"type": "hawser-bridge"}]}
            """;

    private Outcome install(String... more) {
        List<String> args = new ArrayList<>(List.of(
                "install",
                "--prefix",
                prefix.toString(),
                "--cni-bin",
                cniBin.toString(),
                "--conf-dir",
                confDir.toString()));
        args.addAll(List.of(more));
        return run(home, args.toArray(String[]::new));
    }

    private Outcome uninstall() {
        return run(
                home,
                "uninstall",
                "--prefix",
                prefix.toString(),
                "--cni-bin",
                cniBin.toString(),
                "--conf-dir",
                confDir.toString());
    }

    private static Outcome run(Path home, String... args) {
        Object command = args[0].equals("install") ? new InstallCommand(home, TYPES) : new UninstallCommand();
        StringWriter out = new StringWriter();
        StringWriter err = new StringWriter();
        int code = new CommandLine(command)
                .setOut(new PrintWriter(out))
                .setErr(new PrintWriter(err, true))
                .setExecutionExceptionHandler((failure, line, parsed) -> {
                    line.getErr().println(failure.getMessage());
                    return 1;
                })
                .execute(Arrays.copyOfRange(args, 1, args.length));
        return new Outcome(code, out.toString(), err.toString());
    }

    private Path tree(String name, String version) throws IOException {
        Path tree = root.resolve(name);
        Files.createDirectories(tree.resolve("bin"));
        Files.createDirectories(tree.resolve("lib"));
        Files.write(tree.resolve("bin/hawser"), launcher());
        Files.writeString(tree.resolve("lib/classpath"), "app.jar\n");
        Files.writeString(tree.resolve("lib/app.jar"), "a jar");
        Files.writeString(tree.resolve("VERSION"), version);
        Files.createSymbolicLink(tree.resolve("lib/link.jar"), Path.of("app.jar"));
        return tree;
    }

    /** Laid out as launcher.c lays out prefix_slot. */
    private static byte[] launcher() {
        byte[] program = new byte[8192];
        byte[] slot = ("\177ELF" + MARKER + "/opt/hawser").getBytes(StandardCharsets.ISO_8859_1);
        System.arraycopy(slot, 0, program, 0, slot.length);
        return program;
    }

    private static String prefixWrittenInto(Path plugin) throws IOException {
        String content = Files.readString(plugin, StandardCharsets.ISO_8859_1);
        int start = content.indexOf(MARKER) + MARKER.length();
        return content.substring(start, content.indexOf('\0', start));
    }

    private void reference(String name, String content) throws IOException {
        Files.createDirectories(cniBin);
        Files.writeString(cniBin.resolve(name), content);
        Files.setPosixFilePermissions(cniBin.resolve(name), PosixFilePermissions.fromString("rwxr-x---"));
    }

    private Path conflist(String name, String content) throws IOException {
        return Files.writeString(root.resolve(name), content);
    }

    private Path original(String name) {
        return cniBin.resolve(".hawser-originals").resolve(name);
    }

    private static String modeOf(Path file) throws IOException {
        return PosixFilePermissions.toString(Files.getPosixFilePermissions(file));
    }

    private static String withoutLastLine(String text) {
        return text.substring(0, text.stripTrailing().lastIndexOf('\n'));
    }

    private static List<String> namesBeside(Path file) throws IOException {
        return namesIn(Objects.requireNonNull(file.getParent()));
    }

    private static List<String> namesIn(Path directory) throws IOException {
        try (Stream<Path> files = Files.list(directory)) {
            return files.map(file -> file.getFileName().toString()).sorted().toList();
        }
    }

    private static List<String> temporaryFilesIn(Path directory) throws IOException {
        return namesIn(directory).stream()
                .filter(name -> name.contains(".hawser-new-"))
                .toList();
    }

    private static List<String> everythingBelow(Path directory) throws IOException {
        try (Stream<Path> files = Files.walk(directory)) {
            return files.map(Path::toString).sorted().toList();
        }
    }
}
