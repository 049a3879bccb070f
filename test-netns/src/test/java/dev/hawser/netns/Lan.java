package dev.hawser.netns;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/** A network with a DHCP server, Debian's dnsmasq, that knows nothing of containers: a bridge in a namespace of its own. */
final class Lan implements AutoCloseable {

    static final String GATEWAY = "192.0.2.1";

    /** Has the server send a route, to those who ask for some, whose gateway is not on the link: no kernel takes that. */
    static final String BAD_ROUTE = "--dhcp-option=121,10.0.0.0/8,198.51.100.1";

    private final Netns netns;
    private final Path leases;
    private final Path log;
    private Optional<Process> server = Optional.empty();
    private int cables;

    private Lan(Netns netns, Path directory) {
        this.netns = netns;
        this.leases = directory.resolve("dnsmasq.leases");
        this.log = directory.resolve("dnsmasq.log");
    }

    /** A network whose server does not run yet; it ends with the test. */
    static Lan in(TestNode node) {
        Netns netns = node.own(Netns.create("lan"));
        netns.ip("link add br0 type bridge");
        netns.ip("address add " + GATEWAY + "/24 dev br0");
        netns.ip("link set br0 up");
        return node.own(new Lan(netns, node.directory()));
    }

    /** Plugs {@code eth0} of a container in, as a main plugin would have made it: down, and without addresses. */
    Lan connect(Pod pod) {
        String port = port();
        netns.ip("link add " + port + " type veth peer name " + pod.ifName() + " netns "
                + pod.netns().name());
        return plugIn(port);
    }

    /** Joins a bridge of the node to this network. */
    Lan connect(Netns host, String bridge) {
        String port = port();
        host.ip("link add " + bridge + " type bridge");
        netns.ip("link add " + port + " type veth peer name uplink netns " + host.name());
        host.ip("link set uplink master " + bridge + " up");
        host.ip("link set " + bridge + " up");
        return plugIn(port);
    }

    private String port() {
        return "port" + ++cables;
    }

    private Lan plugIn(String port) {
        netns.ip("link set " + port + " master br0 up");
        return this;
    }

    /**
     * Starts the server, and returns when it serves.
     *
     * @param range {@code first,last,seconds}
     * @param more arguments
     */
    Lan serve(String range, String... more) throws Exception {
        int started = count("DHCP, IP range");
        List<String> command = new ArrayList<>(netns.entering());
        command.addAll(List.of(
                "dnsmasq",
                "--keep-in-foreground",
                "--conf-file=/dev/null",
                "--user=root",
                "--pid-file=",
                "--port=0",
                "--no-ping",
                "--dhcp-authoritative",
                "--interface=br0",
                "--dhcp-range=" + range,
                "--dhcp-leasefile=" + leases,
                "--log-dhcp",
                "--log-facility=" + log));
        command.addAll(List.of(more));
        Process process = Shell.start(new ProcessBuilder(command)
                .redirectOutput(ProcessBuilder.Redirect.DISCARD)
                .redirectError(ProcessBuilder.Redirect.INHERIT));
        server = Optional.of(process);
        Patience.await("dnsmasq serves", () -> count("DHCP, IP range") > started);
        return this;
    }

    /** Ends the server; its leases stay. */
    void silence() {
        server.ifPresent(process -> {
            process.destroy();
            process.onExit().join();
        });
        server = Optional.empty();
    }

    /** How many lines of the server's log have this text. */
    int count(String text) {
        return (int) read(log).lines().filter(line -> line.contains(text)).count();
    }

    /** What the server has leased: {@code expiry mac address name clientId}, one line each. */
    List<String> leases() {
        return read(leases).lines().toList();
    }

    boolean hasLeased(String address) {
        return leases().stream().anyMatch(line -> line.contains(" " + address + " "));
    }

    private static String read(Path file) {
        try {
            return Files.exists(file) ? Files.readString(file) : "";
        } catch (IOException e) {
            throw new UncheckedIOException("read " + file, e);
        }
    }

    @Override
    public void close() {
        silence();
    }
}
