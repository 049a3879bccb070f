package dev.hawser.dhcp;

/** There is no lease. The message says whom was asked for it, and what came of that. */
public final class DhcpException extends RuntimeException {

    private static final long serialVersionUID = 1L;

    private final boolean temporary;

    DhcpException(String message, boolean temporary) {
        super(message);
        this.temporary = temporary;
    }

    /** Whether the same may succeed later: nobody answered, or no address was free. */
    public boolean isTemporary() {
        return temporary;
    }
}
