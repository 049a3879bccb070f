package dev.hawser.netns;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.List;
import tools.jackson.databind.JsonNode;

/** What a plugin answered. */
record Answer(int exitStatus, String stdout, String stderr) {

    /** The codes of SPEC, "Error", and 8 and 999 as the reference's library defines them. */
    static final int INCOMPATIBLE_VERSION = 1;

    static final int INVALID_ENVIRONMENT = 4;
    static final int IO_FAILURE = 5;
    static final int DECODING_FAILURE = 6;
    static final int INVALID_NETWORK_CONFIG = 7;
    static final int INVALID_NETNS = 8;
    static final int TRY_AGAIN_LATER = 11;
    static final int PLUGIN_NOT_AVAILABLE = 50;
    static final int INTERNAL = 999;

    /**
     * A CNI error as a runtime reads it from stdout.
     *
     * @param text msg and details, as a person gets to see them
     */
    record Fault(int code, String text) {

        /** That the error has this code and that its text names all of these. */
        void is(int expectedCode, String... names) {
            assertEquals(expectedCode, code, this::toString);
            names(names);
        }

        void names(String... names) {
            for (String name : names) {
                assertTrue(text.contains(name), () -> "\"" + name + "\" is not named in " + this);
            }
        }
    }

    /** The result of a call that must succeed. */
    JsonNode result() {
        assertEquals(0, exitStatus, this::toString);
        return Json.parse(stdout);
    }

    /** The first address in the result of an ADD that must succeed, with prefix length. */
    String address() {
        return addresses().getFirst();
    }

    List<String> addresses() {
        return Json.texts(result().path("ips"), "address");
    }

    /** The first address without prefix length. */
    String ip() {
        return address().substring(0, address().indexOf('/'));
    }

    /** That the call succeeded and said nothing on stdout. */
    void succeeded() {
        assertEquals(0, exitStatus, this::toString);
        assertEquals("", stdout, this::toString);
    }

    /** The error of a call that must fail: exit status 1 and exactly one JSON document on stdout. */
    Fault fault() {
        assertEquals(1, exitStatus, this::toString);
        JsonNode error = Json.parse(stdout);
        assertTrue(error.path("code").isInt() && error.path("msg").isString(), this::toString);
        return new Fault(
                error.path("code").asInt(),
                error.path("msg").asString() + "; " + error.path("details").asString(""));
    }
}
