package dev.hawser.netlink;

import static dev.hawser.netlink.Netlink.NLM_F_CREATE;
import static dev.hawser.netlink.Netlink.NLM_F_EXCL;
import static dev.hawser.netlink.Rtnetlink.AF_INET;
import static dev.hawser.netlink.Rtnetlink.AF_INET6;
import static dev.hawser.netlink.Rtnetlink.AF_UNSPEC;
import static dev.hawser.netlink.Rtnetlink.RTM_DELRULE;
import static dev.hawser.netlink.Rtnetlink.RTM_GETRULE;
import static dev.hawser.netlink.Rtnetlink.RTM_NEWRULE;
import static dev.hawser.netlink.Rtnetlink.RT_TABLE_UNSPEC;

import dev.hawser.kernel.PolicyRule;
import java.util.List;

/** Requests about the routing policy (rtnetlink(7), RTM_NEWRULE and its kin; linux/fib_rules.h). */
public final class RuleCodec {

    private static final int FRA_SRC = 2;
    private static final int FRA_TABLE = 15;

    /** The rule sends to a table. */
    private static final int FR_ACT_TO_TBL = 1;

    private static final int IPV4_OCTETS = 4;
    private static final int IPV6_OCTETS = 16;

    private RuleCodec() {}

    /** Adds a rule: EEXIST if there is one that says the same, whatever its priority. */
    public static Request add(PolicyRule rule) {
        return Request.acknowledged(RTM_NEWRULE, NLM_F_CREATE | NLM_F_EXCL, out -> write(out, rule));
    }

    /** Deletes a rule, whatever its priority: ENOENT if there is none. */
    public static Request delete(PolicyRule rule) {
        return Request.acknowledged(RTM_DELRULE, 0, out -> write(out, rule));
    }

    private static void write(AttrWriter out, PolicyRule rule) {
        int family = rule.source().isIpv4() ? AF_INET : AF_INET6;
        out.fixed(new FibRuleHdr(family, rule.source().prefixLength(), RT_TABLE_UNSPEC, FR_ACT_TO_TBL));
        if (rule.source().prefixLength() > 0) {
            out.bytes(FRA_SRC, rule.source().address().getAddress());
        }
        out.u32(FRA_TABLE, rule.table());
    }

    /** Asks for the rules of all families. */
    public static Request all() {
        return Request.dump(RTM_GETRULE, out -> out.fixed(new FibRuleHdr(AF_UNSPEC, 0, 0, 0)));
    }

    /** The rule that this message is about; none if it sends to no table, or is of another family. */
    public static List<PolicyRule> read(AttrReader body) {
        FibRuleHdr header = FibRuleHdr.read(body);
        boolean isIp = header.family() == AF_INET || header.family() == AF_INET6;
        if (!isIp || header.action() != FR_ACT_TO_TBL) {
            return List.of();
        }
        byte[] source = new byte[header.family() == AF_INET ? IPV4_OCTETS : IPV6_OCTETS];
        int table = header.table();
        while (body.next()) {
            switch (body.type()) {
                case FRA_SRC -> source = body.bytes();
                case FRA_TABLE -> table = body.u32();
                default -> {} // what we have no word for
            }
        }
        return List.of(new PolicyRule(AddressCodec.cidr(source, header.sourceLength()), table));
    }
}
