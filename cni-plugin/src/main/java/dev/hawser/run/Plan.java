package dev.hawser.run;

import dev.hawser.kernel.Step;
import dev.hawser.spec.CniException;
import dev.hawser.spec.CniResult;
import dev.hawser.spec.ErrorCode;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/**
 * What an ADD would do.
 *
 * @param steps in their order
 * @param result what it would answer, as far as that is known before: MACs that the kernel chooses are empty
 */
public record Plan(List<Step> steps, CniResult result) {

    public Plan {
        steps = List.copyOf(steps);
    }

    /**
     * The result of the plugins before this one, for a plugin that only works in a chain.
     *
     * @throws CniException code 7 if there is none
     */
    public static CniResult required(Optional<CniResult> previous) {
        return previous.orElseThrow(() -> new CniException(
                ErrorCode.INVALID_NETWORK_CONFIG,
                "prevResult: Required prevResult missing",
                "this plugin must be called as chained plugin, after one that makes an interface"));
    }

    /** This plan, and then that of the next plugin of a chain, whose result counts. */
    public Plan then(Plan next) {
        List<Step> both = new ArrayList<>(steps);
        both.addAll(next.steps);
        return new Plan(both, next.result);
    }
}
