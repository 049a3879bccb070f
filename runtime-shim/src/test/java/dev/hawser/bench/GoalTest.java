package dev.hawser.bench;

import static org.junit.jupiter.api.Assertions.assertEquals;

import org.junit.jupiter.api.Test;

class GoalTest {

    @Test
    void fasterThanTheReferenceIsARatioOfMedians() {
        assertEquals("≥ 7x: met", verdict(new Goal.Faster(7), Sample.result(14, 2, 1)));
        assertEquals("≥ 7x: missed (6.5)", verdict(new Goal.Faster(7), Sample.result(13, 2, 1)));
    }

    @Test
    void withoutAReferenceNobodySaysWhetherItIsFaster() {
        assertEquals("≥ 7x: not measured", verdict(new Goal.Faster(7), Sample.alone(2)));
    }

    @Test
    void theFloorIsAMeasureByFactorAndByDistance() {
        assertEquals("≤ 2.5x floor: met", verdict(new Goal.NearFloor(2.5), Sample.result(14, 2.5, 1)));
        assertEquals("≤ 2.5x floor: missed (3.0)", verdict(new Goal.NearFloor(2.5), Sample.result(14, 3, 1)));
        assertEquals("≤ floor + 2 ms: met", verdict(new Goal.AboveFloor(2), Sample.result(30, 22, 20)));
        assertEquals("≤ floor + 2 ms: missed (2.5)", verdict(new Goal.AboveFloor(2), Sample.result(30, 22.5, 20)));
        assertEquals("≤ floor + 2 ms: not measured", verdict(new Goal.AboveFloor(2), Sample.alone(1)));
    }

    @Test
    void steadyIsTheTailAgainstTheMedian() {
        assertEquals("p99 ≤ 3x p50: met", verdict(new Goal.Steady(3), Sample.alone(2)));
        assertEquals("p99 ≤ 2x p50: missed (3.0)", verdict(new Goal.Steady(2), Sample.alone(2)));
    }

    @Test
    void flatForgivesAQuarter() {
        Goal flat = new Goal.Flat(Sample.constant(2, 1));

        assertEquals("flat: met", verdict(flat, Sample.result(14, 2.5, 1)));
        assertEquals("flat: missed (1.5)", verdict(flat, Sample.result(14, 3, 1)));
    }

    @Test
    void eachIsAShareOfAll() {
        assertEquals("≤ 1 ms each: met", verdict(new Goal.Each(100, 1), Sample.result(800, 100, 60)));
        assertEquals("≤ 1 ms each: missed (1.2)", verdict(new Goal.Each(100, 1), Sample.result(800, 120, 60)));
    }

    private static String verdict(Goal goal, Result result) {
        return goal.verdict(result);
    }
}
