package dev.hawser.bench;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.time.Duration;
import org.junit.jupiter.api.Test;

class TurnsTest {

    @Test
    void someTurnsDoNotCountAndThenAllDo() {
        assertEquals("--++++", turns(new Turns(2, 4, Duration.ofMinutes(1))));
    }

    @Test
    void whenTimeIsUpTenTurnsCountNevertheless() {
        assertEquals("-++++++++++", turns(new Turns(1, 100, Duration.ZERO)));
    }

    @Test
    void lateOrNotThereAreNoMoreTurnsThanWereAskedFor() {
        assertEquals("+++", turns(new Turns(0, 3, Duration.ZERO)));
    }

    private static String turns(Turns turns) {
        StringBuilder taken = new StringBuilder();
        while (turns.next()) {
            taken.append(turns.counts() ? '+' : '-');
        }
        return taken.toString();
    }
}
