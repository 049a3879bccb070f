package dev.hawser.spec;

import static dev.hawser.spec.Fixtures.errorOf;
import static dev.hawser.spec.Fixtures.object;
import static dev.hawser.spec.Fixtures.utf8;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class JsonTest {

    @ParameterizedTest
    @ValueSource(
            strings = {
                "null",
                "true",
                "\"a\"",
                "-0",
                "1500.0",
                "1.5e3",
                "123456789012345678901234567890",
                "[]",
                "{}",
                "[1,[2,{\"b\":null,\"a\":[]}]]",
                "{\"z\":1,\"a\":2,\"z\":3}"
            })
    void keepsWhatItWasGiven(String document) {
        assertEquals(document, Json.parse(utf8(document)).compact());
    }

    @Test
    void namesMatchWithoutCaseAndTheLastOneCounts() {
        Json.Obj object = object("{\"name\":\"a\",\"NAME\":\"b\",\"Name\":null}");

        assertEquals(Optional.of(Json.of("b")), object.find("name"));
        assertEquals(Optional.empty(), object.find("nam"));
    }

    @Test
    void nullIsThereButSaysNothing() {
        Json.Obj object = object("{\"a\":null}");

        assertTrue(object.has("A"));
        assertFalse(object.has("b"));
        assertEquals(Optional.empty(), object.find("a"));
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "{} x",
                "{}{}",
                "{\"a\":01}",
                "{\"a\":NaN}",
                "{\"a\":\"\t\"}",
                "{\"a\":1,}",
                "{\"a\":1/**/}",
                "{a:1}",
                "{'a':1}",
                "+1",
                ".5",
                "1.",
                "tru",
                "\ufeff{}",
                "[1,]",
                "]",
                "\"\\x\"",
                "{\"a\"}",
                "// c\n{}"
            })
    void whatGoRejectsIsUndecodable(String document) {
        assertEquals(
                ErrorCode.DECODING_FAILURE.number(),
                errorOf(() -> Json.parse(utf8(document))).code());
    }

    @ParameterizedTest
    @ValueSource(strings = {"", "  \n", "{", "{\"a\"", "{\"a\":", "[", "[1,", "\"a", "tr"})
    void aDocumentThatStopsEarlyIsUndecodable(String document) {
        assertEquals(
                ErrorCode.DECODING_FAILURE.number(),
                errorOf(() -> Json.parse(utf8(document))).code());
    }

    @Test
    void aSyntaxErrorIsPlaced() {
        String message = errorOf(() -> Json.parse(utf8("{\n  \"a\": x}"))).message();

        assertTrue(message.contains("(line 2, column "), message);
    }

    @Test
    void arraysNestTwoHundredDeepAndNoDeeper() {
        String deep = "[".repeat(Json.MAX_DEPTH) + "]".repeat(Json.MAX_DEPTH);

        assertEquals(deep, Json.parse(utf8(deep)).compact());
        assertEquals(
                ErrorCode.DECODING_FAILURE.number(),
                errorOf(() -> Json.parse(utf8("[" + deep + "]"))).code());
        assertEquals(
                ErrorCode.DECODING_FAILURE.number(),
                errorOf(() -> Json.parse(utf8("{\"a\":[".repeat(100_000)))).code());
    }

    @Test
    void anEndlessDocumentIsUndecodable() {
        CniError error = errorOf(() -> Json.parse(new byte[Json.MAX_BYTES + 1]));

        assertEquals(new CniError(ErrorCode.DECODING_FAILURE, "the document is longer than 4194304 bytes"), error);
    }

    @Test
    void moreValuesThanAnyNodeHasAttachmentsAreUndecodable() {
        String zeros = "[" + "0,".repeat(500_001) + "0]";

        assertEquals(
                ErrorCode.DECODING_FAILURE.number(),
                errorOf(() -> Json.parse(utf8(zeros))).code());
    }

    @Test
    void longTextsNamesAndNumbersAreRead() {
        String digits = "7".repeat(100_000);
        String document = "{\"" + digits + "\":[\"" + digits + "\"," + digits + "]}";

        assertEquals(document, Json.parse(utf8(document)).compact());
    }

    /** Printed by the reference: {@code "domain": "\u0000\b\f\n…"}. */
    @Test
    void textsAreEscapedAsByGo() {
        String text = "\u0000\b\f\n\r\t\u001f\u007f\"\\/<>&\u2028\u2029é\ud83d\ude00";

        assertEquals(
                "\"\\u0000\\b\\f\\n\\r\\t\\u001f\u007f\\\"\\\\/\\u003c\\u003e\\u0026\\u2028\\u2029é\ud83d\ude00\"",
                Json.of(text).compact());
    }

    @Test
    void halfASurrogatePairIsReplaced() {
        assertEquals(Json.of("\ufffdx\ufffd"), Json.parse(utf8("\"\\ud800x\\udc00\"")));
        assertEquals(Json.of("\ud83d\ude00"), Json.parse(utf8("\"\\ud83d\\ude00\"")));
        assertEquals("\"\\ufffdx\\ufffd\"", Json.of("\ud800x\udc00").compact());
    }

    @Test
    void malformedUtf8IsReplaced() {
        assertEquals(Json.of("\ufffd"), Json.parse(new byte[] {'"', (byte) 0xff, '"'}));
    }

    @Test
    void prettyIsIndentedByFour() {
        Json.Obj document = object("{\"a\":[1,{\"b\":{}}],\"c\":[]}");

        assertEquals("""
                {
                    "a": [
                        1,
                        {
                            "b": {}
                        }
                    ],
                    "c": []
                }""", document.pretty());
    }

    @Test
    void sortedIsSortedAtEveryLevel() {
        assertEquals(
                "{\"a\":[{\"x\":1,\"y\":2}],\"b\":{\"c\":1,\"d\":2}}",
                object("{\"b\":{\"d\":2,\"c\":1},\"a\":[{\"y\":2,\"x\":1}]}")
                        .sorted()
                        .compact());
    }

    @Test
    void withReplacesEverySpellingAndWithoutDropsThem() {
        Json.Obj object = object("{\"a\":1,\"Name\":2,\"b\":3,\"name\":4}");

        assertEquals(
                "{\"a\":1,\"name\":\"x\",\"b\":3}",
                object.with("name", Json.of("x")).compact());
        assertEquals("{\"a\":1,\"b\":3}", object.without("NAME").compact());
        assertEquals("{\"a\":true}", Json.Obj.EMPTY.with("a", Json.of(true)).compact());
    }

    @Test
    void anObjectIsNothingElse() {
        assertEquals(Json.Obj.EMPTY, Json.parseObject(utf8("null")));
        assertEquals(
                new CniError(ErrorCode.DECODING_FAILURE, "want a JSON object, found a text"),
                errorOf(() -> Json.parseObject(utf8("\"x\""))));
    }
}
