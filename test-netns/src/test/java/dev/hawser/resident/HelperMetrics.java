package dev.hawser.resident;

import static java.nio.charset.StandardCharsets.UTF_8;

import java.io.IOException;
import java.net.UnixDomainSocketAddress;
import java.nio.channels.Channels;
import java.nio.channels.SocketChannel;
import java.nio.file.Path;

/**
 * What a helper tells Prometheus.
 *
 * @param text nothing, if no helper answers
 */
public record HelperMetrics(String text) {

    private static final String REQUEST = "GET /metrics HTTP/1.1\r\nHost: helper\r\nConnection: close\r\n\r\n";

    /** Those of the helper whose socket this is, as they are now. */
    public static HelperMetrics of(Path socket) {
        try (SocketChannel channel = SocketChannel.open(UnixDomainSocketAddress.of(socket + ".http"))) {
            channel.write(UTF_8.encode(REQUEST));
            return new HelperMetrics(new String(Channels.newInputStream(channel).readAllBytes(), UTF_8));
        } catch (IOException nobody) {
            return new HelperMetrics("");
        }
    }

    /** How many calls of a plugin it has made. */
    public long calls(String verb, String plugin) {
        String count = "hawser_call_duration_seconds_count{plugin=\"%s\",verb=\"%s\"} ".formatted(plugin, verb);
        return text.lines()
                .filter(line -> line.startsWith(count))
                .mapToLong(line -> Long.parseLong(line.substring(count.length())))
                .sum();
    }

    /** Whether they are those of a helper of this build. */
    public boolean isOfBuild(String build) {
        return text.lines().anyMatch(line -> line.startsWith("hawser_build_info{build=\"" + build + "\""));
    }
}
