package dev.hawser.shim.wire;

import static java.nio.charset.StandardCharsets.UTF_8;

import java.nio.BufferUnderflowException;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/**
 * One plugin call on its way from the launcher to the helper. Integers are in network byte order.
 *
 * {@snippet lang=text :
 *  byte 0      carries a descriptor (SCM_RIGHTS): the launcher's own network namespace
 *  byte 1      carries a descriptor: CNI_NETNS, or the own namespace again if that could not be opened
 *
 *  offset 0        4        8
 *         +--------+--------+----------------
 *         | "HWSR" | length | fields …          length: of the fields, in bytes
 *         +--------+--------+----------------
 *
 *  a field  0      1        5
 *           +------+--------+--------------
 *           | type | length | value …
 *           +------+--------+--------------
 *
 *   1 BUILD      which build of Hawser the launcher belongs to            text
 *   2 ROOT       the launcher's root directory: st_dev, st_ino            two 64-bit numbers
 *   3 STARTED    when the launcher began: CLOCK_MONOTONIC, nanoseconds    64-bit number
 *   4 ARGUMENT   argv[0], argv[1] …, one field each                       text
 *   5 VARIABLE   NAME=value of the environment, one field each            text
 *   6 DIRECTORY  the working directory                                    text
 *   7 NETNS      the errno of opening CNI_NETNS, 0 if it was opened       32-bit number
 *   8 STDIN      everything that was read from it                         bytes
 * }
 *
 * <p>Another build may write another frame, but always this head and BUILD as its first field: that is what a helper reads
 * before it refuses. Texts are UTF-8; fields of an unknown type are skipped.
 *
 * @param build the build of the launcher
 * @param root its root directory: a path means the same to both only if they have the same one
 * @param startedNanos as {@link System#nanoTime()} tells it
 * @param arguments at least argv[0]
 * @param environment the CNI_* variables, PATH, and those of a trace
 * @param directory what relative paths are relative to
 * @param netnsErrno why CNI_NETNS could not be opened, 0 if it was
 * @param stdin read-only; the network configuration
 */
public record CallFrame(
        String build,
        FileId root,
        long startedNanos,
        List<String> arguments,
        Map<String, String> environment,
        String directory,
        int netnsErrno,
        ByteBuffer stdin) {

    /** Of the frame's head, in bytes. */
    public static final int HEAD_BYTES = 8;

    /** The longest frame: 4 MiB of stdin, and 2 MiB for an environment, which is what Linux allows one by default. */
    public static final int MAX_BYTES = 6 * 1024 * 1024;

    /** "HWSR". */
    static final int MAGIC = 0x48575352;

    private static final byte BUILD = 1;
    private static final byte ROOT = 2;
    private static final byte STARTED = 3;
    private static final byte ARGUMENT = 4;
    private static final byte VARIABLE = 5;
    private static final byte DIRECTORY = 6;
    private static final byte NETNS = 7;
    private static final byte STDIN = 8;

    /** Device and inode of a file (stat(2)). */
    public record FileId(long device, long inode) {}

    public CallFrame {
        arguments = List.copyOf(arguments);
        environment = Map.copyOf(environment);
        stdin = stdin.asReadOnlyBuffer();
        if (arguments.isEmpty()) {
            throw new MalformedFrame("a call without argv[0]");
        }
    }

    /** The variable's value, empty if it is not there. */
    public String variable(String name) {
        return environment.getOrDefault(name, "");
    }

    /**
     * The length of the fields that follow a head.
     *
     * @throws MalformedFrame if it is not the head of a frame, or of one that is too long
     */
    public static int fieldsBytes(ByteBuffer head) {
        int magic = head.getInt();
        if (magic != MAGIC) {
            throw new MalformedFrame("a frame begins with 0x" + Integer.toHexString(magic));
        }
        int length = head.getInt();
        if (length < 0 || length > MAX_BYTES) {
            throw new MalformedFrame("a frame of " + Integer.toUnsignedString(length) + " bytes");
        }
        return length;
    }

    /**
     * The build that wrote a frame, whatever else there is in it.
     *
     * @param fields all that follows the head; not consumed
     * @throws MalformedFrame if it does not begin with a build
     */
    public static String buildOf(ByteBuffer fields) {
        return reading(() -> {
            ByteBuffer rest = fields.duplicate();
            if (rest.get() != BUILD) {
                throw new MalformedFrame("a frame that does not begin with its build");
            }
            return text(value(rest));
        });
    }

    /**
     * Reads a call of the same build.
     *
     * @param fields all that follows the head
     * @throws MalformedFrame if a field is cut off, or the frame is none of a call
     */
    public static CallFrame read(ByteBuffer fields) {
        return reading(() -> new Reading().read(fields));
    }

    private interface Parser<T> {
        T parse();
    }

    private static <T> T reading(Parser<T> parser) {
        try {
            return parser.parse();
        } catch (BufferUnderflowException | IndexOutOfBoundsException e) {
            throw new MalformedFrame("a field that is cut off");
        }
    }

    private static ByteBuffer value(ByteBuffer fields) {
        int length = fields.getInt();
        if (length < 0 || length > fields.remaining()) {
            throw new MalformedFrame("a field of " + Integer.toUnsignedString(length) + " bytes where "
                    + fields.remaining() + " are left");
        }
        ByteBuffer value = fields.slice(fields.position(), length);
        fields.position(fields.position() + length);
        return value;
    }

    private static String text(ByteBuffer value) {
        return UTF_8.decode(value).toString();
    }

    /** The fields that have come so far. */
    private static final class Reading {

        private String build = "";
        private FileId root = new FileId(0, 0);
        private long startedNanos;
        private final List<String> arguments = new ArrayList<>();
        private final Map<String, String> environment = new HashMap<>();
        private String directory = "/";
        private int netnsErrno;
        private ByteBuffer stdin = ByteBuffer.allocate(0);

        CallFrame read(ByteBuffer fields) {
            while (fields.hasRemaining()) {
                byte type = fields.get();
                read(type, value(fields));
            }
            return new CallFrame(
                    build, root, startedNanos, arguments, environment, directory, netnsErrno, copyOf(stdin));
        }

        private void read(byte type, ByteBuffer value) {
            switch (type) {
                case BUILD -> build = text(value);
                case ROOT -> root = new FileId(value.getLong(), value.getLong());
                case STARTED -> startedNanos = value.getLong();
                case ARGUMENT -> arguments.add(text(value));
                case VARIABLE -> addVariable(text(value));
                case DIRECTORY -> directory = text(value);
                case NETNS -> netnsErrno = value.getInt();
                case STDIN -> stdin = value;
                default -> {} // of a later build
            }
        }

        /** The first of two of the same name counts, as it does for getenv(3). */
        private void addVariable(String variable) {
            int equals = variable.indexOf('=');
            if (equals < 1) {
                throw new MalformedFrame("a variable without a name");
            }
            environment.putIfAbsent(variable.substring(0, equals), variable.substring(equals + 1));
        }

        /** The buffer that it was read from belongs to the connection. */
        private static ByteBuffer copyOf(ByteBuffer bytes) {
            return ByteBuffer.allocate(bytes.remaining()).put(bytes).flip();
        }
    }
}
