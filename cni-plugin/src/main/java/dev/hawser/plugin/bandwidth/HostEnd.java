package dev.hawser.plugin.bandwidth;

import dev.hawser.attach.VethNames;
import dev.hawser.kernel.Kernel;
import dev.hawser.kernel.Link;
import dev.hawser.kernel.Side;
import dev.hawser.run.Call;
import dev.hawser.spec.CniException;
import dev.hawser.spec.CniResult;
import dev.hawser.spec.ErrorCode;
import java.util.List;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.stream.Stream;

/**
 * The host's end of the container's veth: named in the result of an earlier plugin, and the peer of the container's end.
 *
 * @param mtuBytes its MTU
 */
record HostEnd(String name, int mtuBytes) {

    private static final String VETH = "veth";
    private static final int ETHERNET_MTU = 1500;

    private HostEnd(Link link) {
        this(link.name(), link.mtuBytes());
    }

    /**
     * The host's end.
     *
     * @throws CniException that says what is missing
     */
    static HostEnd of(Kernel kernel, String ifName, CniResult previous) {
        if (previous.interfaces().isEmpty()) {
            throw missing("no interfaces provided");
        }
        Link pod = kernel.linkOrThrow(Side.POD, ifName);
        if (!pod.is(VETH) || pod.peer().isEmpty()) {
            throw missing("container interface " + ifName + " has no veth peer: only a veth can be shaped");
        }
        // Bridges come first in results.
        return named(previous).toList().reversed().stream()
                .flatMap(name -> kernel.link(Side.HOST, name).stream())
                .filter(link -> link.is(VETH) && pod.peer().equals(OptionalInt.of(link.index())))
                .findFirst()
                .map(HostEnd::new)
                .orElseThrow(() -> notFound(kernel, pod.peer().getAsInt()));
    }

    private static CniException notFound(Kernel kernel, int index) {
        boolean isHere = kernel.links(Side.HOST).stream().anyMatch(link -> link.index() == index);
        return missing(
                isHere
                        ? "no veth peer of container interface found in host ns: prevResult does not name it"
                        : "veth peer with index " + index + " is not in host ns");
    }

    private static CniException missing(String what) {
        return new CniException(ErrorCode.INTERNAL, what);
    }

    /** In a plan: as it is or, if the plugin before has only planned it, as it will be. */
    static HostEnd planned(Kernel kernel, Call call, CniResult previous) {
        String ours = VethNames.of(call).hostEnd();
        List<String> names = named(previous).toList();
        String name = names.isEmpty() || names.contains(ours) ? ours : names.getLast();
        return kernel.link(Side.HOST, name).map(HostEnd::new).orElse(new HostEnd(name, ETHERNET_MTU));
    }

    /** In DEL: those that may be it, if they are still there. */
    static Stream<HostEnd> remains(Kernel kernel, Call call, Optional<CniResult> previous) {
        Stream<String> reported = previous.stream().flatMap(HostEnd::named);
        return Stream.concat(Stream.of(VethNames.of(call).hostEnd()), reported)
                .distinct()
                .flatMap(name -> kernel.link(Side.HOST, name).stream())
                .filter(link -> link.is(VETH))
                .map(HostEnd::new);
    }

    private static Stream<String> named(CniResult previous) {
        return previous.interfaces().stream()
                .filter(link -> link.sandbox().isEmpty())
                .map(CniResult.Interface::name);
    }
}
