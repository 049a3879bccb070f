package dev.hawser.spec;

/**
 * The answer of a call that failed (SPEC, "Error"). Like the reference, we do not print the {@code cniVersion} that the
 * specification lists.
 *
 * <pre>{@code
 * {
 *     "code": 7,
 *     "msg": "invalid characters found in network name",
 *     "details": "a b"
 * }
 * }</pre>
 *
 * @param code one of {@link ErrorCode}, or whatever a delegate said
 * @param message what went wrong, {@code msg} on the wire
 * @param details more about it; empty if there is nothing more to say
 */
public record CniError(int code, String message, String details) {

    public CniError(ErrorCode code, String message) {
        this(code.number(), message, "");
    }

    /**
     * Reads what a delegate printed. Missing members are taken for 0 and empty, as Go does.
     *
     * @throws CniException code 6 if it is not such a document
     */
    public static CniError parse(byte[] document) {
        Settings settings = Settings.of(Json.parseObject(document));
        CniError error = new CniError(
                settings.whole("code", Integer.MIN_VALUE, Integer.MAX_VALUE).orElse(0),
                settings.text("msg", ""),
                settings.text("details", ""));
        settings.throwIfFaulty(ErrorCode.DECODING_FAILURE, "not a CNI error");
        return error;
    }

    /** As a tree, members in the order of the wire. */
    public Json.Obj json() {
        Json.Builder error = Json.object().put("code", code).put("msg", message);
        return details.isEmpty() ? error.build() : error.put("details", details).build();
    }

    /** The document for stdout: indented, no newline at its end. */
    public String toJson() {
        return json().pretty();
    }

    /** {@code msg; details}, as Go's library words it in logs. */
    @Override
    public String toString() {
        return details.isEmpty() ? message : message + "; " + details;
    }
}
