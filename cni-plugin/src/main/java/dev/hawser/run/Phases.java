package dev.hawser.run;

import java.util.function.Supplier;

/**
 * What a call spends its time on. A call is in exactly one phase at a time: entering one leaves the one before, until the scope
 * is closed.
 *
 * <pre>{@code
 * try (Phases.Scope _ = phases.enter(Phase.KERNEL)) {
 *     kernel.apply(side, change);
 * }
 * }</pre>
 */
public interface Phases {

    /** In the order in which a call comes to them first. */
    enum Phase {
        /** From the start of the launcher to the arrival of the call. */
        LAUNCHER,
        /** Waiting for a thread, and for earlier calls of the same container. */
        QUEUE,
        /** Reading the call and deciding what to do: whatever is none of the others. */
        PARSE,
        /** Taking and giving back addresses, by other IPAM plugins too. */
        LEASE,
        /** Waiting for servers of the network: DHCP. It takes no processor, so that a helper lets other calls run meanwhile. */
        SERVER,
        /** Links, addresses, routes, namespaces, and kernel parameters. */
        KERNEL,
        /** nftables and iptables. */
        FIREWALL,
        /** Writing the answer, and waiting until it has been read. */
        ANSWER
    }

    /** A stay in a phase. */
    interface Scope extends AutoCloseable {
        /** Goes back to the phase before. */
        @Override
        void close();
    }

    /** Measures nothing: for a process that makes one call. */
    Phases NONE = phase -> () -> {};

    /** Begins a phase. Scopes are closed in the reverse order, by the same thread. */
    Scope enter(Phase phase);

    /** Told the network that the call is about, when it is known. */
    default void network(String name) {}

    /** Does something in a phase. */
    default void in(Phase phase, Runnable action) {
        try (Scope _ = enter(phase)) {
            action.run();
        }
    }

    /** Finds something out in a phase. */
    default <T> T get(Phase phase, Supplier<T> question) {
        try (Scope _ = enter(phase)) {
            return question.get();
        }
    }
}
