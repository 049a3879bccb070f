package dev.hawser.outcome;

import static java.nio.charset.StandardCharsets.UTF_8;
import static java.nio.file.StandardOpenOption.APPEND;
import static java.nio.file.StandardOpenOption.CREATE;

import dev.hawser.kernel.KernelFeature;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Optional;
import org.junit.platform.engine.TestExecutionResult;
import org.junit.platform.launcher.TestExecutionListener;
import org.junit.platform.launcher.TestIdentifier;

/**
 * Writes down whether a test was executed or skipped, by the id with which JUnit can run just that one again: the XML reports
 * have none. The system property {@code hawser.outcomes} names the file; without it nothing is written.
 *
 * <pre>
 * skipped [engine:junit-jupiter]/[class:dev.hawser.netns.VrfTest]/[method:checkMissesTheVrf()]
 * executed [engine:junit-jupiter]/[class:dev.hawser.netns.LinkPluginsTest]/[test-template:…]/[test-template-invocation:#2]
 * </pre>
 *
 * <p>A class whose {@code @BeforeAll} found out that nothing in it can be done stands for its tests.
 */
public final class OutcomeLog implements TestExecutionListener {

    private static final Optional<Path> FILE =
            Optional.ofNullable(System.getProperty("hawser.outcomes")).map(Path::of);

    @Override
    public void executionSkipped(TestIdentifier test, String reason) {
        write("skipped", test);
    }

    @Override
    public void executionFinished(TestIdentifier test, TestExecutionResult result) {
        boolean needless = result.getThrowable()
                .filter(KernelFeature.NeedlessTestException.class::isInstance)
                .isPresent();
        boolean skipped = result.getStatus() == TestExecutionResult.Status.ABORTED && !needless;
        write(skipped ? "skipped" : "executed", test);
    }

    /** One write for each line: other JVMs may write to the same file. */
    private static void write(String outcome, TestIdentifier test) {
        FILE.ifPresent(file -> {
            try {
                Files.createDirectories(file.toAbsolutePath().getParent());
                Files.writeString(file, outcome + " " + test.getUniqueId() + "\n", UTF_8, CREATE, APPEND);
            } catch (IOException e) {
                throw new UncheckedIOException("write to " + file, e);
            }
        });
    }
}
