package dev.hawser.resident;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Optional;

/**
 * How this run of the tests has plugin calls made: {@code cold}, by a JVM for each call, or by a {@code helper}. The system property
 * {@code hawser.calls} says it; Maven runs the same tests with one and then with the other. And how slow its machine is: {@code
 * hawser.slowness} times slower than usual.
 */
public final class ThisRun {

    private static final boolean THROUGH_HELPER = "helper".equals(System.getProperty("hawser.calls"));

    private static final int SLOWNESS = Integer.getInteger("hawser.slowness", 1);

    private ThisRun() {}

    /** Whether helpers make the calls. */
    public static boolean isThroughHelper() {
        return THROUGH_HELPER;
    }

    /**
     * How long something may take on this machine, or has to be waited for.
     *
     * @param usual how long on any that runs at the speed of its processor
     */
    public static Duration patience(Duration usual) {
        return usual.multipliedBy(SLOWNESS);
    }

    /**
     * That helpers are tested with the tree that was built: of no other installation can it be said that nothing but the helper
     * makes its calls.
     *
     * @param named the installation that somebody wants to test in place of the built one
     */
    public static void requireBuiltTree(Optional<Path> named) {
        if (THROUGH_HELPER && named.isPresent()) {
            throw new AssertionError("through a helper only the tree that was built is tested, not " + named.get()
                    + ": leave HAWSER_CNI_BIN away");
        }
    }

    /**
     * Has the calls fail that no helper makes: without the list of their jars the launcher cannot start a JVM for them. Commands
     * have a list of their own, and so has the helper.
     *
     * @param prefix of the installation
     */
    public static void forbidColdCalls(Path prefix) {
        try {
            Files.writeString(prefix.resolve("lib/classpath"), "# The helper makes the calls.\n");
        } catch (IOException e) {
            throw new UncheckedIOException("forbid cold calls of " + prefix, e);
        }
    }

    /**
     * That an answer is not the error of a call that was forbidden.
     *
     * @param stdout of a plugin file
     */
    public static void requireNotForbidden(String stdout) {
        if (THROUGH_HELPER && stdout.contains("lib/classpath: names no jar")) {
            throw new AssertionError("no helper made the call: " + stdout);
        }
    }
}
