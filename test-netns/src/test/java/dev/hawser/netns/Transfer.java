package dev.hawser.netns;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.io.IOException;
import java.io.InputStream;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.time.Duration;

/** Bytes that go from one namespace to another by TCP, to see how long they take. */
final class Transfer {

    private static final int BYTES = 1_000_000;

    private Transfer() {}

    /** How long one million bytes take to arrive: the receiver answers when it has them all. */
    static Duration ofMegabyte(Netns from, Netns to, String address) {
        String script = "exec 3<>/dev/tcp/" + address + "/" + TcpServer.PORT + " && head -c " + BYTES
                + " /dev/zero >&3 && cat <&3";
        TcpServer receiver = TcpServer.start(to, Transfer.class);
        try (receiver) {
            long start = System.nanoTime();
            String answer = from.output("bash", "-c", script);
            Duration elapsed = Duration.ofNanos(System.nanoTime() - start);
            assertEquals(String.valueOf(BYTES), answer.strip());
            return elapsed;
        }
    }

    /** The receiver's own process. */
    public static void main(String[] args) throws IOException {
        try (ServerSocket server = new ServerSocket()) {
            server.bind(new InetSocketAddress("::", TcpServer.PORT));
            System.out.println(TcpServer.READY);
            try (Socket client = server.accept()) {
                InputStream in = client.getInputStream();
                int received = in.readNBytes(BYTES).length;
                client.getOutputStream().write(String.valueOf(received).getBytes(StandardCharsets.UTF_8));
            }
        }
    }
}
