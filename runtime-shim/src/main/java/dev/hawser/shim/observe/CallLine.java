package dev.hawser.shim.observe;

import dev.hawser.run.Phases.Phase;
import java.time.Duration;
import java.util.Locale;

/**
 * A call as one line of the log, in the key=value form that is called logfmt.
 *
 * <pre>
 * time=2026-11-24T00:30:01.123Z level=info msg=call verb=ADD plugin=bridge network=pods container=c1 if=eth0 status=0 ms=1.2
 * </pre>
 */
final class CallLine {

    private static final long NANOS_PER_MICRO = 1000;
    private static final long MICROS_PER_MILLI = 1000;

    private final StringBuilder line = new StringBuilder(256);

    private CallLine() {}

    /**
     * The line of a call.
     *
     * @param slow a call that takes longer says what on
     */
    static String of(CallRecord call, Duration slow) {
        boolean isSlow = call.times().total() > slow.toNanos();
        CallLine line = new CallLine();
        line.put("time", call.started().toString());
        line.put("level", call.failed() ? "error" : isSlow ? "warn" : "info");
        line.put("msg", isSlow ? "slow call" : "call");
        line.put("verb", call.verb());
        line.put("plugin", call.plugin());
        line.putUnlessEmpty("network", call.network());
        line.putUnlessEmpty("container", call.containerId());
        line.putUnlessEmpty("if", call.ifName());
        line.put("status", Integer.toString(call.exitStatus()));
        line.put("ms", millis(call.times().total()));
        if (isSlow) {
            for (Phase phase : Phase.values()) {
                line.put(
                        phase.name().toLowerCase(Locale.ROOT) + "_ms",
                        millis(call.times().of(phase)));
            }
        }
        call.code().ifPresent(code -> line.put("code", Integer.toString(code)));
        line.putUnlessEmpty("error", call.message());
        return line.line.toString();
    }

    /** With three decimals. Each call is written so: String.format would take as long as all the rest. */
    private static String millis(long nanos) {
        long micros = nanos / NANOS_PER_MICRO;
        return micros / MICROS_PER_MILLI + "."
                + Long.toString(MICROS_PER_MILLI + micros % MICROS_PER_MILLI).substring(1);
    }

    private void putUnlessEmpty(String key, String value) {
        if (!value.isEmpty()) {
            put(key, value);
        }
    }

    private void put(String key, String value) {
        line.append(line.isEmpty() ? "" : " ").append(key).append('=');
        if (isPlain(value)) {
            line.append(value);
        } else {
            quote(value);
        }
    }

    private static boolean isPlain(String value) {
        for (int i = 0; i < value.length(); i++) {
            char c = value.charAt(i);
            if (c <= ' ' || c == '"' || c == '=' || c == '\\' || !isVisible(c)) {
                return false;
            }
        }
        return !value.isEmpty();
    }

    /** Not what ends a line, or moves a terminal's cursor. */
    private static boolean isVisible(int c) {
        return switch (Character.getType(c)) {
            case Character.CONTROL, Character.FORMAT, Character.LINE_SEPARATOR, Character.PARAGRAPH_SEPARATOR -> false;
            default -> true;
        };
    }

    private void quote(String value) {
        line.append('"');
        value.chars().forEach(this::quote);
        line.append('"');
    }

    private void quote(int c) {
        switch (c) {
            case '"', '\\' -> line.append('\\').append((char) c);
            case '\n' -> line.append("\\n");
            case '\t' -> line.append("\\t");
            default -> {
                if (isVisible(c)) {
                    line.append((char) c);
                } else {
                    line.append(String.format(Locale.ROOT, "\\u%04x", c));
                }
            }
        }
    }
}
