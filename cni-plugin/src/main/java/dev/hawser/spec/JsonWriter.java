package dev.hawser.spec;

import java.util.Iterator;

/** {@link Json} to text, byte for byte as Go's {@code encoding/json} writes it. */
final class JsonWriter {

    private static final String INDENT = "    ";
    private static final String HEX = "0123456789abcdef";

    private final StringBuilder out = new StringBuilder(256);
    private final boolean indented;

    private JsonWriter(boolean indented) {
        this.indented = indented;
    }

    static String pretty(Json document) {
        JsonWriter writer = new JsonWriter(true);
        writer.value(document, 0);
        return writer.out.toString();
    }

    static String compact(Json document) {
        JsonWriter writer = new JsonWriter(false);
        writer.value(document, 0);
        return writer.out.toString();
    }

    /** No switch over types: a cold JVM takes milliseconds to link one, its AOT cache does not help, and this runs in every ADD. */
    private void value(Json value, int depth) {
        if (value instanceof Json.Obj object) {
            object(object, depth);
        } else if (value instanceof Json.Arr array) {
            array(array, depth);
        } else if (value instanceof Json.Str text) {
            text(text.value());
        } else {
            out.append(literal(value));
        }
    }

    private static String literal(Json value) {
        if (value instanceof Json.Num number) {
            return number.literal();
        }
        return value instanceof Json.Bool bool ? Boolean.toString(bool.value()) : "null";
    }

    private void object(Json.Obj object, int depth) {
        out.append('{');
        Iterator<Json.Member> members = object.members().iterator();
        while (members.hasNext()) {
            newLine(depth + 1);
            Json.Member member = members.next();
            text(member.name());
            out.append(indented ? ": " : ":");
            value(member.value(), depth + 1);
            out.append(members.hasNext() ? "," : "");
        }
        if (!object.members().isEmpty()) {
            newLine(depth);
        }
        out.append('}');
    }

    private void array(Json.Arr array, int depth) {
        out.append('[');
        Iterator<Json> items = array.items().iterator();
        while (items.hasNext()) {
            newLine(depth + 1);
            value(items.next(), depth + 1);
            out.append(items.hasNext() ? "," : "");
        }
        if (!array.items().isEmpty()) {
            newLine(depth);
        }
        out.append(']');
    }

    private void newLine(int depth) {
        if (indented) {
            out.append('\n');
            for (int i = 0; i < depth; i++) {
                out.append(INDENT);
            }
        }
    }

    private void text(String text) {
        out.append('"');
        for (int i = 0; i < text.length(); i++) {
            character(text, i);
        }
        out.append('"');
    }

    private void character(String text, int index) {
        char c = text.charAt(index);
        switch (c) {
            case '"' -> out.append("\\\"");
            case '\\' -> out.append("\\\\");
            case '\b' -> out.append("\\b");
            case '\f' -> out.append("\\f");
            case '\n' -> out.append("\\n");
            case '\r' -> out.append("\\r");
            case '\t' -> out.append("\\t");
            // For the sake of documents inside HTML and JavaScript.
            case '<', '>', '&', '\u2028', '\u2029' -> escaped(c);
            default -> {
                if (c < ' ') {
                    escaped(c);
                } else if (isHalfPair(text, index)) {
                    escaped('\ufffd');
                } else {
                    out.append(c);
                }
            }
        }
    }

    private static boolean isHalfPair(String text, int index) {
        char c = text.charAt(index);
        if (Character.isHighSurrogate(c)) {
            return index + 1 == text.length() || !Character.isLowSurrogate(text.charAt(index + 1));
        }
        return Character.isLowSurrogate(c) && (index == 0 || !Character.isHighSurrogate(text.charAt(index - 1)));
    }

    private void escaped(char c) {
        out.append("\\u");
        for (int shift = 12; shift >= 0; shift -= 4) {
            out.append(HEX.charAt((c >>> shift) & 0xf));
        }
    }
}
