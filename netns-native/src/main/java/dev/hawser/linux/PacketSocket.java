package dev.hawser.linux;

import dev.hawser.kernel.Frames;
import dev.hawser.kernel.KernelException;
import dev.hawser.sys.Fd;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.time.Duration;
import java.util.List;
import java.util.Optional;

/** A packet socket on one link (packet(7)). It belongs to the namespace of the thread that opened it. */
final class PacketSocket implements Frames {

    private static final int AF_PACKET = 17;
    private static final int SOCK_RAW = 3;
    private static final int SOCKADDR_LL_BYTES = 20;
    private static final short ETH_P_IP = 0x0800;
    private static final int MSG_TRUNC = 0x20;
    private static final int MSG_DONTWAIT = 0x40;

    /** Longer than any frame of a link that datagrams are not fragmented on. */
    private static final int FRAME_BYTES = 64 * 1024;

    // linux/bpf_common.h: the instructions in use.
    private static final int LOAD_BYTE = 0x30;
    private static final int LOAD_HALF = 0x28;
    private static final int LOAD_HALF_FROM_X = 0x48;
    private static final int LOAD_X_HEADER_LENGTH = 0xb1;
    private static final int JUMP_IF_EQUAL = 0x15;
    private static final int JUMP_IF_SET = 0x45;
    private static final int RETURN = 0x06;

    // Offsets in a frame: Ethernet's header is 14 bytes long, IPv4's 20 or more.
    private static final int ETHER_TYPE = 12;
    private static final int IP_HEADER = 14;
    private static final int IP_FRAGMENT = 20;
    private static final int IP_PROTOCOL = 23;
    private static final int DESTINATION_PORT_AFTER_IP = IP_HEADER + 2;
    private static final int IPPROTO_UDP = 17;
    private static final int FRAGMENT_OFFSET = 0x1fff;

    private final Fd fd;
    private final ByteBuffer buffer = ByteBuffer.allocateDirect(FRAME_BYTES);

    private PacketSocket(Fd fd) {
        this.fd = fd;
    }

    /**
     * Listens to a link of the namespace of the calling thread.
     *
     * @param name the link's, for errors
     * @param index the link's
     */
    static PacketSocket open(String name, int index, int udpPort) {
        // Protocol 0: nothing comes in before there is a filter, and the address says which link's frames to take.
        Fd fd = Fd.socket(AF_PACKET, SOCK_RAW, 0);
        try {
            fd.attachFilter(udpTo(udpPort));
            fd.bind(address(index));
            return new PacketSocket(fd);
        } catch (KernelException e) {
            fd.close();
            throw new KernelException("listen to " + name + ": " + e.getMessage(), e.errno(), e);
        }
    }

    /**
     * {@snippet lang=text :
     *  struct sockaddr_ll {
     *      unsigned short sll_family;
     *      __be16         sll_protocol;
     *      int            sll_ifindex;
     *      unsigned short sll_hatype;     // these four are not looked at by bind(2)
     *      unsigned char  sll_pkttype;
     *      unsigned char  sll_halen;
     *      unsigned char  sll_addr[8];
     *  };
     * }
     */
    private static ByteBuffer address(int index) {
        ByteBuffer address = ByteBuffer.allocateDirect(SOCKADDR_LL_BYTES).order(ByteOrder.nativeOrder());
        address.putShort(0, (short) AF_PACKET).putInt(4, index);
        address.order(ByteOrder.BIG_ENDIAN).putShort(2, ETH_P_IP);
        return address;
    }

    /**
     * {@code ip proto 17 and not a later fragment and dst port N}, as tcpdump -d has it; a jump's offsets count from the next
     * instruction.
     */
    private static ByteBuffer udpTo(int port) {
        ByteBuffer program = ByteBuffer.allocateDirect(11 * 8).order(ByteOrder.nativeOrder());
        instruction(program, LOAD_HALF, 0, 0, ETHER_TYPE);
        instruction(program, JUMP_IF_EQUAL, 0, 8, ETH_P_IP);
        instruction(program, LOAD_BYTE, 0, 0, IP_PROTOCOL);
        instruction(program, JUMP_IF_EQUAL, 0, 6, IPPROTO_UDP);
        instruction(program, LOAD_HALF, 0, 0, IP_FRAGMENT);
        instruction(program, JUMP_IF_SET, 4, 0, FRAGMENT_OFFSET);
        instruction(program, LOAD_X_HEADER_LENGTH, 0, 0, IP_HEADER);
        instruction(program, LOAD_HALF_FROM_X, 0, 0, DESTINATION_PORT_AFTER_IP);
        instruction(program, JUMP_IF_EQUAL, 0, 1, port);
        instruction(program, RETURN, 0, 0, FRAME_BYTES);
        instruction(program, RETURN, 0, 0, 0);
        return program.flip();
    }

    /**
     * {@snippet lang=text :
     *  struct sock_filter {
     *      __u16 code;
     *      __u8  jt;      // if true
     *      __u8  jf;      // if false
     *      __u32 k;
     *  };
     * }
     */
    private static void instruction(ByteBuffer program, int code, int ifTrue, int ifFalse, int k) {
        program.putShort((short) code).put((byte) ifTrue).put((byte) ifFalse).putInt(k);
    }

    @Override
    public void send(byte[] frame) {
        ByteBuffer direct = ByteBuffer.allocateDirect(frame.length);
        fd.send(direct.put(frame).flip());
    }

    @Override
    public Optional<byte[]> receive(Duration atMost) {
        Optional<byte[]> there = receive();
        if (there.isPresent() || !atMost.isPositive()) {
            return there;
        }
        Fd.awaitReadable(List.of(fd), Math.toIntExact(Math.min(Integer.MAX_VALUE, Math.max(1, atMost.toMillis()))));
        return receive();
    }

    private Optional<byte[]> receive() {
        int length = fd.receive(buffer, MSG_DONTWAIT | MSG_TRUNC);
        if (length < 0) {
            return Optional.empty();
        }
        byte[] frame = new byte[Math.min(length, buffer.capacity())];
        buffer.get(0, frame);
        return Optional.of(frame);
    }

    @Override
    public void close() {
        fd.close();
    }
}
