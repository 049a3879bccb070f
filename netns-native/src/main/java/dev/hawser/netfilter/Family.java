package dev.hawser.netfilter;

import dev.hawser.kernel.NftChain;
import java.util.Locale;

/** The families that have tables of their own (linux/netfilter.h, NFPROTO_…). */
enum Family {
    INET(1),
    IP(2),
    ARP(3),
    NETDEV(5),
    BRIDGE(7),
    IP6(10);

    final int number;

    Family(int number) {
        this.number = number;
    }

    /** The family of this chain. */
    static Family of(NftChain chain) {
        for (Family family : values()) {
            if (family.word().equals(chain.family())) {
                return family;
            }
        }
        throw new IllegalArgumentException("\"" + chain.family()
                + "\" is not a family of nftables: write inet, ip, ip6," + " arp, bridge or netdev");
    }

    private String word() {
        return name().toLowerCase(Locale.ROOT);
    }
}
