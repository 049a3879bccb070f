package dev.hawser.spec;

/** A call cannot be served. Carries the answer that the runtime gets. */
public final class CniException extends RuntimeException {

    private static final long serialVersionUID = 1L;

    private final transient CniError error;

    public CniException(CniError error) {
        super(error.toString());
        this.error = error;
    }

    public CniException(CniError error, Throwable cause) {
        super(error.toString(), cause);
        this.error = error;
    }

    public CniException(ErrorCode code, String message) {
        this(new CniError(code, message));
    }

    public CniException(ErrorCode code, String message, Throwable cause) {
        this(new CniError(code, message), cause);
    }

    /**
     * An error with details.
     *
     * @param details more about it, printed apart from the message; may be empty
     */
    public CniException(ErrorCode code, String message, String details) {
        this(new CniError(code.number(), message, details));
    }

    /** The same failure seen from further out: another code, and words before its message. */
    public CniException within(ErrorCode code, String prefix) {
        return new CniException(new CniError(code.number(), prefix + error.message(), error.details()), this);
    }

    public CniError error() {
        return error;
    }

    /** The number on the wire. */
    public int code() {
        return error.code();
    }

    public String details() {
        return error.details();
    }

    /** The document for stdout. */
    public String toJson() {
        return error.toJson();
    }
}
