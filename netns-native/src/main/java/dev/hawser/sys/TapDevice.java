package dev.hawser.sys;

import dev.hawser.kernel.KernelException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.OptionalInt;

/** Tap devices, which are made by ioctl(2) on /dev/net/tun only (Documentation/networking/tuntap.rst). */
public final class TapDevice {

    private static final Path TUN = Path.of("/dev/net/tun");

    // linux/if_tun.h: _IOW('T', 202…206, int), as all architectures but alpha, mips, powerpc and sparc encode it.
    private static final long TUNSETIFF = 0x400454caL;
    private static final long TUNSETPERSIST = 0x400454cbL;
    private static final long TUNSETOWNER = 0x400454ccL;
    private static final long TUNSETGROUP = 0x400454ceL;

    // Its flags.
    private static final int IFF_TAP = 0x0002;
    private static final int IFF_MULTI_QUEUE = 0x0100;
    private static final int IFF_NO_PI = 0x1000;
    private static final int IFF_TUN_EXCL = 0x8000;

    private static final int IFREQ_BYTES = 40;
    private static final int IFNAMSIZ = 16;

    private TapDevice() {}

    /**
     * Makes a persistent tap device in the namespace of the calling thread, or none if anything fails: it persists by the last
     * of the calls, and until then goes with the descriptor.
     *
     * @param name at most 15 bytes
     * @param owner the uid that may open it besides root
     * @param group the gid that may open it besides root
     * @throws KernelException EBUSY if there is a tun or tap device of this name, EINVAL if there is another link; ENOENT if
     *     there is no /dev/net/tun
     */
    public static void create(String name, boolean multiQueue, OptionalInt owner, OptionalInt group) {
        try (Fd tun = Fd.open(TUN, Fd.O_RDWR, 0)) {
            tun.ioctl("make tap " + name + " by", TUNSETIFF, request(name, multiQueue));
            owner.ifPresent(uid -> tun.ioctl("set the owner of tap " + name + " by", TUNSETOWNER, uid));
            group.ifPresent(gid -> tun.ioctl("set the group of tap " + name + " by", TUNSETGROUP, gid));
            tun.ioctl("keep tap " + name + " by", TUNSETPERSIST, 1);
        }
    }

    /**
     * {@snippet lang=text :
     *  struct ifreq {
     *      char ifr_name[IFNAMSIZ];
     *      union { short ifr_flags; … };   // 24 bytes on 64-bit Linux
     *  };
     * }
     */
    private static ByteBuffer request(String name, boolean multiQueue) {
        byte[] text = name.getBytes(StandardCharsets.UTF_8);
        if (text.length >= IFNAMSIZ) {
            throw new KernelException("\"" + name + "\" is too long for the name of a tap", 0);
        }
        int flags = IFF_TAP | IFF_NO_PI | IFF_TUN_EXCL | (multiQueue ? IFF_MULTI_QUEUE : 0);
        return ByteBuffer.allocateDirect(IFREQ_BYTES)
                .order(ByteOrder.nativeOrder())
                .put(0, text)
                .putShort(IFNAMSIZ, (short) flags);
    }
}
