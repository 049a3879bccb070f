package dev.hawser.addressed;

import dev.hawser.kernel.Step;
import dev.hawser.spec.CniResult;
import java.util.List;
import java.util.Optional;
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

    /** One link in the container, made by one step, and nothing else. */
    public static Draft of(Step link, CniResult.Interface container) {
        return new Draft(List.of(link), List.of(container), Optional.empty(), _ -> List.of());
    }

    /** The same with addresses that were leased before. */
    public Draft given(CniResult addressing) {
        return new Draft(link, interfaces, Optional.of(addressing), rest);
    }
}
