package dev.hawser.spec;

import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import tools.jackson.core.JacksonException;
import tools.jackson.core.JsonParser;
import tools.jackson.core.JsonToken;
import tools.jackson.core.ObjectReadContext;
import tools.jackson.core.StreamReadConstraints;
import tools.jackson.core.TokenStreamFactory;
import tools.jackson.core.TokenStreamLocation;
import tools.jackson.core.exc.UnexpectedEndOfInputException;
import tools.jackson.core.json.JsonFactory;
import tools.jackson.core.util.JsonRecyclerPools;

/**
 * Bytes to {@link Json}. Jackson's tokens only: its databind doubles the cost of a cold start. What is left of that cost is
 * the first parser, some 20 ms on JDK 25, nearly all of it spent by {@code BigDecimal} on tables that nobody here uses.
 */
final class JsonReader {

    /** Small values cost more in memory than on the wire, so their number has a limit of its own. */
    private static final int MAX_TOKENS = 500_000;

    private static final JsonFactory TOKENS = JsonFactory.builder()
            .recyclerPool(JsonRecyclerPools.nonRecyclingPool())
            .disable(TokenStreamFactory.Feature.CANONICALIZE_PROPERTY_NAMES)
            .streamReadConstraints(StreamReadConstraints.builder()
                    .maxNestingDepth(Json.MAX_DEPTH)
                    .maxTokenCount(MAX_TOKENS)
                    .maxNumberLength(Json.MAX_BYTES)
                    .maxStringLength(Json.MAX_BYTES)
                    .maxNameLength(Json.MAX_BYTES)
                    .build())
            .build();

    private final JsonParser tokens;

    private JsonReader(JsonParser tokens) {
        this.tokens = tokens;
    }

    static Json read(byte[] document) {
        if (document.length > Json.MAX_BYTES) {
            throw undecodable("the document is longer than " + Json.MAX_BYTES + " bytes");
        }
        // Decoded here, because Go replaces malformed UTF-8 where Jackson rejects it, and because Jackson would also
        // accept UTF-16, UTF-32 and a byte order mark.
        String text = new String(document, StandardCharsets.UTF_8);
        try (JsonParser tokens = TOKENS.createParser(ObjectReadContext.empty(), text)) {
            return new JsonReader(tokens).document();
        } catch (UnexpectedEndOfInputException e) {
            throw new CniException(ErrorCode.DECODING_FAILURE, "unexpected end of JSON input", e);
        } catch (JacksonException e) {
            throw new CniException(ErrorCode.DECODING_FAILURE, e.getOriginalMessage() + place(e), e);
        }
    }

    private static String place(JacksonException e) {
        TokenStreamLocation location = e.getLocation();
        return location == null ? "" : " (line " + location.getLineNr() + ", column " + location.getColumnNr() + ")";
    }

    private static CniException undecodable(String message) {
        return new CniException(ErrorCode.DECODING_FAILURE, message);
    }

    private Json document() {
        JsonToken first = tokens.nextToken();
        if (first == null) {
            throw undecodable("unexpected end of JSON input");
        }
        Json document = value(first);
        if (tokens.nextToken() != null) {
            throw undecodable("there is more after the end of the JSON document");
        }
        return document;
    }

    private Json value(JsonToken token) {
        return switch (token) {
            case START_OBJECT -> object();
            case START_ARRAY -> array();
            case VALUE_STRING -> new Json.Str(wellFormed(tokens.getString()));
            case VALUE_NUMBER_INT, VALUE_NUMBER_FLOAT -> new Json.Num(tokens.getString());
            case VALUE_TRUE -> new Json.Bool(true);
            case VALUE_FALSE -> new Json.Bool(false);
            case VALUE_NULL -> Json.Null.VALUE;
            default -> throw new IllegalStateException("no value begins with " + token);
        };
    }

    private Json.Obj object() {
        List<Json.Member> members = new ArrayList<>();
        while (tokens.nextToken() == JsonToken.PROPERTY_NAME) {
            String name = wellFormed(tokens.currentName());
            members.add(new Json.Member(name, value(tokens.nextToken())));
        }
        return new Json.Obj(members);
    }

    private Json.Arr array() {
        List<Json> items = new ArrayList<>();
        for (JsonToken token = tokens.nextToken(); token != JsonToken.END_ARRAY; token = tokens.nextToken()) {
            items.add(value(token));
        }
        return new Json.Arr(items);
    }

    /** Half of a surrogate pair, as {@code "\ud800"} escapes it, is no character: U+FFFD stands for it, as in Go. */
    private static String wellFormed(String text) {
        for (int i = 0; i < text.length(); i++) {
            if (Character.isSurrogate(text.charAt(i))) {
                return text.codePoints()
                        .map(c -> Character.getType(c) == Character.SURROGATE ? 0xfffd : c)
                        .collect(StringBuilder::new, StringBuilder::appendCodePoint, StringBuilder::append)
                        .toString();
            }
        }
        return text;
    }
}
