package dev.hawser.kernel;

import java.util.Optional;
import java.util.OptionalInt;

/**
 * A network interface as the kernel describes it (rtnetlink(7), RTM_GETLINK).
 *
 * @param index its number in its namespace
 * @param name its name, at most 15 bytes (IFNAMSIZ)
 * @param kind IFLA_INFO_KIND: {@code bridge}, {@code veth} …; empty for hardware and {@code lo}
 * @param mac its hardware address, if it has one of six octets
 * @param mtuBytes its MTU
 * @param up whether it is administratively up (IFF_UP)
 * @param operationallyUp whether its operational state is UP, or UNKNOWN as for {@code lo} (RFC 2863)
 * @param promiscuous whether it was asked to be promiscuous (IFF_PROMISC)
 * @param allMulticast whether it was asked to take all multicast (IFF_ALLMULTI)
 * @param txQueueLength how many packets may wait to be sent (IFLA_TXQLEN)
 * @param master the index of the bridge that it is a port of
 * @param peer IFLA_LINK: for a veth the index of its other end, in that end's namespace; for a macvlan, ipvlan or VLAN the
 *     index of its parent
 * @param setting what tells links of this kind apart: the mode of a macvlan or ipvlan (IFLA_MACVLAN_MODE, IFLA_IPVLAN_MODE), the
 *     id of a VLAN (IFLA_VLAN_ID), the table of a VRF (IFLA_VRF_TABLE)
 * @param alias IFLA_IFALIAS, empty if there is none
 */
public record Link(
        int index,
        String name,
        Optional<String> kind,
        Optional<MacAddress> mac,
        int mtuBytes,
        boolean up,
        boolean operationallyUp,
        boolean promiscuous,
        boolean allMulticast,
        int txQueueLength,
        OptionalInt master,
        OptionalInt peer,
        OptionalInt setting,
        String alias) {

    /** IFALIASZ of if_link.h: how many bytes an alias may have, with the zero that ends it. */
    public static final int ALIAS_BYTES = 256;

    /** Whether it is of this kind: {@code link.is("bridge")}. */
    public boolean is(String expectedKind) {
        return kind.filter(expectedKind::equals).isPresent();
    }
}
