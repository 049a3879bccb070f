package dev.hawser.shim.helper;

import dev.hawser.sys.Fd;
import io.netty.bootstrap.Bootstrap;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import io.netty.channel.Channel;
import io.netty.channel.ChannelFuture;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.EventLoopGroup;
import io.netty.channel.MultiThreadIoEventLoopGroup;
import io.netty.channel.SimpleChannelInboundHandler;
import io.netty.channel.epoll.EpollDomainSocketChannel;
import io.netty.channel.epoll.EpollIoHandler;
import io.netty.channel.unix.DomainSocketAddress;
import io.netty.channel.unix.FileDescriptor;
import java.io.ByteArrayOutputStream;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.Optional;
import java.util.concurrent.TimeUnit;

/** The other end of the helper's socket: a launcher as it should be, or as it should not. */
final class Client implements AutoCloseable {

    /** One thread for all clients of a test run. */
    private static final EventLoopGroup LOOP = new MultiThreadIoEventLoopGroup(1, EpollIoHandler.newFactory());

    private static final long PATIENCE_MILLIS = 20_000;

    private final Received received;
    private final Channel channel;

    /**
     * What the helper said.
     *
     * @param kind 0: done, 1: refused
     */
    record Answer(int kind, int exitStatus, String stdout, String stderr) {}

    private Client(Received received, Channel channel) {
        this.received = received;
        this.channel = channel;
    }

    static Client connect(Path socket) {
        Received received = new Received();
        Channel channel = new Bootstrap()
                .group(LOOP)
                .channel(EpollDomainSocketChannel.class)
                .handler(received)
                .connect(new DomainSocketAddress(socket.toString()))
                .syncUninterruptibly()
                .channel();
        return new Client(received, channel);
    }

    /** A byte, and with it a descriptor of a file. */
    Client sendDescriptor(String file) {
        try (Fd opened = Fd.open(Path.of(file), Fd.O_RDONLY | Fd.O_CLOEXEC, 0)) {
            channel.writeAndFlush(new FileDescriptor(opened.number())).awaitUninterruptibly();
        }
        return this;
    }

    /** What the helper does not want any more is lost. */
    Client send(byte[] bytes) {
        channel.writeAndFlush(Unpooled.wrappedBuffer(bytes)).awaitUninterruptibly();
        return this;
    }

    /** Both namespaces, and a frame. */
    Client call(byte[] frame) {
        return sendDescriptor("/proc/self/ns/net")
                .sendDescriptor("/proc/self/ns/net")
                .send(frame);
    }

    /** The whole answer; empty if the helper hangs up instead. */
    Optional<Answer> answer() throws InterruptedException {
        return received.answer();
    }

    Answer answerOrThrow() throws InterruptedException {
        return answer().orElseThrow(() -> new AssertionError("the helper hung up"));
    }

    /** Says that the answer is printed, and waits until the helper hangs up. */
    void acknowledge() throws InterruptedException {
        send(new byte[] {0});
        received.awaitEnd();
    }

    void awaitEnd() throws InterruptedException {
        received.awaitEnd();
    }

    @Override
    public void close() {
        channel.close().syncUninterruptibly();
    }

    /** What has come so far. */
    private static final class Received extends SimpleChannelInboundHandler<ByteBuf> {

        private static final int HEAD_BYTES = 16;

        private final ByteArrayOutputStream bytes = new ByteArrayOutputStream();
        private boolean ended;

        @Override
        protected synchronized void channelRead0(ChannelHandlerContext context, ByteBuf more) {
            byte[] copy = new byte[more.readableBytes()];
            more.readBytes(copy);
            bytes.writeBytes(copy);
            notifyAll();
        }

        @Override
        public synchronized void channelInactive(ChannelHandlerContext context) {
            ended = true;
            notifyAll();
        }

        @Override
        public void exceptionCaught(ChannelHandlerContext context, Throwable cause) {
            ChannelFuture _ = context.close();
        }

        synchronized Optional<Answer> answer() throws InterruptedException {
            Optional<Answer> answer = parsed();
            for (long end = end(); answer.isEmpty() && !ended; answer = parsed()) {
                awaitMore(end);
            }
            return answer;
        }

        synchronized void awaitEnd() throws InterruptedException {
            for (long end = end(); !ended; ) {
                awaitMore(end);
            }
        }

        private static long end() {
            return System.currentTimeMillis() + PATIENCE_MILLIS;
        }

        private void awaitMore(long end) throws InterruptedException {
            long left = end - System.currentTimeMillis();
            if (left <= 0) {
                throw new AssertionError("the helper says nothing");
            }
            TimeUnit.MILLISECONDS.timedWait(this, left);
        }

        private Optional<Answer> parsed() {
            byte[] all = bytes.toByteArray();
            if (all.length < HEAD_BYTES) {
                return Optional.empty();
            }
            ByteBuffer head = ByteBuffer.wrap(all);
            if (head.getInt() != 0x48575341) {
                throw new AssertionError("no answer: " + Arrays.toString(all));
            }
            int kindAndStatus = head.getInt();
            int stdout = head.getInt();
            int stderr = head.getInt();
            if (all.length < HEAD_BYTES + stdout + stderr) {
                return Optional.empty();
            }
            return Optional.of(new Answer(
                    kindAndStatus >>> 24,
                    kindAndStatus & 0xffffff,
                    new String(all, HEAD_BYTES, stdout, StandardCharsets.UTF_8),
                    new String(all, HEAD_BYTES + stdout, stderr, StandardCharsets.UTF_8)));
        }
    }
}
