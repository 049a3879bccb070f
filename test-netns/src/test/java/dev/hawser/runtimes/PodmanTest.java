package dev.hawser.runtimes;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;

import java.util.ArrayList;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.AutoClose;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** podman's networks, made by podman: a chain of bridge, portmap, firewall and tuning in its own words. */
@Timeout(300)
class PodmanTest {

    @AutoClose
    private final Podman podman = Podman.start();

    private final Namespace host = podman.host();
    private final String network = Names.unique("hwnet");

    private final List<String> networks = new ArrayList<>();

    @BeforeEach
    void createNetwork() {
        createNetwork(network, "--subnet", "10.93.7.0/24");
    }

    private void createNetwork(String name, String... options) {
        networks.add(name);
        podman.run(Stream.concat(
                        Stream.concat(Stream.of("network", "create", "--disable-dns"), Stream.of(options)),
                        Stream.of(name))
                .toArray(String[]::new));
    }

    /** Their containers first: by itself it would wait ten seconds for each of them to end. */
    @AfterEach
    void removeNetworks() {
        podman.run("rm", "-f", "-a", "-t", "0");
        for (String made : networks) {
            podman.run("network", "rm", "-f", made);
            Command.of("rm", "-rf", podman.pool(made).directory().toString()).run();
        }
    }

    @Test
    void containersReachEachOther() {
        podman.serve("red", network, "I am red");
        podman.serve("green", network, "I am green");

        assertEquals("I am red", podman.fetch("green", "http://" + podman.address("red", network) + "/"));
        assertEquals("I am green", podman.fetch("red", "http://" + podman.address("green", network) + "/"));
    }

    @Test
    void theHostReachesAContainerByItsAddressAndByItsPublishedPort() {
        podman.serve("web", network, "published", "-p", "18090:80");

        assertEquals("published", host.fetch("http://" + podman.address("web", network) + "/"));
        assertEquals("published", host.fetch("http://127.0.0.1:18090/"));
    }

    @Test
    void aContainerGetsTheAddressThatItsUserAsksFor() {
        podman.serve("asked", network, "asked", "--ip", "10.93.7.77");

        assertEquals("10.93.7.77", podman.address("asked", network));
        assertEquals(List.of("10.93.7.77"), podman.pool(network).leases());
    }

    @Test
    void twoContainersServeTheirPublishedPortsInBothFamiliesAndLeaveNothing() {
        String dual = Names.unique("hwnet");
        createNetwork(dual, "--subnet", "10.93.8.0/24", "--subnet", "fd93:8::/64");
        podman.serve("first", dual, "makes what is shared", "-p", "18091:80");
        podman.run("rm", "-f", "-t", "0", "first");
        Traces quiet = Traces.of(host, podman.pool(dual));

        podman.serve("red", dual, "I am red", "-p", "18091:80");
        podman.serve("green", dual, "I am green", "-p", "18092:80");

        assertEquals("I am red", host.fetch(Http.url("127.0.0.1", 18091)));
        for (String gateway : List.of("10.93.8.1", "fd93:8::1")) {
            assertEquals("I am red", host.fetch(Http.url(gateway, 18091)), gateway);
            assertEquals("I am green", host.fetch(Http.url(gateway, 18092)), gateway);
            assertEquals("I am red", podman.fetch("green", Http.url(gateway, 18091)), gateway);
            assertEquals("I am red", podman.fetch("red", Http.url(gateway, 18091)), gateway);
        }
        podman.run("rm", "-f", "-t", "0", "red", "green");
        assertEquals(
                "",
                Traces.leftInTheEnd(() -> Traces.of(host, podman.pool(dual)).since(quiet))
                        .toString());
    }

    @Test
    void removedContainersLeaveNothing() {
        podman.serve("first", network, "makes what is shared", "-p", "18090:80");
        podman.run("rm", "-f", "-t", "0", "first");
        List<Object> quietRuleset = host.ruleset();

        podman.serve("red", network, "I am red", "-p", "18090:80");
        podman.serve("green", network, "I am green");
        assertFalse(host.cables().isEmpty());
        assertEquals(2, podman.pool(network).leases().size());

        podman.run("rm", "-f", "-t", "0", "red", "green");
        assertEquals(List.of(), host.cables());
        assertEquals(List.of(), podman.pool(network).leases());
        assertEquals(quietRuleset, host.ruleset());
    }
}
