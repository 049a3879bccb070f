package dev.hawser.netlink;

/** The bytes are not a netlink message: a length runs past the end, or a value has the wrong size. */
public final class MalformedNetlink extends RuntimeException {

    private static final long serialVersionUID = 1L;

    public MalformedNetlink(String message) {
        super("malformed netlink message: " + message);
    }
}
