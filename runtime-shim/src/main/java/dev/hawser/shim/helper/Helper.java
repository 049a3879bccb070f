package dev.hawser.shim.helper;

import dev.hawser.shim.wire.CallFrame;
import io.netty.bootstrap.ServerBootstrap;
import io.netty.buffer.PooledByteBufAllocator;
import io.netty.channel.AdaptiveRecvByteBufAllocator;
import io.netty.channel.Channel;
import io.netty.channel.ChannelFuture;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInboundHandlerAdapter;
import io.netty.channel.ChannelInitializer;
import io.netty.channel.ChannelOption;
import io.netty.channel.EventLoopGroup;
import io.netty.channel.MultiThreadIoEventLoopGroup;
import io.netty.channel.epoll.EpollChannelOption;
import io.netty.channel.epoll.EpollDomainSocketChannel;
import io.netty.channel.epoll.EpollIoHandler;
import io.netty.channel.epoll.EpollServerDomainSocketChannel;
import io.netty.channel.unix.DomainSocketAddress;
import io.netty.channel.unix.DomainSocketReadMode;
import io.netty.util.concurrent.Future;
import java.io.IOException;
import java.net.BindException;
import java.net.InetSocketAddress;
import java.net.UnixDomainSocketAddress;
import java.nio.channels.SocketChannel;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.attribute.BasicFileAttributes;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;

/**
 * A resident process that makes the calls of launchers, so that none of them waits for a JVM.
 *
 * <pre>
 *   launcher ──frame──► Connection ──► CallQueue ──► a thread ──► Calls
 *            ◄─────────────────────────── answer ◄────────────────┘
 * </pre>
 *
 * <p>It is optional: whatever it cannot or may not do, it refuses, and the launcher starts a JVM as if it were not there.
 */
public final class Helper {

    /** One arena for the one event loop, in chunks of 64 KiB: the defaults would keep some megabytes for each processor. */
    private static final PooledByteBufAllocator BUFFERS =
            new PooledByteBufAllocator(true, 0, 1, 8 * 1024, 3, 64, 16, false);

    /** Between the name of a socket that is not ready and the number of the process that makes it. */
    private static final String UNFINISHED = ".new-";

    private static final int BACKLOG = 1024;
    private static final int FIRST_READ = 8 * 1024;
    private static final int LARGEST_READ = 128 * 1024;

    /** What arrived before the socket's name went away is still answered. */
    private static final Duration LAST_CONNECTIONS = Duration.ofMillis(200);

    /** A launcher connects before it has read what its runtime writes to it. */
    private static final Duration LAST_FRAMES = Duration.ofSeconds(2);

    private static final Duration CLOSING = Duration.ofSeconds(5);

    private final HelperSettings settings;
    private final CallQueue queue;
    private final Reception reception;
    private final EventLoopGroup eventLoop;
    private final Channel listener;
    private final Consumer<String> log;

    /** Which file our socket is, if we made it: another helper may have taken its name since. */
    private final Optional<CallFrame.FileId> socketFile;

    /** Where it tells about itself, once it does. */
    private volatile Optional<Endpoint> endpoint = Optional.empty();

    private Helper(
            HelperSettings settings,
            CallQueue queue,
            Reception reception,
            EventLoopGroup eventLoop,
            Channel listener,
            Consumer<String> log) {
        this.settings = settings;
        this.queue = queue;
        this.reception = reception;
        this.eventLoop = eventLoop;
        this.listener = listener;
        this.log = log;
        this.socketFile = settings.activated().isPresent() ? Optional.empty() : FileIds.find(settings.socket());
    }

    /**
     * Listens and answers until {@link #stop}.
     *
     * @param onReplaced called, perhaps more than once, when another release was installed in place of this one: it is time to
     *     {@link #stop}
     * @param observer told what becomes of calls
     * @param log takes lines for people
     * @throws IOException if it cannot listen
     */
    public static Helper start(
            HelperSettings settings, Calls calls, Runnable onReplaced, CallObserver observer, Consumer<String> log)
            throws IOException {
        CallQueue queue = new CallQueue(new CallQueue.Limits(
                Map.of(
                        CallQueue.Lane.ADDS, settings.addThreads(),
                        CallQueue.Lane.DELETES, settings.deleteThreads(),
                        CallQueue.Lane.QUESTIONS, 2),
                settings.queueLimit()));
        Reception reception = new Reception(settings, calls, queue, onReplaced, observer, log);
        EventLoopGroup eventLoop = new MultiThreadIoEventLoopGroup(1, EpollIoHandler.newFactory());
        try {
            Channel listener = listen(settings, reception, eventLoop, log);
            return new Helper(settings, queue, reception, eventLoop, listener, log);
        } catch (IOException | RuntimeException e) {
            Future<?> _ = eventLoop.shutdownGracefully(0, 0, TimeUnit.SECONDS);
            throw e;
        }
    }

    private static Channel listen(
            HelperSettings settings, Reception reception, EventLoopGroup eventLoop, Consumer<String> log)
            throws IOException {
        ServerBootstrap bootstrap = new ServerBootstrap()
                .group(eventLoop)
                .option(ChannelOption.SO_BACKLOG, BACKLOG)
                .childOption(ChannelOption.ALLOCATOR, BUFFERS)
                .childOption(EpollChannelOption.DOMAIN_SOCKET_READ_MODE, DomainSocketReadMode.FILE_DESCRIPTORS)
                // One read at a time: the descriptors end with a byte, and what follows must not be read like them.
                .childOption(
                        ChannelOption.RECVBUF_ALLOCATOR,
                        new AdaptiveRecvByteBufAllocator(FIRST_READ, FIRST_READ, LARGEST_READ).maxMessagesPerRead(1))
                .childHandler(new ChannelInitializer<EpollDomainSocketChannel>() {
                    @Override
                    protected void initChannel(EpollDomainSocketChannel channel) {
                        channel.pipeline().addLast(new Connection(reception));
                    }
                });
        if (settings.activated().isPresent()) {
            int passed = settings.activated().getAsInt();
            return open(
                    bootstrap
                            .channelFactory(() -> new EpollServerDomainSocketChannel(passed, true))
                            .register(),
                    log);
        }
        return listenAt(settings.socket(), bootstrap.channel(EpollServerDomainSocketChannel.class), log);
    }

    private static Channel listenAt(Path socket, ServerBootstrap bootstrap, Consumer<String> log) throws IOException {
        refuseSecond(socket);
        return replaceAt(socket, bootstrap, log);
    }

    /** Appears under its name when it is ready, with its final permissions, in place of a socket that had that name. */
    static Channel replaceAt(Path socket, ServerBootstrap bootstrap, Consumer<String> log) throws IOException {
        refuseOtherFile(socket);
        String prefix = socket.getFileName() + UNFINISHED;
        removeUnfinished(Files.createDirectories(socket.toAbsolutePath().getParent()), prefix);
        Path unfinished = socket.resolveSibling(prefix + ProcessHandle.current().pid());
        Channel listener = open(bootstrap.bind(new DomainSocketAddress(unfinished.toString())), log);
        Files.setPosixFilePermissions(unfinished, PosixFilePermissions.fromString("rw-------"));
        Files.move(unfinished, socket, StandardCopyOption.ATOMIC_MOVE);
        return listener;
    }

    /** A name that was mistyped must not cost somebody a file. */
    private static void refuseOtherFile(Path socket) throws IOException {
        boolean replaceable = Files.notExists(socket, LinkOption.NOFOLLOW_LINKS)
                || Files.readAttributes(socket, BasicFileAttributes.class, LinkOption.NOFOLLOW_LINKS)
                        .isOther();
        if (!replaceable) {
            throw new BindException(
                    "listen at " + socket + ": there is a file that is no socket: remove it, or name another socket");
        }
    }

    /** What a process left that was killed before its socket was ready; and one that had our number. */
    private static void removeUnfinished(Path directory, String prefix) throws IOException {
        try (DirectoryStream<Path> sockets = Files.newDirectoryStream(directory, file -> isLeft(file, prefix))) {
            for (Path socket : sockets) {
                Files.deleteIfExists(socket);
            }
        }
    }

    private static boolean isLeft(Path file, String prefix) {
        String name = file.getFileName().toString();
        String maker = name.startsWith(prefix) ? name.substring(prefix.length()) : "";
        return maker.matches("\\d{1,9}") && !isAnother(Long.parseLong(maker));
    }

    private static boolean isAnother(long pid) {
        return pid != ProcessHandle.current().pid() && ProcessHandle.of(pid).isPresent();
    }

    private static void refuseSecond(Path socket) throws IOException {
        try (SocketChannel _ = SocketChannel.open(UnixDomainSocketAddress.of(socket))) {
            throw new BindException(
                    "listen at " + socket + ": a helper is there already: stop it first, or name another socket");
        } catch (BindException e) {
            throw e;
        } catch (IOException nobody) {
            // ENOENT, or ECONNREFUSED: what a helper that was killed leaves behind.
            return;
        }
    }

    static Channel open(ChannelFuture opening, Consumer<String> log) throws IOException {
        opening.awaitUninterruptibly();
        if (!opening.isSuccess()) {
            throw new IOException("listen: " + opening.cause().getMessage(), opening.cause());
        }
        Channel listener = opening.channel();
        // On the event loop, for ServerBootstrap's own handler to be there already, and to come first.
        listener.eventLoop().execute(() -> listener.pipeline().addLast(new AcceptFailures(log)));
        return listener;
    }

    /**
     * Is told when no connection can be accepted, for want of descriptors for instance. ServerBootstrap has seen to it that the
     * next attempt is made a second later. Netty would log it by java.util.logging, which opens files when it is first used: that
     * it could not was the end of the event loop.
     */
    private static final class AcceptFailures extends ChannelInboundHandlerAdapter {

        private final Consumer<String> log;

        AcceptFailures(Consumer<String> log) {
            this.log = log;
        }

        @Override
        public void exceptionCaught(ChannelHandlerContext context, Throwable cause) {
            log.accept("accept a connection: " + cause.getMessage() + ": trying again in a second");
        }
    }

    /**
     * Tells about itself over HTTP, however busy it is: on a Unix socket beside its own, named {@code .http}.
     *
     * @param tcp where else
     * @throws IOException if it cannot listen there
     */
    public void publish(Pages pages, Optional<InetSocketAddress> tcp) throws IOException {
        Path socket = httpSocket(settings.socket());
        endpoint = Optional.of(Endpoint.open(eventLoop, socket, tcp, pages, log));
    }

    /** Where a helper whose socket this is tells about itself. */
    public static Path httpSocket(Path socket) {
        return socket.resolveSibling(socket.getFileName() + ".http");
    }

    /** How busy each kind of calls keeps it. */
    public List<LaneLoad> load() {
        return queue.load();
    }

    /** Whether it takes no more calls, and ends when those that it has are done. */
    public boolean isDraining() {
        return reception.isClosed();
    }

    /**
     * Stops: takes no more calls, gives back those that wait, waits for those that run (for {@link HelperSettings#drain} at
     * most), and closes everything. What it {@linkplain #publish publishes} can be read until the last call is done.
     *
     * @param giveBackWaiting otherwise they are still carried out
     */
    public void stop(boolean giveBackWaiting) throws IOException, InterruptedException {
        reception.close();
        closeListener();
        // A connection that is closed with a call in it that nobody has read would be a lost call.
        reception.awaitAllHeard(LAST_FRAMES);
        queue.close();
        if (giveBackWaiting) {
            queue.handBackWaiting();
        }
        if (!queue.awaitIdle(settings.drain())) {
            log.accept("stopping though " + queue.running() + " calls are not done after "
                    + settings.drain().toSeconds() + " s");
        }
        if (endpoint.isPresent()) {
            endpoint.get().close();
        }
        queue.end();
        eventLoop.shutdownGracefully(0, CLOSING.toSeconds(), TimeUnit.SECONDS).await();
    }

    /**
     * First its name goes, so that nobody comes any more, then those who came already are told to start a JVM. A socket of
     * systemd's stays: who comes now is served by the next helper.
     */
    private void closeListener() throws IOException, InterruptedException {
        if (socketFile.isPresent()) {
            if (FileIds.find(settings.socket()).equals(socketFile)) {
                Files.deleteIfExists(settings.socket());
            }
            Thread.sleep(LAST_CONNECTIONS);
        }
        listener.close().await();
    }
}
