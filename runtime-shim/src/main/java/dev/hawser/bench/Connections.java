package dev.hawser.bench;

import dev.hawser.sys.Netns;
import dev.hawser.sys.NetnsThread;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.net.SocketException;

/** A server inside a pod that accepts TCP connections, and how long it takes to make one. */
final class Connections implements AutoCloseable {

    private static final int PORT = 80;
    private static final int BACKLOG = 128;
    private static final int PATIENCE_MILLIS = 5_000;

    /** Made one after another for one figure: a single one is near the clock's own noise. */
    private static final int AT_A_TIME = 50;

    private final ServerSocket server;

    private Connections(ServerSocket server) {
        this.server = server;
        Thread.ofPlatform().name("bench server").daemon().start(this::serve);
    }

    /** Listens on port 80 of the pod. */
    static Connections listen(Pod pod) {
        try (Netns netns = Netns.open(pod.netns())) {
            return new Connections(NetnsThread.call(netns, () -> new ServerSocket(PORT, BACKLOG)));
        }
    }

    private void serve() {
        while (!server.isClosed()) {
            try (Socket accepted = server.accept()) {
                awaitEnd(accepted);
            } catch (SocketException closed) {
                // by close()
            } catch (IOException e) {
                throw new UncheckedIOException(e);
            }
        }
    }

    /** The client ends each connection: a server that did might do it before the client knows that it is connected. */
    private static void awaitEnd(Socket accepted) throws IOException {
        try {
            accepted.getInputStream().skip(Long.MAX_VALUE);
        } catch (SocketException reset) {
            // which is how the client ends it
        }
    }

    /** How many nanoseconds a connection to this port of the node takes, the mean of some. */
    long nanosEach(String address, int port) throws IOException {
        InetSocketAddress to = new InetSocketAddress(InetAddress.getByName(address), port);
        long start = System.nanoTime();
        for (int i = 0; i < AT_A_TIME; i++) {
            connect(to);
        }
        return (System.nanoTime() - start) / AT_A_TIME;
    }

    /** Closed by a reset: thousands of ports in TIME_WAIT would be looked through. */
    private static void connect(InetSocketAddress to) throws IOException {
        try (Socket socket = new Socket()) {
            socket.setSoLinger(true, 0);
            socket.connect(to, PATIENCE_MILLIS);
        } catch (IOException e) {
            throw new IOException("connect to the published port " + to + ": " + e.getMessage(), e);
        }
    }

    @Override
    public void close() throws IOException {
        server.close();
    }
}
