package dev.hawser.shim;

import dev.hawser.spec.Json;
import java.util.List;
import java.util.Locale;

/** The members of a document of the helper's, and how people read them. */
record Figures(Json.Obj document) {

    private static final double NANOS_PER_MILLI = 1e6;
    private static final long BYTES_PER_MIB = 1 << 20;
    private static final int BAR_WIDTH = 20;

    static Figures of(Json document) {
        return new Figures(document.asObject());
    }

    /** The objects of a list. */
    static List<Figures> list(Json list) {
        return list instanceof Json.Arr array
                ? array.items().stream().map(Figures::of).toList()
                : List.of();
    }

    List<Figures> list(String name) {
        return document.find(name).map(Figures::list).orElse(List.of());
    }

    Figures object(String name) {
        return of(document.find(name).orElse(Json.Null.VALUE));
    }

    /** As it is written; empty if it is missing. */
    String text(String name) {
        return document.find(name)
                .map(value -> switch (value) {
                    case Json.Str text -> text.value();
                    case Json.Num number -> number.literal();
                    case Json.Obj _, Json.Arr _, Json.Bool _, Json.Null _ -> value.compact();
                })
                .orElse("");
    }

    /** 0 if it is missing. */
    long number(String name) {
        String text = text(name);
        return text.isEmpty() ? 0 : Long.parseLong(text);
    }

    /** {@code 1.23 ms}. */
    String millis(String name) {
        return millis(number(name));
    }

    static String millis(long nanos) {
        return String.format(Locale.ROOT, "%.2f ms", nanos / NANOS_PER_MILLI);
    }

    String mebibytes(String name) {
        return number(name) / BYTES_PER_MIB + " MiB";
    }

    /** {@code ####................ 20 %}. */
    static String bar(long part, long whole) {
        double share = whole == 0 ? 0 : (double) part / whole;
        int filled = (int) Math.min(BAR_WIDTH, Math.ceil(share * BAR_WIDTH));
        return "#".repeat(filled)
                + ".".repeat(BAR_WIDTH - filled)
                + String.format(Locale.ROOT, " %3.0f %%", share * 100);
    }
}
