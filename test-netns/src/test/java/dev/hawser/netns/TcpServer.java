package dev.hawser.netns;

import static java.nio.charset.StandardCharsets.UTF_8;

import java.io.IOException;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.net.Socket;

/** A server in a namespace, whose socket this process has. It serves one client after the other. */
final class TcpServer implements AutoCloseable {

    static final int PORT = 8080;

    private static final int TIMEOUT_MILLIS = 3000;

    /** What a client gets. */
    interface Service {
        void serve(Socket client) throws IOException;
    }

    private final ServerSocket socket;

    private TcpServer(ServerSocket socket) {
        this.socket = socket;
    }

    /** Starts a server of both families that tells each client the address that it sees the client come from. */
    static TcpServer start(Netns netns) {
        return start(netns, TcpServer::sayAddress);
    }

    private static void sayAddress(Socket client) throws IOException {
        client.getOutputStream().write(client.getInetAddress().getHostAddress().getBytes(UTF_8));
    }

    /** Starts another server, at the same port. */
    static TcpServer start(Netns netns, Service service) {
        TcpServer server = new TcpServer(netns.inside(TcpServer::listen));
        Thread.ofPlatform().name("server in " + netns).daemon().start(() -> server.run(service));
        return server;
    }

    private static ServerSocket listen() throws IOException {
        ServerSocket socket = new ServerSocket();
        socket.bind(new InetSocketAddress("::", PORT));
        return socket;
    }

    private void run(Service service) {
        while (!socket.isClosed()) {
            try (Socket client = socket.accept()) {
                service.serve(client);
            } catch (IOException ended) {
                // By the client, which has what it has, or by closing this.
            }
        }
    }

    /**
     * Connects from a namespace to a server.
     *
     * @return the address that the server saw, or "" if there was no answer within three seconds
     */
    static String addressSeen(Netns client, String server) {
        return addressSeen(client, server, PORT);
    }

    /** The same through another port. */
    static String addressSeen(Netns client, String server, int port) {
        return client.inside(() -> ask(new InetSocketAddress(server, port)));
    }

    private static String ask(InetSocketAddress server) {
        try (Socket socket = new Socket()) {
            socket.connect(server, TIMEOUT_MILLIS);
            socket.setSoTimeout(TIMEOUT_MILLIS);
            return new String(socket.getInputStream().readAllBytes(), UTF_8);
        } catch (IOException refused) {
            return "";
        }
    }

    @Override
    public void close() throws IOException {
        socket.close();
    }
}
