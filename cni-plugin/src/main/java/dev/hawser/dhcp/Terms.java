package dev.hawser.dhcp;

import dev.hawser.ip.Cidr;
import dev.hawser.ip.IpMath;
import dev.hawser.kernel.MacAddress;
import java.math.BigInteger;
import java.net.InetAddress;
import java.time.Duration;
import java.time.Instant;

/**
 * What a server has granted with an ACK.
 *
 * @param address with the prefix length that its mask says
 * @param server its identifier, an address of its own
 * @param nextHop where its answer came from: the server's Ethernet address, or that of the router or relay before it
 * @param options of the ACK
 * @param acquiredNanos when it was asked for, by {@link Clocks#sinceBoot}
 * @param acquired the same, for people
 * @param renewAfter T1: when the server is asked to go on
 * @param rebindAfter T2: when any server is
 * @param endsAfter when the address is no longer ours
 */
record Terms(
        Cidr address,
        InetAddress server,
        MacAddress nextHop,
        Options options,
        long acquiredNanos,
        Instant acquired,
        Duration renewAfter,
        Duration rebindAfter,
        Duration endsAfter) {

    /** What the reference takes for the time of a lease that says none. */
    private static final long DEFAULT_SECONDS = 3600;

    /** 0xffffffff of RFC 2131, 3.3: for ever, or in any case longer than a boot. */
    static final Duration INFINITE = Duration.ofSeconds(0xffffffffL);

    private static final int MASK_BITS = 32;

    /**
     * Reads an ACK.
     *
     * @param askedNanos when it was asked for: a lease begins then (RFC 2131, 4.4.1)
     * @throws DhcpException if its address or mask cannot be used
     */
    static Terms of(Packet ack, long askedNanos, Instant asked) {
        Options options = ack.message().options();
        long ends = options.seconds(OptionCode.LEASE_TIME).orElse(DEFAULT_SECONDS);
        long rebind = options.seconds(OptionCode.REBINDING_TIME).orElse(ends * 85 / 100);
        long renew = options.seconds(OptionCode.RENEWAL_TIME).orElse(ends / 2);
        boolean ordered = renew <= rebind && rebind <= ends;
        return new Terms(
                address(ack),
                options.address(OptionCode.SERVER_IDENTIFIER).orElse(ack.source()),
                ack.from(),
                options,
                askedNanos,
                asked,
                Duration.ofSeconds(ordered ? renew : ends / 2),
                Duration.ofSeconds(ordered ? rebind : ends * 85 / 100),
                Duration.ofSeconds(ends));
    }

    private static Cidr address(Packet ack) {
        InetAddress address = ack.message().your();
        if (!Packet.isUsable(address)) {
            throw new DhcpException(
                    "the DHCP server " + IpMath.text(ack.source()) + " leases " + IpMath.text(address)
                            + ", which no link can have",
                    false);
        }
        InetAddress mask = ack.message()
                .options()
                .address(OptionCode.SUBNET_MASK)
                .orElseThrow(() -> new DhcpException(
                        "DHCP option Subnet Mask not found in DHCPACK: the server has to send option 1, and"
                                + " ipam.request has to ask for it if it says skipDefault",
                        false));
        return new Cidr(address, prefixLength(mask));
    }

    private static int prefixLength(InetAddress mask) {
        int bits = new BigInteger(mask.getAddress()).intValue();
        int length = Integer.numberOfLeadingZeros(~bits);
        if (length < MASK_BITS && bits << length != 0) {
            throw new DhcpException(
                    "the DHCP server's subnet mask " + IpMath.text(mask) + " is none: its ones are not in a row",
                    false);
        }
        return length;
    }

    /** Whether it never ends. */
    boolean isInfinite() {
        return endsAfter.equals(INFINITE);
    }

    /** How long it still is until a point of it; negative once that has passed. */
    Duration until(Duration after, long nowNanos) {
        return after.minusNanos(nowNanos - acquiredNanos);
    }

    boolean isOver(long nowNanos) {
        return !isInfinite() && !until(endsAfter, nowNanos).isPositive();
    }
}
