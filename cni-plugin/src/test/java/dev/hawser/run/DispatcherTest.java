package dev.hawser.run;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.hawser.kernel.Side;
import dev.hawser.plugin.Plugins;
import dev.hawser.run.TestNode.Ended;
import java.io.UncheckedIOException;
import java.util.List;
import java.util.stream.Collectors;
import org.junit.jupiter.api.Test;

class DispatcherTest {

    private static final String POOL = """
            {"cniVersion": "1.1.0", "name": "net", "type": "bridge", "isGateway": true,
             "ipam": {"type": "host-local", "subnet": "10.1.2.0/24"}%s}""";

    private final TestNode node = new TestNode();

    @Test
    void versionNeedsNoConfiguration() {
        Ended ended = node.call("VERSION", "bridge", "this is not JSON");

        assertEquals(0, ended.exitStatus());
        assertTrue(ended.stdout().endsWith("\"1.0.0\",\"1.1.0\"]}\n"), ended.stdout());
    }

    @Test
    void anUnknownTypeIsAnErrorThatNamesThoseThatThereAre() {
        Ended ended = node.call("ADD", "brigde", conf());

        assertEquals(1, ended.exitStatus());
        assertTrue(ended.stdout().contains("brigde"), ended.stdout());
        String types = Plugins.ALL.stream().map(Plugin::type).collect(Collectors.joining(", "));
        assertTrue(ended.stdout().contains(types), ended.stdout());
    }

    @Test
    void aConfigurationOfAnotherVersionIsRefused() {
        Ended ended = node.call("ADD", "bridge", conf().replace("1.1.0", "9.9.9"));

        assertEquals(1, ended.exitStatus());
        assertTrue(ended.stdout().contains("\"code\": 1,"), ended.stdout());
        assertEquals(List.of(), node.kernel.applied());
    }

    @Test
    void gcAndStatusNeedAConfigurationThatKnowsThem() {
        for (String command : List.of("GC", "STATUS")) {
            Ended ended = node.call(command, "bridge", conf().replace("1.1.0", "1.0.0"));

            assertEquals(1, ended.exitStatus());
            assertTrue(ended.stdout().contains("config version does not allow " + command), ended.stdout());
        }
    }

    @Test
    void ourOwnNamespaceIsRefusedBeforeAnythingIsDone() {
        node.netnsState = Namespaces.State.OWN;

        Ended ended = node.call("ADD", "bridge", conf());

        assertEquals(1, ended.exitStatus());
        assertTrue(ended.stdout().contains("\"code\": 8,"), ended.stdout());
        assertEquals(List.of(), node.kernel.applied());
        assertEquals(List.of(), node.leases("net"));
    }

    @Test
    void aMissingNamespaceIsRefusedAndLeasesNothing() {
        node.netnsState = Namespaces.State.MISSING;

        Ended ended = node.call("ADD", "bridge", conf());

        assertEquals(1, ended.exitStatus());
        assertTrue(ended.stdout().contains("failed to open netns"), ended.stdout());
        assertEquals(List.of(), node.leases("net"));
    }

    @Test
    void anAnswerThatNobodyReadsTakesTheAddBack() {
        assertThrows(
                UncheckedIOException.class,
                () -> node.call("ADD", "bridge", conf(), text -> {
                    throw new UncheckedIOException(new java.io.IOException("EPIPE"));
                }));

        assertEquals(List.of(), veths());
        assertEquals(List.of(), node.leases("net"));
    }

    @Test
    void withoutAListOfValidAttachmentsNothingIsCollected() {
        node.call("ADD", "bridge", conf());

        Ended ended = node.call("GC", "bridge", conf());

        assertEquals(new Ended(0, ""), ended);
        assertEquals(List.of("10.1.2.2"), node.leases("net"));
        assertTrue(node.log.getFirst().contains("nothing collected"), node.log.toString());
    }

    @Test
    void anEmptyListMeansThatEverythingIsStale() {
        for (String key : List.of("cni.dev/valid-attachments", "cni.dev/attachments")) {
            for (String list : List.of("[]", "null")) {
                node.call("ADD", "bridge", conf());

                Ended ended = node.call("GC", "bridge", POOL.formatted(", \"" + key + "\": " + list));

                assertEquals(new Ended(0, ""), ended);
                assertEquals(List.of(), node.leases("net"));
                assertEquals(List.of(), veths());
            }
        }
    }

    private static String conf() {
        return POOL.formatted("");
    }

    private List<String> veths() {
        return node.kernel.links(Side.HOST).stream()
                .filter(link -> link.is("veth"))
                .map(link -> link.name())
                .toList();
    }

    @Test
    void onlyPluginsThatLookAtCniArgsMindUnknownOnes() {
        node.environment.put("CNI_ARGS", "FOO=bar;broken");

        assertEquals(0, node.call("DEL", "firewall", conf()).exitStatus());
        assertTrue(node.call("DEL", "bridge", conf()).stdout().contains("ARGS"));
    }
}
