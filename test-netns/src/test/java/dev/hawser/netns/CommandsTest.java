package dev.hawser.netns;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;
import tools.jackson.databind.JsonNode;

/** The commands that people type, as the README shows them. */
class CommandsTest {

    @RegisterExtension
    final TestNode node = new TestNode();

    private final Pod pod = node.pod();

    @BeforeEach
    void configureANetwork() throws IOException {
        Files.createDirectories(networks());
        Files.writeString(networks().resolve("10-net1.conflist"), """
                {"cniVersion": "1.0.0", "cniVersions": ["0.4.0", "1.0.0", "1.1.0"], "name": "net1", "plugins": [
                  {"type": "bridge", "bridge": "cni0", "isDefaultGateway": true, "ipMasq": true,
                   "ipam": {"type": "host-local", "dataDir": "%s", "subnet": "10.88.0.0/24"}}]}
                """.formatted(node.pools()));
    }

    @Test
    void aPlanShowsEveryStepAndTouchesNothing() {
        String before = node.host().output("ip", "-o", "link");

        Shell.Exit plan = hawser("plan", networks().resolve("10-net1.conflist").toString());

        assertEquals(0, plan.status(), plan.stderr());
        assertTrue(plan.stdout().contains("ip link add cni0 type bridge"), plan.stdout());
        assertTrue(plan.stdout().contains("ip -n POD address add 10.88.0.2/24 dev eth0"), plan.stdout());
        assertTrue(plan.stdout().contains("# undo: ip link delete veth"), plan.stdout());
        assertEquals(before, node.host().output("ip", "-o", "link"));
        assertFalse(Files.exists(node.pools()));
    }

    @Test
    void aChainIsConvertedToOnePluginThatDoesTheSame() throws IOException {
        Path chain = node.directory().resolve("chain.conflist");
        Files.writeString(chain, """
                {"cniVersion": "1.1.0", "name": "net1", "plugins": [
                  {"type": "bridge", "bridge": "cni0", "isDefaultGateway": true,
                   "ipam": {"type": "host-local", "dataDir": "%s", "subnet": "10.88.0.0/24"}},
                  {"type": "portmap", "capabilities": {"portMappings": true}},
                  {"type": "tuning", "sysctl": {"net.core.somaxconn": "500"}},
                  {"type": "istio-cni"}]}
                """.formatted(node.pools()));

        Shell.Exit converted = hawser("convert", chain.toString());

        assertEquals(0, converted.status(), converted.stderr());
        assertEquals("not folded: istio-cni is none of the plugins that can be folded\n", converted.stderr());
        JsonNode plugins = Json.parse(converted.stdout()).path("plugins");
        assertEquals(List.of("hawser", "istio-cni"), Json.texts(plugins, "type"));
        assertEquals(
                "500",
                plugins.path(0)
                        .path("tuning")
                        .path("sysctl")
                        .path("net.core.somaxconn")
                        .asString());
        assertTrue(plugins.path(0).path("capabilities").path("portMappings").asBoolean(), converted.stdout());
    }

    @Test
    void aNamespaceIsAttachedByHandLookedAtAndDetached() {
        Shell.Exit added = hawser("net", "add", "net1", pod.path());
        Shell.Exit checked = hawser("net", "check", "net1", pod.path());
        Shell.Exit status = hawser("net", "status", "net1");
        Shell.Exit shown = hawser("ipam", "show", "net1");
        Shell.Exit deleted = hawser("net", "del", "net1", pod.path());
        Shell.Exit after = hawser("ipam", "show", "--json");

        assertEquals(0, added.status(), added.stderr());
        assertTrue(added.stdout().contains("\"address\": \"10.88.0.2/24\""), added.stdout());
        assertEquals(0, checked.status(), checked.stderr());
        assertEquals(0, status.status(), status.stderr());
        assertTrue(shown.stdout().contains("net1     10.88.0.1-10.88.0.254  1     253"), shown.stdout());
        assertTrue(shown.stdout().contains("10.88.0.2  cnitool-"), shown.stdout());
        assertEquals(0, deleted.status(), deleted.stderr());
        assertTrue(after.stdout().contains("\"leases\": []"), after.stdout());
        assertFalse(node.host().output("ip", "-o", "link").contains("veth"));
    }

    @Test
    void gcByHandRemovesWhatIsNotKept() {
        hawser("net", "add", "net1", pod.path());
        Shell.Exit shown = hawser("ipam", "show", "--json");
        String containerId = shown.stdout().replaceAll("(?s).*\"containerId\": \"([^\"]+)\".*", "$1");

        Shell.Exit keeping = hawser("net", "gc", "net1", "--keep", containerId + "/eth0");
        Shell.Exit kept = hawser("ipam", "show");
        Shell.Exit unsaid = hawser("net", "gc", "net1");
        Shell.Exit collecting = hawser("net", "gc", "net1", "--all");
        Shell.Exit collected = hawser("ipam", "show");
        hawser("net", "del", "net1", pod.path());

        assertEquals(0, keeping.status(), keeping.stderr());
        assertTrue(kept.stdout().contains(containerId), kept.stdout());
        assertEquals(2, unsaid.status(), "gc must not guess that nothing is in use");
        assertEquals(0, collecting.status(), collecting.stderr());
        assertTrue(collected.stdout().contains("no address is leased"), collected.stdout());
    }

    @Test
    void anUnknownNetworkIsAnErrorThatNamesThoseThatThereAre() {
        Shell.Exit exit = hawser("net", "add", "nte1", pod.path());

        assertEquals(1, exit.status());
        assertEquals(
                "hawser net: no network \"nte1\" in " + networks()
                        + ": there are net1; NETCONFPATH names another directory\n",
                exit.stderr());
    }

    @Test
    void aWrongCommandLineHasAnExitStatusOfItsOwn() {
        Shell.Exit exit = hawser("net", "ad", "net1", pod.path());

        assertEquals(2, exit.status());
        assertTrue(exit.stderr().contains("add, del, check, gc, status"), exit.stderr());
    }

    /** What the reference's service executes (cni-dhcp.service). */
    @Test
    void theDaemonOfDhcpSaysThatNoneIsNeeded() {
        Path plugin = node.plugins().resolve("dhcp");

        Shell.Exit exit = Shell.run(
                List.of(plugin.toString(), "daemon", "-broadcast", "-timeout", "10s"),
                Map.of("PATH", "/usr/bin:/bin"),
                new byte[0]);

        assertEquals(0, exit.status());
        assertTrue(exit.stderr().contains("dhcp daemon: there is nothing to run"), exit.stderr());
    }

    @Test
    void versionNamesThePlugins() {
        Shell.Exit exit = hawser("version", "--json");

        assertEquals(0, exit.status(), exit.stderr());
        assertTrue(exit.stdout().contains("\"host-local\": ["), exit.stdout());
    }

    @Test
    void theCompletionScriptIsOneThatBashUnderstands() throws IOException {
        Path script = node.directory().resolve("completion");
        Files.writeString(script, hawser("generate-completion").stdout());

        Shell.Exit exit = Shell.run(List.of("bash", "-n", script.toString()));

        assertEquals(new Shell.Exit(0, "", ""), exit);
        assertTrue(Files.size(script) > 1000);
    }

    private Path networks() {
        return node.directory().resolve("net.d");
    }

    private Shell.Exit hawser(String... arguments) {
        List<String> command = new ArrayList<>(node.host().entering());
        command.add(node.plugins().resolve("hawser").toString());
        command.addAll(List.of(arguments));
        Map<String, String> environment = Map.of(
                "NETCONFPATH", networks().toString(),
                "CNI_PATH", node.plugins().toString(),
                "PATH", "/usr/sbin:/usr/bin:/sbin:/bin");
        return Shell.run(command, environment, new byte[0]);
    }
}
