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

    private static final double NANOS_PER_MILLI = 1e6;

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

    private static String millis(long nanos) {
        return String.format(Locale.ROOT, "%.3f", nanos / NANOS_PER_MILLI);
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
        return !value.isEmpty()
                && value.chars().allMatch(c -> c > ' ' && c != '"' && c != '=' && c != '\\' && isVisible(c));
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
