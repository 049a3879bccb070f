package dev.hawser.runtimes;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;

import java.util.List;
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

    @BeforeEach
    void createNetwork() {
        podman.run("network", "create", "--disable-dns", "--subnet", "10.93.7.0/24", network);
    }

    /** Its containers first: by itself it would wait ten seconds for each of them to end. */
    @AfterEach
    void removeNetwork() {
        podman.run("rm", "-f", "-a", "-t", "0");
        podman.run("network", "rm", "-f", network);
        Command.of("rm", "-rf", podman.pool(network).directory().toString()).run();
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
