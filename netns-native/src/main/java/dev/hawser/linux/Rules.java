package dev.hawser.linux;

import static dev.hawser.kernel.Errno.EEXIST;
import static dev.hawser.kernel.Errno.ENOENT;

import dev.hawser.kernel.PolicyRule;
import dev.hawser.netlink.RuleCodec;
import java.util.List;

/** The routing policy of one namespace. */
final class Rules {

    private final Namespace namespace;

    Rules(Namespace namespace) {
        this.namespace = namespace;
    }

    void add(PolicyRule rule) {
        namespace.route().execute(RuleCodec.add(rule)).ignoring(EEXIST).orFail("add rule", rule.toString());
    }

    void delete(PolicyRule rule) {
        namespace.route().execute(RuleCodec.delete(rule)).ignoring(ENOENT).orFail("delete rule", rule.toString());
    }

    List<PolicyRule> all() {
        return namespace.route().dump(RuleCodec.all(), RuleCodec::read, "rules").stream()
                .flatMap(List::stream)
                .toList();
    }
}
