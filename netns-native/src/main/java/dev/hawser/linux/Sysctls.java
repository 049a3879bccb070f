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
import java.util.Optional;

/** The kernel parameters of one namespace: a file below /proc/sys/net is that of the thread that opens it. */
final class Sysctls {

    private static final Path ROOT = Path.of("/proc/sys");

    /** The longest of net/ are some hundred bytes. */
    private static final int MOST_BYTES = 4096;

    private static final String IPV4_LINKS = "net/ipv4/conf/";
    private static final String ARP_NOTIFY = "/arp_notify";

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
     * Each pod's link is to announce itself: by netlink that takes a fifth of what the file takes. False if this is another
     * parameter, or cannot be set so: the file will say why.
     */
    private boolean setByNetlink(Change.SetSysctl change) {
        String key = change.key();
        int end = key.length() - ARP_NOTIFY.length();
        boolean announces = key.startsWith(IPV4_LINKS)
                && key.endsWith(ARP_NOTIFY)
                && end > IPV4_LINKS.length()
                && change.value().equals("1");
        return announces
                && namespace
                        .route()
                        .execute(LinkCodec.setIpv4(
                                key.substring(IPV4_LINKS.length(), end), IfLink.IPV4_DEVCONF_ARP_NOTIFY, 1))
                        .isOk();
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

    /** One read(2) has all of a parameter. Channels would make twice the system calls. */
    private static String content(File file) throws IOException {
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
