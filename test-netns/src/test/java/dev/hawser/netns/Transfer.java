package dev.hawser.netns;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.junit.jupiter.api.Assertions.assertEquals;

import java.io.IOException;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.time.Duration;

/** Bytes that go from one namespace to another by TCP, to see how long they take. */
final class Transfer {

    private static final int BYTES = 1_000_000;

    private Transfer() {}

    /** How long one million bytes take to arrive: the receiver answers when it has them all. */
    static Duration ofMegabyte(Netns from, Netns to, String address) throws IOException {
        try (TcpServer _ = TcpServer.start(to, Transfer::receive)) {
            long start = System.nanoTime();
            String answer = from.inside(() -> send(address));
            Duration elapsed = Duration.ofNanos(System.nanoTime() - start);
            assertEquals(String.valueOf(BYTES), answer);
            return elapsed;
        }
    }

    private static String send(String address) throws IOException {
        try (Socket socket = new Socket()) {
            socket.connect(new InetSocketAddress(address, TcpServer.PORT));
            socket.getOutputStream().write(new byte[BYTES]);
            return new String(socket.getInputStream().readAllBytes(), UTF_8);
        }
    }

    private static void receive(Socket client) throws IOException {
        int received = client.getInputStream().readNBytes(BYTES).length;
        client.getOutputStream().write(String.valueOf(received).getBytes(UTF_8));
    }
}
