package dev.hawser.dhcp;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.google.common.jimfs.Configuration;
import com.google.common.jimfs.Jimfs;
import dev.hawser.ip.Cidr;
import dev.hawser.kernel.Attachment;
import java.nio.file.FileSystem;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;

class LeaseFilesTest {

    private static final Attachment ATTACHMENT = new Attachment("lan", "c1", "eth0");

    private final FileSystem memory = Jimfs.newFileSystem(
            Configuration.unix().toBuilder().setAttributeViews("basic", "posix").build());
    private final Path directory = memory.getPath("/run/hawser/dhcp/1");
    private final List<String> log = new ArrayList<>();
    private final LeaseFiles files = new LeaseFiles(directory, lockFile -> () -> {}, log::add);

    private static DhcpLease lease(Attachment attachment) {
        Terms terms = new Terms(
                Cidr.parse("192.0.2.17/24"),
                FakeServer.ADDRESS,
                FakeServer.MAC,
                Options.ofHex(Map.of(1, "ffffff00", 53, "05")),
                -12_345_678_901L,
                Instant.parse("2026-11-25T19:29:18.5Z"),
                Duration.ofSeconds(30),
                Duration.ofSeconds(50),
                Duration.ofSeconds(60));
        Ask ask = Ask.of(attachment).requestDefaults().provide(12, "web");
        return new DhcpLease(attachment, "/run/netns/a", ServedLink.MAC, ask, terms, Optional.empty());
    }

    @Test
    void whatIsPutIsFound() {
        DhcpLease lease = lease(ATTACHMENT);

        files.put(lease);

        assertEquals(Optional.of(lease), files.find(ATTACHMENT));
        assertEquals(List.of(lease), files.all());
    }

    @Test
    void whyALeaseIsLostIsKept() {
        DhcpLease lost = lease(ATTACHMENT).lost("the server refused: \"no\"");

        files.put(lost);

        assertEquals(Optional.of(lost), files.find(ATTACHMENT));
    }

    @Test
    void onlyRootCanReadAndNothingElseIsLeft() throws Exception {
        files.put(lease(ATTACHMENT));

        assertEquals("rwx------", permissions(directory));
        assertEquals("rw-------", permissions(directory.resolve("lan,c1,eth0.json")));
        try (Stream<Path> left = Files.list(directory)) {
            assertEquals(
                    List.of("lan,c1,eth0.json"),
                    left.map(file -> file.getFileName().toString()).toList());
        }
    }

    private static String permissions(Path file) throws Exception {
        return PosixFilePermissions.toString(Files.getPosixFilePermissions(file));
    }

    @Test
    void attachmentsThatDifferOnlyInWhereTheirNamesEndAreTwo() {
        files.put(lease(new Attachment("a-b", "c", "eth0")));
        files.put(lease(new Attachment("a", "b-c", "eth0")));

        assertEquals(2, files.all().size());
    }

    @Test
    void longNamesMakeAFileTooAndAreKeptWhole() {
        Attachment attachment = new Attachment("n".repeat(300), "c".repeat(300), "eth0");

        files.put(lease(attachment));

        assertEquals(attachment, files.find(attachment).orElseThrow().attachment());
    }

    @Test
    void aLeaseThatWasDeletedOrReplacedIsNotReplaced() {
        DhcpLease lease = lease(ATTACHMENT);

        assertFalse(files.replace(lease, lease.lost("late")));
        assertEquals(Optional.empty(), files.find(ATTACHMENT));

        files.put(lease.lost("first"));
        assertFalse(files.replace(lease, lease.lost("second")));
        assertTrue(files.replace(lease.lost("first"), lease.lost("third")));
        assertEquals(Optional.of("third"), files.find(ATTACHMENT).orElseThrow().lost());
    }

    @Test
    void removingGivesWhatWasThereOnce() {
        files.put(lease(ATTACHMENT));

        assertEquals(Optional.of(lease(ATTACHMENT)), files.remove(ATTACHMENT));
        assertEquals(Optional.empty(), files.remove(ATTACHMENT));
        assertEquals(List.of(), files.all());
    }

    @Test
    void thereAreNoLeasesWithoutADirectory() {
        assertEquals(List.of(), files.all());
        assertEquals(Optional.empty(), files.find(ATTACHMENT));
        assertEquals(Optional.empty(), files.remove(ATTACHMENT));
    }

    @Test
    void whatIsNoLeaseIsToldWithEveryFault() throws Exception {
        files.createDirectory();
        Files.writeString(directory.resolve("lan,c1,eth0.json"), """
                {"network": "lan", "mac": "x", "address": "192.0.2.17", "renewSeconds": -1, "requested": [0],
                 "options": {"300": "00", "1": "f"}, "provided": {"x": ""}}""");

        assertEquals(Optional.empty(), files.find(ATTACHMENT));
        for (String key : List.of("containerID", "mac", "address", "renewSeconds", "requested", "options", "netns")) {
            assertTrue(log.getFirst().contains(key), () -> key + ": " + log);
        }
    }

    /** As a crash in the middle leaves it. */
    @Test
    void aFileThatIsCutOffAnywhereIsNoLease() throws Exception {
        files.createDirectory();
        byte[] whole = LeaseText.bytes(lease(ATTACHMENT));
        for (int length = 0; length < whole.length - 2; length++) {
            Files.write(directory.resolve("lan,c1,eth0.json"), java.util.Arrays.copyOf(whole, length));

            assertEquals(Optional.empty(), files.find(ATTACHMENT));
        }
    }
}
