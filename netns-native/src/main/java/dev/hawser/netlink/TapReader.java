package dev.hawser.netlink;

import dev.hawser.kernel.Tap;
import java.util.Optional;
import java.util.OptionalInt;

/** A tap device out of an RTM_NEWLINK message. */
public final class TapReader {

    /** IFLA_TUN_TYPE: enum of linux/if_tun.h. */
    private static final int IFF_TAP = 2;

    private boolean isTun;
    private boolean isTap;
    private OptionalInt owner = OptionalInt.empty();
    private OptionalInt group = OptionalInt.empty();
    private boolean multiQueue;
    private boolean persistent;

    private TapReader() {}

    /** The tap device that this message describes; none if it is about another kind of link. */
    public static Optional<Tap> tap(AttrReader body) {
        TapReader reader = new TapReader();
        body.fixed(IfInfoMsg.BYTES);
        while (body.next()) {
            if (body.type() == IfLink.IFLA_LINKINFO) {
                reader.info(body.nested());
            }
        }
        return reader.isTun && reader.isTap
                ? Optional.of(new Tap(reader.owner, reader.group, reader.multiQueue, reader.persistent))
                : Optional.empty();
    }

    /** The kernel writes the kind first (rtnl_link_info_fill). */
    private void info(AttrReader info) {
        while (info.next()) {
            switch (info.type()) {
                case IfLink.IFLA_INFO_KIND -> isTun = info.string().equals("tun");
                case IfLink.IFLA_INFO_DATA -> settings(info.nested());
                default -> {} // what we have no word for
            }
        }
    }

    private void settings(AttrReader settings) {
        while (isTun && settings.next()) {
            switch (settings.type()) {
                case IfLink.IFLA_TUN_OWNER -> owner = OptionalInt.of(settings.u32());
                case IfLink.IFLA_TUN_GROUP -> group = OptionalInt.of(settings.u32());
                case IfLink.IFLA_TUN_TYPE -> isTap = settings.u8() == IFF_TAP;
                case IfLink.IFLA_TUN_PERSIST -> persistent = settings.u8() != 0;
                case IfLink.IFLA_TUN_MULTI_QUEUE -> multiQueue = settings.u8() != 0;
                default -> {} // what we have no word for
            }
        }
    }
}
