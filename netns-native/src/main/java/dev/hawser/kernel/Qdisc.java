package dev.hawser.kernel;

import java.util.Optional;

/**
 * A queueing discipline that somebody gave to a link (tc(8)).
 *
 * @param kind TCA_KIND: {@code tbf}, {@code ingress}
 * @param handle its number: {@link #OURS} at the root
 * @param tbf its settings, if it is one that can be described so
 */
public record Qdisc(String kind, int handle, Optional<Tbf> tbf) {

    /** {@code 1:}, as the reference plugin has it too. */
    public static final int OURS = 0x1_0000;

    public static final String INGRESS = "ingress";

    /** Whether it is of this kind. */
    public boolean is(String expectedKind) {
        return kind.equals(expectedKind);
    }
}
