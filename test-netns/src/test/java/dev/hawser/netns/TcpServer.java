package dev.hawser.netns;

import java.io.BufferedReader;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.List;

/** A process in a namespace that tells each client the address that it sees the client come from. */
final class TcpServer implements AutoCloseable {

    static final int PORT = 8080;
    static final String READY = "listening";

    private final Process process;

    private TcpServer(Process process) {
        this.process = process;
    }

    /** Starts a server and waits until it listens on both families. */
    static TcpServer start(Netns netns) {
        return start(netns, TcpServer.class);
    }

    /**
     * Starts another server.
     *
     * @param main listens on {@link #PORT} and then prints {@link #READY}
     */
    static TcpServer start(Netns netns, Class<?> main) {
        String java = Path.of(System.getProperty("java.home"), "bin", "java").toString();
        List<String> command =
                List.of(java, "-XX:TieredStopAtLevel=1", "-XX:+UseSerialGC", "-cp", classPath(), main.getName());
        Process process = Shell.start(new ProcessBuilder(Shell.join(netns.entering(), command))
                .redirectError(ProcessBuilder.Redirect.INHERIT));
        TcpServer server = new TcpServer(process);
        server.awaitReady();
        return server;
    }

    /**
     * Connects from a namespace to a server.
     *
     * @return the address that the server saw, or "" if there was no answer within three seconds
     */
    static String addressSeen(Netns client, String server) {
        String script = "exec 3<>/dev/tcp/" + server + "/" + PORT + " && cat <&3";
        return client.run("timeout", "3", "bash", "-c", script).stdout().strip();
    }

    @Override
    public void close() {
        process.destroyForcibly();
        process.onExit().join();
    }

    private void awaitReady() {
        BufferedReader stdout = process.inputReader(StandardCharsets.UTF_8);
        try {
            String line = stdout.readLine();
            if (!READY.equals(line)) {
                throw new AssertionError("the TCP server does not listen: " + line);
            }
        } catch (IOException e) {
            throw new UncheckedIOException("wait for the TCP server", e);
        }
    }

    static String classPath() {
        try {
            return Path.of(TcpServer.class
                            .getProtectionDomain()
                            .getCodeSource()
                            .getLocation()
                            .toURI())
                    .toString();
        } catch (java.net.URISyntaxException e) {
            throw new IllegalStateException("the test's classes are a directory", e);
        }
    }

    /** The server's own process. */
    public static void main(String[] args) throws IOException {
        try (ServerSocket server = new ServerSocket()) {
            server.bind(new InetSocketAddress("::", PORT));
            System.out.println(READY);
            while (true) {
                try (Socket client = server.accept()) {
                    String address = client.getInetAddress().getHostAddress();
                    client.getOutputStream().write((address + "\n").getBytes(StandardCharsets.UTF_8));
                }
            }
        }
    }
}
