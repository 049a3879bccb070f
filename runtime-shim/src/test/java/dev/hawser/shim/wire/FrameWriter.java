package dev.hawser.shim.wire;

import static java.nio.charset.StandardCharsets.UTF_8;

import java.io.ByteArrayOutputStream;
import java.nio.ByteBuffer;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;

/** Writes the bytes of a call as they are drawn at {@link CallFrame}; each change is a new one. */
// Bytes, which are written and never compared.
@SuppressWarnings("ArrayRecordComponent")
public record FrameWriter(
        String build,
        CallFrame.FileId root,
        long startedNanos,
        List<String> arguments,
        Map<String, String> environment,
        String directory,
        int netnsErrno,
        byte[] stdin) {

    /** A call of {@code bridge} with nothing on stdin. */
    public static FrameWriter call(String build, CallFrame.FileId root, Map<String, String> environment) {
        return new FrameWriter(build, root, System.nanoTime(), List.of("bridge"), environment, "/", 0, new byte[0]);
    }

    /** The same call with one variable more. */
    public FrameWriter with(String variable, String value) {
        Map<String, String> more = new TreeMap<>(environment);
        more.put(variable, value);
        return new FrameWriter(build, root, startedNanos, arguments, more, directory, netnsErrno, stdin);
    }

    /** The same call of another build. */
    public FrameWriter ofBuild(String other) {
        return new FrameWriter(other, root, startedNanos, arguments, environment, directory, netnsErrno, stdin);
    }

    /** The same call from another root directory. */
    public FrameWriter below(CallFrame.FileId other) {
        return new FrameWriter(build, other, startedNanos, arguments, environment, directory, netnsErrno, stdin);
    }

    /** The same call with this on stdin. */
    public FrameWriter reading(byte[] bytes) {
        return new FrameWriter(build, root, startedNanos, arguments, environment, directory, netnsErrno, bytes);
    }

    /** The whole frame. */
    public byte[] frame() {
        byte[] fields = fields();
        return ByteBuffer.allocate(8 + fields.length)
                .put("HWSR".getBytes(UTF_8))
                .putInt(fields.length)
                .put(fields)
                .array();
    }

    /** All that follows the head. */
    public byte[] fields() {
        ByteArrayOutputStream out = new ByteArrayOutputStream();
        field(out, 1, build.getBytes(UTF_8));
        field(
                out,
                2,
                ByteBuffer.allocate(16)
                        .putLong(root.device())
                        .putLong(root.inode())
                        .array());
        field(out, 3, ByteBuffer.allocate(8).putLong(startedNanos).array());
        arguments.forEach(argument -> field(out, 4, argument.getBytes(UTF_8)));
        environment.forEach((name, value) -> field(out, 5, (name + "=" + value).getBytes(UTF_8)));
        field(out, 6, directory.getBytes(UTF_8));
        field(out, 7, ByteBuffer.allocate(4).putInt(netnsErrno).array());
        field(out, 8, stdin);
        return out.toByteArray();
    }

    /** One field. */
    static void field(ByteArrayOutputStream out, int type, byte[] value) {
        out.write(type);
        out.writeBytes(ByteBuffer.allocate(4).putInt(value.length).array());
        out.writeBytes(value);
    }
}
