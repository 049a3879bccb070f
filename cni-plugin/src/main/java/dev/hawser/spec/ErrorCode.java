package dev.hawser.spec;

/** The error codes of SPEC, "Error", with the two that only Go's library defines (8 and 999). */
public enum ErrorCode {
    INCOMPATIBLE_VERSION(1),
    UNSUPPORTED_FIELD(2),
    /** The runtime need not clean up. */
    UNKNOWN_CONTAINER(3),
    INVALID_ENVIRONMENT(4),
    IO_FAILURE(5),
    DECODING_FAILURE(6),
    INVALID_NETWORK_CONFIG(7),
    /** types.ErrInvalidNetNS. */
    INVALID_NETNS(8),
    TRY_AGAIN_LATER(11),
    /** STATUS: the plugin cannot serve ADD. */
    PLUGIN_NOT_AVAILABLE(50),
    /** STATUS: as 50, and existing containers may have limited connectivity. */
    LIMITED_CONNECTIVITY(51),
    /** types.ErrInternal: anything that has no code of its own. */
    INTERNAL(999);

    private final int number;

    ErrorCode(int number) {
        this.number = number;
    }

    /** The number on the wire. */
    public int number() {
        return number;
    }
}
