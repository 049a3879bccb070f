package dev.hawser.shim.helper;

import dev.hawser.kernel.KernelException;
import dev.hawser.sys.Fd;
import io.netty.buffer.ByteBuf;
import io.netty.channel.ChannelFutureListener;
import io.netty.channel.unix.FileDescriptor;
import io.netty.channel.unix.UnixChannel;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.Optional;

/**
 * The way back to a launcher, for any thread. It writes into the socket at once, for to wake the event loop and have it do that
 * takes longer than all of a short call; only what the socket has no room for goes that way.
 *
 * <p>It has a descriptor of its own: the channel's may be closed by now, and its number be that of another connection. Not
 * thread-safe, and nothing is sent after {@link #close}.
 */
final class AnswerLine {

    private final UnixChannel channel;

    /** None if there are no descriptors left: then the event loop does it all. */
    private final Optional<FileDescriptor> socket;

    private AnswerLine(UnixChannel channel, Optional<FileDescriptor> socket) {
        this.channel = channel;
        this.socket = socket;
    }

    /** To the other end of this channel, which is open. On its event loop. */
    static AnswerLine of(UnixChannel channel) {
        return new AnswerLine(channel, duplicate(channel));
    }

    private static Optional<FileDescriptor> duplicate(UnixChannel channel) {
        try {
            return Optional.of(new FileDescriptor(Fd.duplicate(channel.fd().intValue())));
        } catch (KernelException noneLeft) {
            return Optional.empty();
        }
    }

    void send(ByteBuffer frame) {
        ByteBuf rest = channel.alloc().directBuffer(frame.remaining()).writeBytes(frame);
        rest.skipBytes(sentAtOnce(rest));
        if (rest.isReadable()) {
            channel.writeAndFlush(rest).addListener(ChannelFutureListener.CLOSE_ON_FAILURE);
        } else {
            rest.release();
        }
    }

    /** How many bytes the socket took. If the launcher is gone, the event loop finds that too, and says so. */
    private int sentAtOnce(ByteBuf bytes) {
        if (socket.isEmpty()) {
            return 0;
        }
        try {
            return socket.get().writeAddress(bytes.memoryAddress(), bytes.readerIndex(), bytes.writerIndex());
        } catch (IOException gone) {
            return 0;
        }
    }

    void close() throws IOException {
        if (socket.isPresent()) {
            socket.get().close();
        }
    }
}
