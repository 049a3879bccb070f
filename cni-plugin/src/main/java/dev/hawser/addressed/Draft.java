package dev.hawser.addressed;

import dev.hawser.kernel.LinkChange;
import dev.hawser.kernel.LinkKind;
import dev.hawser.kernel.MacAddress;
import dev.hawser.kernel.Side;
import dev.hawser.kernel.Step;
import dev.hawser.run.Call;
import dev.hawser.spec.CniResult;
import java.util.List;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.function.Function;

/**
 * An ADD that has seen the node, and has no addresses yet.
 *
 * @param link steps that make the container's link
 * @param interfaces of the result, the container's last
 * @param given addresses and routes that a plugin before this one has leased for the link
 * @param rest what is to be done once the container's link has its addresses
 */
public record Draft(
        List<Step> link,
        List<CniResult.Interface> interfaces,
        Optional<CniResult> given,
        Function<CniResult, List<Step>> rest) {

    public Draft {
        link = List.copyOf(link);
        interfaces = List.copyOf(interfaces);
    }

    /**
     * One new link in the container, and nothing else.
     *
     * @param mac what the link is told; absent if it has its master's
     * @param reportedMac what the result says; empty if that is not known
     */
    public static Draft of(
            Call call, LinkKind kind, Optional<MacAddress> mac, OptionalInt mtuBytes, String reportedMac) {
        Step step = Step.owned(
                Side.POD,
                new LinkChange.AddLink(call.ifName(), kind, mac, mtuBytes),
                new LinkChange.DeleteLink(call.ifName()));
        CniResult.Interface container = CniResult.Interface.inSandbox(call.ifName(), reportedMac, call.netns());
        return new Draft(List.of(step), List.of(container), Optional.empty(), _ -> List.of());
    }

    /** The same with addresses that were leased before. */
    public Draft given(CniResult addressing) {
        return new Draft(link, interfaces, Optional.of(addressing), rest);
    }
}
