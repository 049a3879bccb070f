package dev.hawser.netns;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.BufferedReader;
import java.io.IOException;
import java.net.DatagramPacket;
import java.net.DatagramSocket;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.SocketTimeoutException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.List;

/** A process in a namespace that answers each datagram with its own name; and its client, which always sends from one port. */
final class UdpServer implements AutoCloseable {

    private static final String READY = "listening";
    private static final int CLIENT_PORT = 5555;
    private static final int TIMEOUT_MILLIS = 2000;

    private final Process process;

    private UdpServer(Process process) {
        this.process = process;
    }

    /** Starts a server and waits until it listens on both families. */
    static UdpServer start(Netns netns, int port, String name) throws IOException {
        Process process =
                Shell.start(new ProcessBuilder(Shell.join(netns.entering(), java("serve", String.valueOf(port), name)))
                        .redirectError(ProcessBuilder.Redirect.INHERIT));
        BufferedReader stdout = process.inputReader(StandardCharsets.UTF_8);
        assertEquals(READY, stdout.readLine());
        return new UdpServer(process);
    }

    /** What answers a datagram from a namespace to an address; empty if nobody does. */
    static String answer(Netns client, String address, int port) {
        return client.output(java("ask", address, String.valueOf(port)).toArray(String[]::new))
                .strip();
    }

    private static List<String> java(String... arguments) {
        String java = Path.of(System.getProperty("java.home"), "bin", "java").toString();
        return Shell.join(
                List.of(
                        java,
                        "-XX:TieredStopAtLevel=1",
                        "-XX:+UseSerialGC",
                        "-cp",
                        TcpServer.classPath(),
                        UdpServer.class.getName()),
                List.of(arguments));
    }

    void requireAlive() {
        assertTrue(process.isAlive(), "the server ended");
    }

    @Override
    public void close() {
        process.destroyForcibly();
        process.onExit().join();
    }

    /** The processes of server and client. */
    public static void main(String[] arguments) throws IOException {
        if (arguments[0].equals("serve")) {
            serve(Integer.parseInt(arguments[1]), arguments[2].getBytes(StandardCharsets.UTF_8));
        } else {
            System.out.println(ask(arguments[1], Integer.parseInt(arguments[2])));
        }
    }

    private static void serve(int port, byte[] name) throws IOException {
        try (DatagramSocket socket = new DatagramSocket(new InetSocketAddress("::", port))) {
            System.out.println(READY);
            DatagramPacket received = new DatagramPacket(new byte[100], 100);
            while (true) {
                socket.receive(received);
                socket.send(new DatagramPacket(name, name.length, received.getSocketAddress()));
            }
        }
    }

    private static String ask(String address, int port) throws IOException {
        try (DatagramSocket socket = new DatagramSocket(CLIENT_PORT)) {
            socket.setSoTimeout(TIMEOUT_MILLIS);
            socket.send(new DatagramPacket(new byte[1], 1, InetAddress.getByName(address), port));
            DatagramPacket answer = new DatagramPacket(new byte[100], 100);
            socket.receive(answer);
            return new String(answer.getData(), 0, answer.getLength(), StandardCharsets.UTF_8);
        } catch (SocketTimeoutException e) {
            return "";
        }
    }
}
