package dev.hawser.shim.wire;

import java.nio.ByteBuffer;

/**
 * The answer to a {@link CallFrame}. Integers are in network byte order.
 *
 * {@snippet lang=text :
 *  offset 0        4      5             8               12              16
 *         +--------+------+-------------+---------------+---------------+----------+----------
 *         | "HWSA" | kind | exit status | stdout length | stderr length | stdout … | stderr …
 *         +--------+------+-------------+---------------+---------------+----------+----------
 *                   1 byte    3 bytes
 *
 *   kind 0 DONE      the launcher prints both, sends one byte back, and ends with the exit status
 *   kind 1 REFUSED   nothing was begun: the launcher starts the JVM; stderr says why
 * }
 *
 * <p>The byte that comes back (of any value) says that stdout has been written whole. If the launcher goes away without it, the
 * runtime has not got its answer, and the call is taken back.
 */
public record AnswerFrame(Kind kind, int exitStatus, ByteBuffer stdout, ByteBuffer stderr) {

    /** Of the frame's head, in bytes. */
    public static final int HEAD_BYTES = 16;

    /** "HWSA". */
    static final int MAGIC = 0x48575341;

    /** What an answer means. */
    public enum Kind {
        /** The call was carried out, for better or worse. */
        DONE(0),
        /** The call was not begun. */
        REFUSED(1);

        private final int number;

        Kind(int number) {
            this.number = number;
        }
    }

    /** All of the frame. */
    public ByteBuffer write() {
        return ByteBuffer.allocate(HEAD_BYTES + stdout.remaining() + stderr.remaining())
                .putInt(MAGIC)
                .putInt((kind.number << 24) | (exitStatus & 0xffffff))
                .putInt(stdout.remaining())
                .putInt(stderr.remaining())
                .put(stdout.duplicate())
                .put(stderr.duplicate())
                .flip();
    }
}
