package dev.hawser.shim;

import static java.nio.charset.StandardCharsets.UTF_8;

import dev.hawser.shim.wire.AnswerFrame;
import dev.hawser.shim.wire.CallFrame;
import java.io.EOFException;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.StandardProtocolFamily;
import java.net.UnixDomainSocketAddress;
import java.nio.ByteBuffer;
import java.nio.channels.ServerSocketChannel;
import java.nio.channels.SocketChannel;
import java.nio.file.Path;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;

/** The other end of one connection of a launcher, which does what a test says. It ignores the descriptors. */
final class FakeHelper implements AutoCloseable {

    /** What it does with the connection, which is closed afterwards. */
    interface Conversation {
        void hold(Peer launcher) throws IOException;
    }

    private final ServerSocketChannel listener;
    private final CompletableFuture<Void> held = new CompletableFuture<>();

    private FakeHelper(ServerSocketChannel listener) {
        this.listener = listener;
    }

    static FakeHelper at(Path socket, Conversation conversation) throws IOException {
        ServerSocketChannel listener = ServerSocketChannel.open(StandardProtocolFamily.UNIX);
        listener.bind(UnixDomainSocketAddress.of(socket));
        FakeHelper helper = new FakeHelper(listener);
        Thread.ofPlatform().daemon().start(() -> helper.serve(conversation));
        return helper;
    }

    private void serve(Conversation conversation) {
        try (SocketChannel channel = listener.accept()) {
            conversation.hold(new Peer(channel));
            held.complete(null);
        } catch (IOException | RuntimeException | AssertionError e) {
            held.completeExceptionally(e);
        }
    }

    /** Waits for the end of the conversation, and fails if that did. */
    void join() throws Exception {
        held.get(30, TimeUnit.SECONDS);
    }

    @Override
    public void close() throws IOException {
        listener.close();
    }

    /** A launcher. */
    record Peer(SocketChannel channel) {

        /** The whole frame, both bytes that carry descriptors and the head included. */
        byte[] frame() throws IOException {
            byte[] head = bytes(2 + CallFrame.HEAD_BYTES);
            byte[] fields = bytes(CallFrame.fieldsBytes(ByteBuffer.wrap(head, 2, CallFrame.HEAD_BYTES)));
            return ByteBuffer.allocate(head.length + fields.length)
                    .put(head)
                    .put(fields)
                    .array();
        }

        CallFrame call() throws IOException {
            byte[] frame = frame();
            int start = 2 + CallFrame.HEAD_BYTES;
            return CallFrame.read(
                    ByteBuffer.wrap(frame, start, frame.length - start).slice());
        }

        byte[] bytes(int count) throws IOException {
            ByteBuffer buffer = ByteBuffer.allocate(count);
            while (buffer.hasRemaining()) {
                if (channel.read(buffer) < 0) {
                    throw new EOFException("the launcher hung up after " + buffer.position() + " of " + count);
                }
            }
            return buffer.array();
        }

        void write(ByteBuffer bytes) throws IOException {
            ByteBuffer rest = bytes.duplicate();
            while (rest.hasRemaining()) {
                channel.write(rest);
            }
        }

        void answer(int exitStatus, String stdout, String stderr) throws IOException {
            write(new AnswerFrame(AnswerFrame.Kind.DONE, exitStatus, UTF_8.encode(stdout), UTF_8.encode(stderr))
                    .write());
        }

        void refuse(String why) throws IOException {
            write(new AnswerFrame(AnswerFrame.Kind.REFUSED, 0, ByteBuffer.allocate(0), UTF_8.encode(why)).write());
        }

        /** Whether the launcher says that it has printed the answer, before it hangs up. */
        boolean acknowledges() {
            try {
                return channel.read(ByteBuffer.allocate(1)) == 1;
            } catch (IOException e) {
                throw new UncheckedIOException(e);
            }
        }
    }
}
