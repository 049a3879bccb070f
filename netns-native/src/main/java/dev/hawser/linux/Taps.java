package dev.hawser.linux;

import static dev.hawser.kernel.Errno.EBUSY;
import static dev.hawser.kernel.Errno.EEXIST;
import static dev.hawser.kernel.Errno.ENODEV;
import static dev.hawser.kernel.Errno.ENOENT;

import dev.hawser.kernel.KernelException;
import dev.hawser.kernel.Link;
import dev.hawser.kernel.LinkChange;
import dev.hawser.kernel.Tap;
import dev.hawser.netlink.LinkCodec;
import dev.hawser.netlink.TapReader;
import dev.hawser.sys.TapDevice;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/** The tap devices of one namespace. */
final class Taps {

    /** There if SELinux is enabled (selinux(8)). */
    private static final Path SELINUX = Path.of("/sys/fs/selinux/enforce");

    private static final Duration COMMAND_TIMEOUT = Duration.ofSeconds(10);

    private final Namespace namespace;
    private final Links links;

    Taps(Namespace namespace) {
        this.namespace = namespace;
        this.links = new Links(namespace);
    }

    Optional<Tap> find(String name) {
        return namespace
                .route()
                .find(LinkCodec.byName(name), TapReader::tap, ENODEV, name)
                .flatMap(found -> found);
    }

    void add(LinkChange.AddTap tap) {
        requireFree(tap.name());
        namespace.indexes().remove(tap.name());
        if (tap.selinuxContext().isPresent()) {
            addLabelled(tap, tap.selinuxContext().get());
        } else {
            addPlain(tap);
        }
    }

    private void requireFree(String name) {
        Optional<Link> holder = links.find(name);
        if (holder.isPresent()) {
            throw nameTaken(
                    name, "there is a " + holder.get().kind().orElse("physical device") + " of this name already");
        }
    }

    private void addPlain(LinkChange.AddTap tap) {
        try {
            namespace.inside(() -> {
                TapDevice.create(tap.name(), tap.multiQueue(), tap.owner(), tap.group());
                return tap;
            });
        } catch (KernelException e) {
            throw explained(tap.name(), e);
        }
    }

    private static KernelException explained(String name, KernelException e) {
        return switch (e.errno()) {
            case EBUSY -> nameTaken(name, "there is a tun of this name already");
            case ENOENT, ENODEV ->
                new KernelException(
                        "add tap " + name + ": " + e.getMessage() + ": has the kernel the module tun?", e.errno(), e);
            default -> e;
        };
    }

    private static KernelException nameTaken(String name, String why) {
        return new KernelException("add tap " + name + ": EEXIST (File exists): " + why, EEXIST);
    }

    /**
     * The label of a tap is that of the process that makes it (selinux_tun_dev_alloc_security takes current_sid, and no label
     * for new sockets), and a process with threads, as we are, cannot change its own: so {@code ip} makes it, run with the
     * label, as the reference runs it too. It asks for a new device (IFF_TUN_EXCL), as we do.
     */
    private void addLabelled(LinkChange.AddTap tap, String context) {
        if (!Files.exists(SELINUX)) {
            throw new KernelException(
                    "add tap " + tap.name() + " with the SELinux context " + context
                            + ": SELinux is not enabled on this node (there is no " + SELINUX + ")",
                    0);
        }
        List<String> words = new ArrayList<>(List.of("--net=/proc/"
                + ProcessHandle.current().pid() + "/fd/" + namespace.fd().number()));
        words.addAll(
                List.of(program("runcon").toString(), context, program("ip").toString()));
        words.addAll(List.of("tuntap", "add", "mode", "tap", "name", tap.name()));
        if (tap.multiQueue()) {
            words.add("multi_queue");
        }
        tap.owner().ifPresent(uid -> words.addAll(List.of("user", Integer.toUnsignedString(uid))));
        tap.group().ifPresent(gid -> words.addAll(List.of("group", Integer.toUnsignedString(gid))));
        new Command(program("nsenter"), words, COMMAND_TIMEOUT).run("");
    }

    private static Path program(String name) {
        return Command.find(name, Command.DIRECTORIES)
                .orElseThrow(() -> new KernelException(
                        "run " + name + ": there is no such program in " + Command.DIRECTORIES, ENOENT));
    }
}
