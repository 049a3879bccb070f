package dev.hawser.run;

import dev.hawser.dhcp.Dhcp;
import dev.hawser.ipam.Pools;
import dev.hawser.kernel.Kernel;
import dev.hawser.spec.CniException;
import dev.hawser.spec.ErrorCode;
import java.nio.file.Path;
import java.util.function.Consumer;
import java.util.function.Function;
import java.util.function.Supplier;

/**
 * What a call needs of the world. The only place that makes the real one is {@code dev.hawser.app.Wiring}; tests make
 * theirs of FakeKernel and jimfs.
 *
 * @param namespaces opens kernels
 * @param programs runs other plugins
 * @param pools the address pools
 * @param dhcp the leases of DHCP, made when they are first asked for: most calls never do
 * @param paths turns the text of a path in a configuration into a path
 * @param log takes lines for a person: warnings, and what a failed call left to do
 * @param systemBus the socket of the D-Bus system bus; nothing need be there
 * @param phases told what the time of the call is spent on
 */
public record Node(
        Namespaces namespaces,
        Programs programs,
        Pools pools,
        Supplier<Dhcp> dhcp,
        Function<String, Path> paths,
        Path systemBus,
        Consumer<String> log,
        Phases phases) {

    /**
     * Opens the kernel with the container's side.
     *
     * @throws CniException with code 8 if CNI_NETNS names no network namespace
     */
    public Kernel withPod(Call call) {
        String netns = call.netns();
        return switch (namespaces.state(netns)) {
            case PRESENT, OWN -> namespaces.withPod(netns);
            case MISSING ->
                throw invalid(netns, "no such file: the container's network namespace is gone, or was never made");
            case NOT_A_NAMESPACE ->
                throw invalid(netns, "not a network namespace: a plain file is what is left when one is unmounted");
        };
    }

    /** Opens the kernel, with the container's side if that is there. */
    public Kernel withPodIfThere(Call call) {
        return podIsThere(call) ? withPod(call) : namespaces.host();
    }

    /**
     * Whether the container's namespace is there to be cleaned. Never our own, unless the runtime insists: taking down
     * {@code eth0} there would take down the node's.
     */
    public boolean podIsThere(Call call) {
        return call.invocation().netns().map(namespaces::state).stream()
                .anyMatch(state -> state == Namespaces.State.PRESENT
                        || (state == Namespaces.State.OWN && call.invocation().overridesNetnsCheck()));
    }

    private static CniException invalid(String netns, String why) {
        return new CniException(ErrorCode.INVALID_NETNS, "failed to open netns \"" + netns + "\": " + why);
    }
}
