package dev.hawser.plugin.tuning;

import dev.hawser.kernel.Change;
import dev.hawser.kernel.LinkChange;
import dev.hawser.kernel.Side;
import dev.hawser.kernel.Step;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/** What an ADD does: sysctls first, as the document has them, then the interface. What is so already is not touched. */
final class TuningPlan {

    private TuningPlan() {}

    static List<Step> of(String ifName, TuningConf conf, Present present) {
        List<Step> steps = new ArrayList<>();
        for (Sysctl sysctl : conf.sysctls()) {
            if (!present.has(sysctl)) {
                Optional<String> before = Optional.ofNullable(present.sysctls().get(sysctl.key()));
                steps.add(step(set(sysctl.key(), sysctl.value()), before.map(value -> set(sysctl.key(), value))));
            }
        }
        List<Optional<LinkChange>> changes =
                conf.link().differingFrom(present.link()).changes(ifName);
        List<Optional<LinkChange>> inverses = present.link().changes(ifName);
        for (int i = 0; i < changes.size(); i++) {
            Optional<LinkChange> inverse = inverses.get(i);
            changes.get(i).ifPresent(change -> steps.add(step(change, inverse)));
        }
        return steps;
    }

    private static Change set(String key, String value) {
        return new Change.SetSysctl(key, value, true);
    }

    private static Step step(Change change, Optional<? extends Change> inverse) {
        return new Step(
                Side.POD,
                change,
                inverse.<Step.Undo>map(back -> new Step.Undo.By(Side.POD, back))
                        .orElse(new Step.Undo.None("what it was before cannot be read")));
    }
}
