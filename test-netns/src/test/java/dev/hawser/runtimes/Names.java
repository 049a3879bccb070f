package dev.hawser.runtimes;

import java.util.concurrent.atomic.AtomicInteger;

/** Names that no other test on this machine uses now. */
final class Names {

    private static final AtomicInteger NEXT = new AtomicInteger();

    private Names() {}

    /** At most 15 characters for a prefix of 3, so that it may name an interface too. */
    static String unique(String prefix) {
        return prefix + Long.toString(ProcessHandle.current().pid(), 36) + "x" + NEXT.incrementAndGet();
    }
}
