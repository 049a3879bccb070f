package dev.hawser.bench;

import java.util.Locale;

/** Numbers as people read them: three digits that mean something. */
final class Numbers {

    private Numbers() {}

    /** Milliseconds: {@code 0.83}, {@code 13.2}, {@code 482}. */
    static String millis(double millis) {
        int decimals = millis < 10 ? 2 : millis < 100 ? 1 : 0;
        return String.format(Locale.ROOT, "%." + decimals + "f", millis);
    }

    /** A factor without its x: {@code 0.3}, {@code 7.1}, {@code 212}. */
    static String factor(double factor) {
        return String.format(Locale.ROOT, factor < 100 ? "%.1f" : "%.0f", factor);
    }

    /** Without a fraction where there is none: {@code 7}, {@code 2.5}. */
    static String plain(double number) {
        return number == Math.rint(number) ? Long.toString((long) number) : Double.toString(number);
    }

    /** {@code 50,000}. */
    static String count(long count) {
        return String.format(Locale.ROOT, "%,d", count);
    }
}
