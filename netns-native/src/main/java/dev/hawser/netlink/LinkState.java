package dev.hawser.netlink;

import java.util.List;
import java.util.OptionalInt;

/**
 * Whether a link carries traffic.
 *
 * @param operational IFLA_OPERSTATE (RFC 2863)
 * @param port IFLA_BRPORT_STATE, for a bridge port
 */
public record LinkState(int operational, OptionalInt port) {

    /** linux/if.h, IF_OPER_…, in the words of {@code ip link}. */
    private static final List<String> WORDS =
            List.of("unknown", "notpresent", "down", "lowerlayerdown", "testing", "dormant", "up");

    /** Whether it is operationally up. */
    public boolean isUp() {
        return operational == Rtnetlink.IF_OPER_UP || operational == Rtnetlink.IF_OPER_UNKNOWN;
    }

    /**
     * Whether it is up and, as a bridge port, in use. With STP a port listens and learns for 30 s before it forwards:
     * nobody waits for that.
     */
    public boolean isReady() {
        return isUp() && (port.isEmpty() || port.getAsInt() != IfLink.BR_STATE_DISABLED);
    }

    /** {@code lowerlayerdown}; {@code disabled} for a port of a bridge that is down. */
    @Override
    public String toString() {
        return isUp() && !isReady() ? "disabled" : WORDS.get(Math.min(operational, WORDS.size() - 1));
    }
}
