package dev.hawser.spec;

import java.util.Iterator;

/** Texts quoted as Go's {@code %q} does it, for messages that runtimes' tests compare. */
final class GoText {

    private GoText() {}

    static String quoted(String text) {
        StringBuilder out = new StringBuilder(text.length() + 2).append('"');
        text.codePoints().forEach(c -> appendTo(out, c));
        return out.append('"').toString();
    }

    /** {@code ["a" "b"]}. */
    static String quoted(Iterable<String> texts) {
        StringBuilder out = new StringBuilder("[");
        Iterator<String> rest = texts.iterator();
        while (rest.hasNext()) {
            out.append(quoted(rest.next())).append(rest.hasNext() ? " " : "");
        }
        return out.append(']').toString();
    }

    private static void appendTo(StringBuilder out, int c) {
        switch (c) {
            case '"' -> out.append("\\\"");
            case '\\' -> out.append("\\\\");
            case 0x07 -> out.append("\\a");
            case '\b' -> out.append("\\b");
            case '\f' -> out.append("\\f");
            case '\n' -> out.append("\\n");
            case '\r' -> out.append("\\r");
            case '\t' -> out.append("\\t");
            case 0x0b -> out.append("\\v");
            default -> {
                if (c < ' ' || c == 0x7f) {
                    out.append("\\x").append(c < 0x10 ? "0" : "").append(Integer.toHexString(c));
                } else {
                    out.appendCodePoint(c);
                }
            }
        }
    }
}
