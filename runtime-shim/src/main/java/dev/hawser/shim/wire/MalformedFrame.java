package dev.hawser.shim.wire;

/** What came over the socket is no frame of ours. */
public final class MalformedFrame extends RuntimeException {

    private static final long serialVersionUID = 1;

    MalformedFrame(String what) {
        super(what);
    }
}
