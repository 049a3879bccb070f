package dev.hawser.linux;

import dev.hawser.netlink.Netlink;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.HashSet;
import java.util.Optional;
import java.util.Set;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;

/**
 * Tells by the port in a notification (nlmsg_pid: the socket by which the change was asked for) whether the change was this
 * process's own. For one thread of the namespace that the sockets are in.
 *
 * <p>/proc is asked only about ports that are not known as ours yet. Those stay so: our sockets stay open from call to
 * call, and the kernel chooses ports at random but for the first, which is the process's id.
 */
final class OwnPorts {

    private static final Path SOCKETS = Path.of("/proc/thread-self/net/netlink");
    private static final Path DESCRIPTORS = Path.of("/proc/self/fd");

    /**
     * {@snippet lang=text :
     *  sk               Eth Pid        Groups   Rmem     Wmem     Dump  Locks    Drops    Inode
     *  00000000f155187b 12  3294961847 00000000 0        0        0     2        0        49203
     * }
     */
    private static final Pattern SOCKET = Pattern.compile("\\w+ +(\\d+) +(\\d+) .* (\\d+) *");

    private final Set<Integer> own = new HashSet<>();

    /** Whether a socket of this process has this port of NETLINK_NETFILTER. */
    boolean contains(int port) {
        return own.contains(port) || (isOurs(port) && own.add(port));
    }

    /** What cannot be told is taken for somebody else's: looking once too often does no harm. */
    private static boolean isOurs(int port) {
        try (Stream<String> sockets = Files.lines(SOCKETS)) {
            Optional<String> inode =
                    sockets.flatMap(line -> inodeOf(port, line)).findFirst();
            return inode.isPresent() && isOpenHere("socket:[" + inode.get() + "]");
        } catch (IOException | UncheckedIOException e) {
            return false;
        }
    }

    private static Stream<String> inodeOf(int port, String line) {
        Matcher socket = SOCKET.matcher(line);
        boolean wanted = socket.matches()
                && Integer.parseInt(socket.group(1)) == Netlink.NETLINK_NETFILTER
                && Integer.parseUnsignedInt(socket.group(2)) == port;
        return wanted ? Stream.of(socket.group(3)) : Stream.empty();
    }

    private static boolean isOpenHere(String socket) throws IOException {
        try (Stream<Path> descriptors = Files.list(DESCRIPTORS)) {
            return descriptors.anyMatch(descriptor -> target(descriptor).equals(socket));
        }
    }

    private static String target(Path descriptor) {
        try {
            return Files.readSymbolicLink(descriptor).toString();
        } catch (NoSuchFileException e) {
            return ""; // closed meanwhile
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
