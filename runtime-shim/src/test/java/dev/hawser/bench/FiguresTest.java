package dev.hawser.bench;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.List;
import java.util.stream.LongStream;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.constraints.IntRange;
import net.jqwik.api.constraints.LongRange;
import net.jqwik.api.constraints.Size;
import org.junit.jupiter.api.Test;

class FiguresTest {

    @Test
    void percentilesOfAHundredRunsAreTheirRanks() {
        List<Long> nanos = LongStream.rangeClosed(1, 100)
                .map(millis -> millis * 1_000_000)
                .boxed()
                .toList();

        Figures figures = new Figures(nanos.reversed(), 3);

        assertEquals(
                List.of(50.0, 90.0, 99.0, 1.0, 100.0),
                List.of(figures.p50(), figures.p90(), figures.p99(), figures.percentile(0), figures.percentile(100)));
    }

    @Test
    void oneRunIsEveryPercentile() {
        Figures figures = new Figures(List.of(1_500_000L), 3);

        assertEquals(List.of(1.5, 1.5, 1.5), List.of(figures.p50(), figures.p90(), figures.p99()));
    }

    @Test
    void figuresNeedARun() {
        assertThrows(IllegalArgumentException.class, () -> new Figures(List.of(), 3));
    }

    @Test
    void tasksAreTheLowestOfAllRuns() {
        Samples samples = new Samples();
        samples.add(1, 9);
        samples.add(1, 4);
        samples.add(1, 7);

        assertEquals(4, samples.figures().tasks());
    }

    @Test
    void tasksOfThisProcessAreNotCounted() {
        Samples samples = new Samples();
        samples.add(1);

        assertEquals(-1, samples.figures().tasks());
    }

    @Property
    void aPercentileIsATimeThatSoManyDidNotExceed(
            @ForAll @Size(min = 1, max = 50) List<@LongRange(min = 1, max = 1_000_000) Long> nanos,
            @ForAll @IntRange(min = 1, max = 100) int percent) {
        Figures figures = new Figures(nanos, 0);

        double millis = figures.percentile(percent);

        long within = nanos.stream().filter(n -> n / 1e6 <= millis).count();
        assertTrue(within * 100 >= (long) percent * nanos.size(), within + " of " + nanos.size());
        assertTrue(nanos.stream().anyMatch(n -> n / 1e6 == millis));
    }
}
