package dev.hawser.linux;

import static java.nio.charset.StandardCharsets.UTF_8;

import dev.hawser.sys.Netns;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.atomic.AtomicInteger;

/** A fresh network namespace that stands for the host, and the tools to look at it with an outside eye. */
final class NftHost implements AutoCloseable {

    private static final AtomicInteger COUNT = new AtomicInteger();

    private final String prefix = "hw-nft-" + ProcessHandle.current().pid() + "-" + COUNT.incrementAndGet();
    private final List<String> others = new ArrayList<>();
    private final Namespace namespace;

    NftHost() {
        run("ip", "netns", "add", prefix);
        namespace = Namespace.of(Netns.open(Path.of("/run/netns", prefix)), NetlinkSocket.newBuffer());
    }

    Firewall firewall() {
        return new Firewall(namespace);
    }

    Firewall firewall(List<Path> directories) {
        return new Firewall(namespace, directories);
    }

    /** The name of one more namespace. */
    String namespace(String suffix) {
        String name = prefix + "-" + suffix;
        run("ip", "netns", "add", name);
        others.add(name);
        return name;
    }

    String name() {
        return prefix;
    }

    /** What a shell prints that runs in this namespace. */
    String shell(String script) {
        return run("ip", "netns", "exec", prefix, "sh", "-ec", script);
    }

    /** The same in another one. */
    static String shellIn(String name, String script) {
        return run("ip", "netns", "exec", name, "sh", "-ec", script);
    }

    /** {@code nft} with these arguments, on one line. */
    String nft(String arguments) {
        return shell("nft " + arguments.strip()).replaceAll("\\s+", " ").strip();
    }

    @Override
    public void close() {
        namespace.close();
        others.forEach(name -> run("ip", "netns", "delete", name));
        run("ip", "netns", "delete", prefix);
    }

    private static String run(String... command) {
        try {
            Process process =
                    new ProcessBuilder(command).redirectErrorStream(true).start();
            process.getOutputStream().close();
            String output = new String(process.getInputStream().readAllBytes(), UTF_8);
            int status = process.waitFor();
            if (status != 0) {
                throw new AssertionError(String.join(" ", command) + ": exit status " + status + ": " + output);
            }
            return output;
        } catch (IOException e) {
            throw new AssertionError(e);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new AssertionError(e);
        }
    }
}
