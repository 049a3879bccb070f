package dev.hawser.linux;

import dev.hawser.kernel.Change;
import dev.hawser.kernel.KernelException;
import dev.hawser.netlink.IfLink;
import dev.hawser.netlink.LinkCodec;
import java.io.File;
import java.io.FileInputStream;
import java.io.FileNotFoundException;
import java.io.FileOutputStream;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.Map;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** The kernel parameters of one namespace: a file below /proc/sys/net is that of the thread that opens it. */
final class Sysctls {

    private static final Path ROOT = Path.of("/proc/sys");

    /** The longest that are read here are some hundred bytes. */
    private static final int MOST_BYTES = 4096;

    /** Those of one link that ADDs set to 1, and the numbers that they have in netlink. */
    private static final Pattern OF_LINK = Pattern.compile("net/ipv4/conf/([^/]+)/([^/]+)");

    private static final Map<String, Integer> NUMBERS =
            Map.of("arp_notify", IfLink.IPV4_DEVCONF_ARP_NOTIFY, "route_localnet", IfLink.IPV4_DEVCONF_ROUTE_LOCALNET);

    private final Namespace namespace;

    Sysctls(Namespace namespace) {
        this.namespace = namespace;
    }

    Optional<String> read(String key) {
        return namespace.inside(() -> value(file(key)));
    }

    void set(Change.SetSysctl change) {
        if (!setByNetlink(change)) {
            namespace.inside(() -> {
                setHere(change);
                return change;
            });
        }
    }

    /**
     * By netlink it takes a fifth of what the file takes. False if this is another parameter, or cannot be set so: the file will
     * say why.
     */
    private boolean setByNetlink(Change.SetSysctl change) {
        Matcher key = OF_LINK.matcher(change.key());
        return change.value().equals("1")
                && key.matches()
                && NUMBERS.containsKey(key.group(2))
                && setByNetlink(key.group(1), NUMBERS.getOrDefault(key.group(2), 0));
    }

    private boolean setByNetlink(String link, int number) {
        return namespace.route().execute(LinkCodec.setIpv4(link, number, 1)).isOk();
    }

    private static void setHere(Change.SetSysctl change) {
        try {
            File file = file(change.key());
            if (isOfOneLink(change.key()) || !value(file).equals(Optional.of(change.value()))) {
                write(file, change.value());
            }
        } catch (FileNotFoundException e) {
            if (change.required()) {
                boolean exists = file(change.key()).exists();
                throw new KernelException(
                        "set kernel parameter " + change.key() + " to " + change.value() + ": "
                                + (exists ? e.getMessage() : "there is no such parameter"),
                        0,
                        e);
            }
        } catch (IOException e) {
            if (change.required()) {
                throw failure("set kernel parameter " + change.key() + " to " + change.value(), e);
            }
        }
    }

    /** Others are looked at first: to write ip_forward, for one, makes the kernel walk over all links of the namespace. */
    private static boolean isOfOneLink(String key) {
        return key.contains("/conf/") && !key.contains("/conf/all/") && !key.contains("/conf/default/");
    }

    /**
     * Empty also for those that have no value to be read: net/ipv4/route/flush can only be written, and a stable_secret is EIO
     * until it is set.
     */
    private static Optional<String> value(File file) {
        try {
            return file.exists() ? Optional.of(content(file)) : Optional.empty();
        } catch (IOException unreadable) {
            return Optional.empty();
        }
    }

    /** What a file of proc(5) has. One read(2) gives all of it; channels would make twice the system calls. */
    static String content(File file) throws IOException {
        byte[] bytes = new byte[MOST_BYTES];
        try (FileInputStream in = new FileInputStream(file)) {
            int length = in.read(bytes);
            return new String(bytes, 0, Math.max(0, length), StandardCharsets.US_ASCII).strip();
        }
    }

    private static void write(File file, String value) throws IOException {
        try (FileOutputStream out = new FileOutputStream(file)) {
            out.write(value.getBytes(StandardCharsets.US_ASCII));
        }
    }

    private static File file(String key) {
        Path file = ROOT.resolve(key).normalize();
        if (!file.startsWith(ROOT) || file.equals(ROOT)) {
            throw new KernelException("\"" + key + "\" is not a kernel parameter", 0);
        }
        return file.toFile();
    }

    private static KernelException failure(String what, IOException e) {
        return new KernelException(what + ": " + e.getMessage(), 0, e);
    }
}
