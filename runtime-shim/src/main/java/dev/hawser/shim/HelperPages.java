package dev.hawser.shim;

import static java.nio.charset.StandardCharsets.UTF_8;

import dev.hawser.shim.helper.Helper;
import dev.hawser.spec.Json;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.net.UnixDomainSocketAddress;
import java.nio.ByteBuffer;
import java.nio.channels.SocketChannel;
import java.nio.file.Path;
import java.util.Map;

/**
 * What the helper tells about itself, asked for by HTTP over its Unix socket.
 *
 * @param socket where it tells
 */
record HelperPages(Path socket) {

    private static final String END_OF_HEAD = "\r\n\r\n";
    private static final String OK = " 200 ";

    /** Those of the helper that HAWSER_SOCKET names. */
    static HelperPages of(Map<String, String> environment) {
        return new HelperPages(Helper.httpSocket(HelperSocket.of(environment)));
    }

    /**
     * Gets a document.
     *
     * @param path encoded as in an address
     * @throws IOException if no helper answers, with advice
     */
    Json get(String path) throws IOException {
        return Json.parse(text(path).getBytes(UTF_8));
    }

    /** As {@link #get}, whatever it is. */
    String text(String path) throws IOException {
        String answer = exchange("GET " + path + " HTTP/1.1\r\nHost: helper\r\nConnection: close\r\n\r\n");
        int end = answer.indexOf(END_OF_HEAD);
        String status = answer.lines().findFirst().orElse("nothing");
        if (end < 0 || !status.contains(OK)) {
            throw new IOException("ask the helper at " + socket + ": it answered: " + status);
        }
        return answer.substring(end + END_OF_HEAD.length());
    }

    private String exchange(String request) throws IOException {
        try (SocketChannel channel = connect()) {
            ByteBuffer bytes = UTF_8.encode(request);
            while (bytes.hasRemaining()) {
                channel.write(bytes);
            }
            return readAll(channel);
        }
    }

    private SocketChannel connect() throws IOException {
        try {
            return SocketChannel.open(UnixDomainSocketAddress.of(socket));
        } catch (IOException e) {
            throw new IOException("no helper answers at " + socket + " (" + e.getMessage() + "): " + advice(e), e);
        }
    }

    private static String advice(IOException failure) {
        return String.valueOf(failure.getMessage()).contains("Permission denied")
                ? "only root may ask"
                : "start one by `systemctl start hawser` or `hawser helper run`, or say by HAWSER_SOCKET where it"
                        + " listens; plugin calls work without it too, only slower";
    }

    private static String readAll(SocketChannel channel) throws IOException {
        ByteArrayOutputStream all = new ByteArrayOutputStream();
        ByteBuffer buffer = ByteBuffer.allocate(16 * 1024);
        while (channel.read(buffer) >= 0) {
            buffer.flip();
            all.write(buffer.array(), 0, buffer.limit());
            buffer.clear();
        }
        return all.toString(UTF_8);
    }
}
