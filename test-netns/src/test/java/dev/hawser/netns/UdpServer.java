package dev.hawser.netns;

import static java.nio.charset.StandardCharsets.UTF_8;

import java.io.IOException;
import java.net.DatagramPacket;
import java.net.DatagramSocket;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.SocketTimeoutException;

/**
 * A server in a namespace that answers each datagram with its own name; and its client, which always sends from one port. This
 * process has their sockets.
 */
final class UdpServer implements AutoCloseable {

    private static final int CLIENT_PORT = 5555;
    private static final int TIMEOUT_MILLIS = 2000;

    private final DatagramSocket socket;

    private UdpServer(DatagramSocket socket) {
        this.socket = socket;
    }

    /** Starts a server of both families. */
    static UdpServer start(Netns netns, int port, String name) {
        UdpServer server = new UdpServer(netns.inside(() -> new DatagramSocket(new InetSocketAddress("::", port))));
        Thread.ofPlatform().name(name + " in " + netns).daemon().start(() -> server.run(name.getBytes(UTF_8)));
        return server;
    }

    private void run(byte[] name) {
        DatagramPacket received = new DatagramPacket(new byte[100], 100);
        while (!socket.isClosed()) {
            try {
                socket.receive(received);
                socket.send(new DatagramPacket(name, name.length, received.getSocketAddress()));
            } catch (IOException ended) {
                // By closing this; or the client has gone, which an ICMP message said.
            }
        }
    }

    /** What answers a datagram from a namespace to an address; empty if nobody does. */
    static String answer(Netns client, String address, int port) {
        return client.inside(() -> ask(InetAddress.getByName(address), port));
    }

    private static String ask(InetAddress address, int port) throws IOException {
        try (DatagramSocket socket = new DatagramSocket(CLIENT_PORT)) {
            socket.setSoTimeout(TIMEOUT_MILLIS);
            socket.send(new DatagramPacket(new byte[1], 1, address, port));
            DatagramPacket answer = new DatagramPacket(new byte[100], 100);
            socket.receive(answer);
            return new String(answer.getData(), 0, answer.getLength(), UTF_8);
        } catch (SocketTimeoutException e) {
            return "";
        }
    }

    @Override
    public void close() {
        socket.close();
    }
}
