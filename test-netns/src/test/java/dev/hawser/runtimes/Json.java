package dev.hawser.runtimes;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import tools.jackson.core.JsonParser;
import tools.jackson.core.JsonToken;
import tools.jackson.core.ObjectReadContext;
import tools.jackson.core.json.JsonFactory;

/** A JSON document as plain maps, lists, strings, numbers and booleans; the text {@code null} stands for null. */
final class Json {

    private Json() {}

    static Object parse(String text) {
        try (JsonParser parser = new JsonFactory().createParser(ObjectReadContext.empty(), text)) {
            parser.nextToken();
            return value(parser);
        }
    }

    /** The members of an array; nothing in place of an empty text, which ip(8) prints when there is nothing to list. */
    static List<Map<?, ?>> objects(String text) {
        return text.isBlank()
                ? List.of()
                : list(parse(text)).stream().<Map<?, ?>>map(Json::map).toList();
    }

    static Map<?, ?> map(Object value) {
        return value instanceof Map<?, ?> map ? map : Map.of();
    }

    static List<?> list(Object value) {
        return value instanceof List<?> list ? list : List.of();
    }

    /** What a member holds, an empty text if there is no such member. */
    static Object member(Object object, String key) {
        return Optional.<Object>ofNullable(map(object).get(key)).orElse("");
    }

    /** An object with one member more. */
    static String with(String object, String key, String value) {
        String open = object.strip().replaceFirst("\\}$", "").strip();
        return open + (open.equals("{") ? "" : ", ") + "\"" + key + "\": " + value + "}";
    }

    private static Object value(JsonParser parser) {
        JsonToken token = parser.currentToken();
        return switch (token) {
            case START_OBJECT -> object(parser);
            case START_ARRAY -> array(parser);
            case VALUE_NUMBER_INT, VALUE_NUMBER_FLOAT -> parser.getNumberValue();
            case VALUE_TRUE -> true;
            case VALUE_FALSE -> false;
            default -> parser.getString();
        };
    }

    private static Map<String, Object> object(JsonParser parser) {
        Map<String, Object> members = new LinkedHashMap<>();
        while (parser.nextToken() != JsonToken.END_OBJECT) {
            String key = parser.currentName();
            parser.nextToken();
            members.put(key, value(parser));
        }
        return members;
    }

    private static List<Object> array(JsonParser parser) {
        List<Object> items = new ArrayList<>();
        while (parser.nextToken() != JsonToken.END_ARRAY) {
            items.add(value(parser));
        }
        return items;
    }
}
