package dev.hawser.shim.helper;

import static java.nio.charset.StandardCharsets.UTF_8;

import dev.hawser.shim.wire.AnswerFrame;
import dev.hawser.shim.wire.CallFrame;
import dev.hawser.shim.wire.MalformedFrame;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import io.netty.channel.ChannelFuture;
import io.netty.channel.ChannelFutureListener;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInboundHandlerAdapter;
import io.netty.channel.epoll.EpollDomainSocketChannel;
import io.netty.channel.unix.DomainSocketReadMode;
import io.netty.channel.unix.FileDescriptor;
import io.netty.channel.unix.UnixChannel;
import io.netty.util.ReferenceCountUtil;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;

/**
 * One connection of a launcher: two descriptors, one frame, one answer, one byte. Runs on the event loop, and only frames: a
 * call goes to the queue.
 */
final class Connection extends ChannelInboundHandlerAdapter {

    /** The own namespace, and CNI_NETNS. */
    private static final int DESCRIPTORS = 2;

    /** A launcher writes its frame at once: who takes longer has nothing to say. */
    private static final int FRAME_SECONDS = 10;

    private final Reception reception;
    private final List<FileDescriptor> descriptors = new ArrayList<>();
    private ByteBuf received = Unpooled.buffer(0);
    private int expected = CallFrame.HEAD_BYTES;
    private boolean headRead;
    private boolean heard;
    private Optional<PendingCall> call = Optional.empty();
    private Optional<Future<?>> timer = Optional.empty();

    Connection(Reception reception) {
        this.reception = reception;
    }

    @Override
    public void channelActive(ChannelHandlerContext context) throws IOException {
        reception.arrived();
        EpollDomainSocketChannel channel = (EpollDomainSocketChannel) context.channel();
        if (!reception.admits(channel.peerCredentials().uid())) {
            reception.log(
                    "refused a connection of uid " + channel.peerCredentials().uid());
            close(context);
            return;
        }
        schedule(context, () -> close(context), Duration.ofSeconds(FRAME_SECONDS));
    }

    /** In place of what was scheduled before. */
    private void schedule(ChannelHandlerContext context, Runnable action, Duration delay) {
        timer.ifPresent(previous -> previous.cancel(false));
        timer = Optional.of(context.executor().schedule(action, delay.toMillis(), TimeUnit.MILLISECONDS));
    }

    @Override
    public void channelRead(ChannelHandlerContext context, Object message) {
        if (message instanceof FileDescriptor descriptor) {
            read(context, descriptor);
            return;
        }
        try {
            read(context, (ByteBuf) message);
        } catch (MalformedFrame e) {
            reception.malformed(e);
            close(context);
        } finally {
            ReferenceCountUtil.release(message);
        }
    }

    private void read(ChannelHandlerContext context, FileDescriptor descriptor) {
        descriptors.add(descriptor);
        if (descriptors.size() == DESCRIPTORS) {
            ((EpollDomainSocketChannel) context.channel()).config().setReadMode(DomainSocketReadMode.BYTES);
        }
    }

    private void read(ChannelHandlerContext context, ByteBuf bytes) {
        if (call.isPresent()) {
            call.get().printed();
            return;
        }
        received.writeBytes(bytes);
        if (!headRead && received.readableBytes() >= expected) {
            expected = CallFrame.fieldsBytes(next(expected));
            headRead = true;
        }
        if (headRead && received.readableBytes() >= expected) {
            begin(context, next(expected));
            hear();
        }
    }

    private void hear() {
        if (!heard) {
            heard = true;
            reception.heard();
        }
    }

    private ByteBuffer next(int length) {
        ByteBuffer bytes = received.nioBuffer(received.readerIndex(), length);
        received.skipBytes(length);
        return bytes;
    }

    private void begin(ChannelHandlerContext context, ByteBuffer fields) {
        Optional<String> refusal = reception.refusal(CallFrame.buildOf(fields), descriptors.getFirst());
        if (refusal.isPresent()) {
            refuse(context, refusal.get());
            return;
        }
        CallFrame frame = CallFrame.read(fields);
        received = Unpooled.EMPTY_BUFFER;
        if (!reception.sharesRoot(frame)) {
            refuse(context, "the helper has another root directory");
            return;
        }
        PendingCall pending = reception.pending(frame, descriptors.removeLast(), (UnixChannel) context.channel());
        call = Optional.of(pending);
        String late = "the call took longer than " + reception.deadline().toSeconds() + " s";
        schedule(context, () -> pending.refuseForNow(late), reception.deadline());
        reception.submit(pending);
    }

    /** The launcher starts the JVM then. */
    private static void refuse(ChannelHandlerContext context, String why) {
        AnswerFrame answer =
                new AnswerFrame(AnswerFrame.Kind.REFUSED, 0, ByteBuffer.allocate(0), UTF_8.encode(why + "\n"));
        context.writeAndFlush(Unpooled.wrappedBuffer(answer.write())).addListener(ChannelFutureListener.CLOSE);
    }

    @Override
    public void channelInactive(ChannelHandlerContext context) {
        hear();
        received = Unpooled.EMPTY_BUFFER;
        timer.ifPresent(pending -> pending.cancel(false));
        descriptors.forEach(this::close);
        call.ifPresent(PendingCall::hungUp);
    }

    private static void close(ChannelHandlerContext context) {
        ChannelFuture _ = context.close();
    }

    private void close(FileDescriptor descriptor) {
        try {
            descriptor.close();
        } catch (IOException e) {
            reception.log("close a descriptor that was passed: " + e.getMessage());
        }
    }

    /** Garbage, or a launcher that was killed: nobody is left to be told. */
    @Override
    public void exceptionCaught(ChannelHandlerContext context, Throwable cause) {
        if (!(cause instanceof IOException)) {
            reception.log("closed a connection: " + cause);
        }
        close(context);
    }
}
