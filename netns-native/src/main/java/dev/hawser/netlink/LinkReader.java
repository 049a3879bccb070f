package dev.hawser.netlink;

import static dev.hawser.netlink.Rtnetlink.IFF_ALLMULTI;
import static dev.hawser.netlink.Rtnetlink.IFF_PROMISC;
import static dev.hawser.netlink.Rtnetlink.IFF_UP;
import static dev.hawser.netlink.Rtnetlink.IF_OPER_UNKNOWN;
import static dev.hawser.netlink.Rtnetlink.IF_OPER_UP;

import dev.hawser.kernel.Link;
import dev.hawser.kernel.MacAddress;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.function.IntSupplier;

/** A link out of an RTM_NEWLINK message. */
public final class LinkReader {

    private static final int MAC_OCTETS = 6;

    private final IfInfoMsg header;
    private String name = "";
    private Optional<String> kind = Optional.empty();
    private Optional<MacAddress> mac = Optional.empty();
    private int mtuBytes;
    private int operationalState;
    private int txQueueLength;
    private OptionalInt master = OptionalInt.empty();
    private OptionalInt peer = OptionalInt.empty();
    private OptionalInt setting = OptionalInt.empty();
    private String alias = "";
    private OptionalInt portState = OptionalInt.empty();

    private LinkReader(IfInfoMsg header) {
        this.header = header;
    }

    /** The link that this message describes. */
    public static Link link(AttrReader body) {
        return parse(body).link();
    }

    /** How far the link that this message describes is on its way to carrying traffic. */
    public static LinkState state(AttrReader body) {
        LinkReader read = parse(body);
        return new LinkState(read.operationalState, read.portState);
    }

    private static LinkReader parse(AttrReader body) {
        LinkReader reader = new LinkReader(IfInfoMsg.read(body));
        while (body.next()) {
            reader.attribute(body);
        }
        return reader;
    }

    private void attribute(AttrReader attr) {
        switch (attr.type()) {
            case IfLink.IFLA_IFNAME -> name = attr.string();
            case IfLink.IFLA_ADDRESS -> mac = macOf(attr);
            case IfLink.IFLA_MTU -> mtuBytes = attr.u32();
            case IfLink.IFLA_OPERSTATE -> operationalState = attr.u8();
            case IfLink.IFLA_TXQLEN -> txQueueLength = attr.u32();
            case IfLink.IFLA_MASTER -> master = OptionalInt.of(attr.u32());
            case IfLink.IFLA_LINK -> peer = OptionalInt.of(attr.u32());
            case IfLink.IFLA_IFALIAS -> alias = attr.string();
            case IfLink.IFLA_LINKINFO -> info(attr.nested());
            default -> {} // what we have no word for
        }
    }

    private void info(AttrReader info) {
        while (info.next()) {
            switch (info.type()) {
                case IfLink.IFLA_INFO_KIND -> kind = Optional.of(info.string());
                case IfLink.IFLA_INFO_DATA -> settings(info.nested());
                case IfLink.IFLA_INFO_SLAVE_DATA -> port(info.nested());
                default -> {} // settings of the kinds
            }
        }
    }

    /** The kernel writes the kind first (rtnl_link_info_fill). */
    private void settings(AttrReader settings) {
        while (settings.next()) {
            switch (kind.orElse("")) {
                case "macvlan" -> setting(settings, IfLink.IFLA_MACVLAN_MODE, settings::u32);
                case "ipvlan" -> setting(settings, IfLink.IFLA_IPVLAN_MODE, settings::u16);
                case "vlan" -> setting(settings, IfLink.IFLA_VLAN_ID, settings::u16);
                case "vrf" -> setting(settings, IfLink.IFLA_VRF_TABLE, settings::u32);
                default -> {} // kinds that need no telling apart
            }
        }
    }

    private void setting(AttrReader attr, int type, IntSupplier value) {
        if (attr.type() == type) {
            setting = OptionalInt.of(value.getAsInt());
        }
    }

    /** Of a bridge port; other masters number their attributes in other ways, so the length is checked too. */
    private void port(AttrReader settings) {
        while (settings.next()) {
            if (settings.type() == IfLink.IFLA_BRPORT_STATE && settings.length() == 1) {
                portState = OptionalInt.of(settings.u8());
            }
        }
    }

    private static Optional<MacAddress> macOf(AttrReader attr) {
        return attr.length() == MAC_OCTETS ? Optional.of(MacAddress.of(attr.bytes())) : Optional.empty();
    }

    private Link link() {
        return new Link(
                header.index(),
                name,
                kind,
                mac,
                mtuBytes,
                (header.flags() & IFF_UP) != 0,
                operationalState == IF_OPER_UP || operationalState == IF_OPER_UNKNOWN,
                (header.flags() & IFF_PROMISC) != 0,
                (header.flags() & IFF_ALLMULTI) != 0,
                txQueueLength,
                master,
                peer,
                setting,
                alias);
    }
}
