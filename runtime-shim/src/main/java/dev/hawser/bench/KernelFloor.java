package dev.hawser.bench;

import dev.hawser.ip.Cidr;
import dev.hawser.kernel.Change;
import dev.hawser.kernel.IpChange;
import dev.hawser.kernel.LinkChange;
import dev.hawser.kernel.MacAddress;
import dev.hawser.kernel.Route;
import dev.hawser.kernel.Side;
import java.io.IOException;
import java.util.List;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.stream.Collectors;
import java.util.stream.IntStream;

/**
 * What nobody can do without, done by netlink in this process with sockets that are open: an ADD is a veth on the bridge with
 * its peer already in the pod, both up, an address and a route; a DEL is the deletion of that veth. No process, no lease, no JSON.
 */
final class KernelFloor {

    private static final String LINK = "floor";
    private static final String GROUP = "4711";

    private final ContainerRuntime runtime;

    KernelFloor(ContainerRuntime runtime) {
        this.runtime = runtime;
    }

    /** An ADD in nanoseconds. */
    long add(Network network, Pod pod) {
        return add(network, pod, 0);
    }

    /** A DEL in nanoseconds. */
    long delete(Pod pod) {
        long start = System.nanoTime();
        pod.kernel().apply(Side.HOST, new LinkChange.DeleteLink(LINK + 0));
        return System.nanoTime() - start;
    }

    /** An ADD for each pod, one after another, in nanoseconds for all. */
    long addAll(Network network, List<Pod> pods) {
        long nanos = 0;
        for (int i = 0; i < pods.size(); i++) {
            nanos += add(network, pods.get(i), i);
        }
        return nanos;
    }

    /** The deletion of all their links by one message to the kernel, in nanoseconds, the start of {@code ip} included. */
    long deleteAll(List<Pod> pods) throws IOException {
        String grouping = IntStream.range(0, pods.size())
                .mapToObj(i -> "link set dev " + LINK + i + " group " + GROUP + "\n")
                .collect(Collectors.joining());
        Programs.feed(grouping, "ip", "-batch", "-");
        String ip = Programs.find("ip").orElseThrow().toString();
        return runtime.program(List.of(ip, "link", "delete", "group", GROUP)).wallNanos();
    }

    private static long add(Network network, Pod pod, int number) {
        String name = LINK + number;
        String eth0 = Pod.INTERFACE;
        Change veth = new LinkChange.AddVeth(
                name,
                MacAddress.locallyAdministered(number << 1),
                Optional.of(network.contender().bridge()),
                Side.POD,
                eth0,
                MacAddress.locallyAdministered(number << 1 | 1),
                OptionalInt.empty());
        Cidr address = Cidr.parse(network.spareAddress() + "/" + Network.prefixLength());
        Cidr gateway = Cidr.parse(network.gateway() + "/32");
        Change route = new IpChange.AddRoute(eth0, Route.to(Cidr.parse("0.0.0.0/0"), Optional.of(gateway.address())));
        long start = System.nanoTime();
        pod.kernel().apply(Side.HOST, veth);
        pod.kernel().apply(Side.POD, new IpChange.AddAddress(eth0, address));
        pod.kernel().apply(Side.POD, new LinkChange.SetUp(eth0));
        pod.kernel().apply(Side.HOST, new LinkChange.SetUp(name));
        pod.kernel().apply(Side.POD, route);
        return System.nanoTime() - start;
    }
}
