package dev.hawser.shim.helper;

import static java.nio.charset.StandardCharsets.UTF_8;

import dev.hawser.shim.wire.CallFrame;
import io.netty.bootstrap.ServerBootstrap;
import io.netty.buffer.Unpooled;
import io.netty.buffer.UnpooledByteBufAllocator;
import io.netty.channel.Channel;
import io.netty.channel.ChannelFuture;
import io.netty.channel.ChannelFutureListener;
import io.netty.channel.ChannelHandler;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInitializer;
import io.netty.channel.ChannelOption;
import io.netty.channel.EventLoopGroup;
import io.netty.channel.SimpleChannelInboundHandler;
import io.netty.channel.epoll.EpollServerDomainSocketChannel;
import io.netty.channel.epoll.EpollServerSocketChannel;
import io.netty.handler.codec.http.DefaultFullHttpResponse;
import io.netty.handler.codec.http.FullHttpRequest;
import io.netty.handler.codec.http.FullHttpResponse;
import io.netty.handler.codec.http.HttpHeaderNames;
import io.netty.handler.codec.http.HttpMethod;
import io.netty.handler.codec.http.HttpObjectAggregator;
import io.netty.handler.codec.http.HttpResponseStatus;
import io.netty.handler.codec.http.HttpServerCodec;
import io.netty.handler.codec.http.HttpUtil;
import io.netty.handler.codec.http.HttpVersion;
import io.netty.handler.codec.http.QueryStringDecoder;
import io.netty.handler.timeout.ReadTimeoutHandler;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.function.Consumer;

/**
 * {@link Pages} over HTTP: on a Unix socket beside that of the calls, and on TCP if that is asked for. It lives on the event loop
 * alone, so it answers however busy the threads of the calls are.
 */
final class Endpoint {

    /** Nobody has anything to send us: a GET has no body. */
    private static final int LONGEST_BODY = 1024;

    /** Longer than the usual pause between two looks of Prometheus. */
    private static final int IDLE_SECONDS = 120;

    private final Path socket;
    private final Optional<CallFrame.FileId> socketFile;
    private final List<Channel> listeners;

    private Endpoint(Path socket, List<Channel> listeners) {
        this.socket = socket;
        this.socketFile = FileIds.find(socket);
        this.listeners = listeners;
    }

    /**
     * Listens.
     *
     * @param socket where; mode 0600. It is ours even if somebody answers there: a helper that has given up the socket of the
     *     calls answers here until its calls are done
     * @param tcp where else
     * @throws IOException if it cannot
     */
    static Endpoint open(
            EventLoopGroup eventLoop, Path socket, Optional<InetSocketAddress> tcp, Pages pages, Consumer<String> log)
            throws IOException {
        List<Channel> listeners = new ArrayList<>();
        listeners.add(Helper.replaceAt(
                socket, bootstrap(eventLoop, pages, log).channel(EpollServerDomainSocketChannel.class), log));
        Endpoint endpoint = new Endpoint(socket, listeners);
        if (tcp.isPresent()) {
            endpoint.listenToo(bootstrap(eventLoop, pages, log), tcp.get(), log);
        }
        return endpoint;
    }

    private void listenToo(ServerBootstrap bootstrap, InetSocketAddress tcp, Consumer<String> log) throws IOException {
        try {
            listeners.add(Helper.open(
                    bootstrap
                            .channel(EpollServerSocketChannel.class)
                            .option(ChannelOption.SO_REUSEADDR, true)
                            .bind(tcp),
                    log));
        } catch (IOException e) {
            close();
            throw e;
        }
    }

    private static ServerBootstrap bootstrap(EventLoopGroup eventLoop, Pages pages, Consumer<String> log) {
        ChannelHandler conversation = new ChannelInitializer<>() {
            @Override
            protected void initChannel(Channel channel) {
                channel.pipeline()
                        .addLast(new ReadTimeoutHandler(IDLE_SECONDS))
                        .addLast(new HttpServerCodec())
                        .addLast(new HttpObjectAggregator(LONGEST_BODY))
                        .addLast(new Conversation(pages, log));
            }
        };
        return new ServerBootstrap()
                .group(eventLoop)
                .childOption(ChannelOption.ALLOCATOR, UnpooledByteBufAllocator.DEFAULT)
                .childHandler(conversation);
    }

    /** Goes away under its name, unless another helper has taken that since. */
    void close() throws IOException {
        if (socketFile.isPresent() && FileIds.find(socket).equals(socketFile)) {
            Files.deleteIfExists(socket);
        }
        for (Channel listener : listeners) {
            ChannelFuture _ = listener.close();
        }
    }

    /** One connection. */
    private static final class Conversation extends SimpleChannelInboundHandler<FullHttpRequest> {

        private final Pages pages;
        private final Consumer<String> log;

        Conversation(Pages pages, Consumer<String> log) {
            this.pages = pages;
            this.log = log;
        }

        @Override
        protected void channelRead0(ChannelHandlerContext context, FullHttpRequest request) {
            FullHttpResponse response = answer(request);
            boolean goesOn =
                    HttpUtil.isKeepAlive(request) && request.decoderResult().isSuccess();
            HttpUtil.setContentLength(response, response.content().readableBytes());
            HttpUtil.setKeepAlive(response, goesOn);
            if (request.method().equals(HttpMethod.HEAD)) {
                response = response.replace(Unpooled.EMPTY_BUFFER);
            }
            ChannelFuture written = context.writeAndFlush(response);
            if (!goesOn) {
                written.addListener(ChannelFutureListener.CLOSE);
            }
        }

        private FullHttpResponse answer(FullHttpRequest request) {
            if (!request.decoderResult().isSuccess()) {
                return response(HttpResponseStatus.BAD_REQUEST, plain("this is no HTTP request"));
            }
            if (!request.method().equals(HttpMethod.GET) && !request.method().equals(HttpMethod.HEAD)) {
                return response(HttpResponseStatus.METHOD_NOT_ALLOWED, plain("there is only GET"));
            }
            try {
                return pages.find(new QueryStringDecoder(request.uri()).path())
                        .map(page -> response(HttpResponseStatus.valueOf(page.status()), page))
                        .orElseGet(() -> response(HttpResponseStatus.NOT_FOUND, plain("there is no such page")));
            } catch (IllegalArgumentException e) {
                return response(HttpResponseStatus.BAD_REQUEST, plain("the path is not well formed"));
            } catch (RuntimeException e) {
                log.accept("GET " + request.uri() + ": " + e);
                return response(HttpResponseStatus.INTERNAL_SERVER_ERROR, plain(e.toString()));
            }
        }

        private static Pages.Page plain(String sentence) {
            return new Pages.Page("text/plain; charset=utf-8", sentence + "\n");
        }

        private static FullHttpResponse response(HttpResponseStatus status, Pages.Page page) {
            FullHttpResponse response = new DefaultFullHttpResponse(
                    HttpVersion.HTTP_1_1,
                    status,
                    Unpooled.wrappedBuffer(page.text().getBytes(UTF_8)));
            response.headers().set(HttpHeaderNames.CONTENT_TYPE, page.contentType());
            return response;
        }

        /** It was idle for too long, or has gone in the middle of an answer: nobody is left to be told. */
        @Override
        public void exceptionCaught(ChannelHandlerContext context, Throwable cause) {
            ChannelFuture _ = context.close();
        }
    }
}
