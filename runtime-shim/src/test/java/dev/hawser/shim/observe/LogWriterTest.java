package dev.hawser.shim.observe;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTimeoutPreemptively;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.ByteArrayOutputStream;
import java.io.OutputStream;
import java.time.Duration;
import java.util.concurrent.CountDownLatch;
import org.junit.jupiter.api.Test;

class LogWriterTest {

    @Test
    void everyLineIsWrittenInOrder() {
        ByteArrayOutputStream out = new ByteArrayOutputStream();

        try (LogWriter log = new LogWriter(out)) {
            log.accept("one");
            log.accept("zwei ü");
        }

        assertEquals("one\nzwei ü\n", out.toString(UTF_8));
    }

    @Test
    void nobodyWaitsForAReaderThatIsStuck() {
        CountDownLatch stuck = new CountDownLatch(1);
        OutputStream out = new OutputStream() {
            @Override
            public void write(int b) {
                try {
                    stuck.await();
                } catch (InterruptedException e) {
                    Thread.currentThread().interrupt();
                }
            }
        };
        LogWriter log = new LogWriter(out);

        assertTimeoutPreemptively(Duration.ofSeconds(10), () -> {
            for (int i = 0; i < 100_000; i++) {
                log.accept("line");
            }
        });

        assertTrue(log.dropped() > 0);
        stuck.countDown();
        log.close();
    }
}
