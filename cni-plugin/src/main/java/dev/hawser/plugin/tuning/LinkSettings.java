package dev.hawser.plugin.tuning;

import dev.hawser.kernel.Link;
import dev.hawser.kernel.LinkChange;
import dev.hawser.kernel.MacAddress;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/**
 * Some of the settings of a link: those that are to be, those that are, or those that were.
 *
 * @param mtuBytes its MTU
 * @param txQueueLength how many packets may wait to be sent
 */
record LinkSettings(
        Optional<MacAddress> mac,
        Optional<Boolean> promiscuous,
        Optional<Integer> mtuBytes,
        Optional<Boolean> allMulticast,
        Optional<Integer> txQueueLength) {

    static final LinkSettings NONE =
            new LinkSettings(Optional.empty(), Optional.empty(), Optional.empty(), Optional.empty(), Optional.empty());

    /** All those of a link. */
    static LinkSettings of(Link link) {
        return new LinkSettings(
                link.mac(),
                Optional.of(link.promiscuous()),
                Optional.of(link.mtuBytes()),
                Optional.of(link.allMulticast()),
                Optional.of(link.txQueueLength()));
    }

    boolean isEmpty() {
        return equals(NONE);
    }

    /** Those of these that are not so already. */
    LinkSettings differingFrom(LinkSettings present) {
        return new LinkSettings(
                differing(mac, present.mac),
                differing(promiscuous, present.promiscuous),
                differing(mtuBytes, present.mtuBytes),
                differing(allMulticast, present.allMulticast),
                differing(txQueueLength, present.txQueueLength));
    }

    private static <T> Optional<T> differing(Optional<T> wanted, Optional<T> present) {
        return wanted.equals(present) ? Optional.empty() : wanted;
    }

    /** Those of these that others are about too. */
    LinkSettings where(LinkSettings others) {
        return new LinkSettings(
                mac.filter(_ -> others.mac.isPresent()),
                promiscuous.filter(_ -> others.promiscuous.isPresent()),
                mtuBytes.filter(_ -> others.mtuBytes.isPresent()),
                allMulticast.filter(_ -> others.allMulticast.isPresent()),
                txQueueLength.filter(_ -> others.txQueueLength.isPresent()));
    }

    /** These, and of others what these do not say. */
    LinkSettings or(LinkSettings others) {
        return new LinkSettings(
                mac.or(() -> others.mac),
                promiscuous.or(() -> others.promiscuous),
                mtuBytes.or(() -> others.mtuBytes),
                allMulticast.or(() -> others.allMulticast),
                txQueueLength.or(() -> others.txQueueLength));
    }

    /** The change that each makes, in the order of this record; those that are not set make none. */
    List<Optional<LinkChange>> changes(String link) {
        return List.of(
                mac.map(value -> new LinkChange.SetMac(link, value)),
                promiscuous.map(on -> new LinkChange.SetPromiscuous(link, on)),
                mtuBytes.map(bytes -> new LinkChange.SetMtu(link, bytes)),
                allMulticast.map(on -> new LinkChange.SetAllMulticast(link, on)),
                txQueueLength.map(packets -> new LinkChange.SetTxQueueLength(link, packets)));
    }

    /** What is not as it should be: {@code mtu is 1500 instead of 1400}. */
    List<String> complaints(LinkSettings present) {
        LinkSettings wrong = differingFrom(present);
        List<String> complaints = new ArrayList<>();
        complain(complaints, "mac", wrong.mac, present.mac);
        complain(complaints, "promisc", wrong.promiscuous, present.promiscuous);
        complain(complaints, "mtu", wrong.mtuBytes, present.mtuBytes);
        complain(complaints, "allmulti", wrong.allMulticast, present.allMulticast);
        complain(complaints, "txQLen", wrong.txQueueLength, present.txQueueLength);
        return complaints;
    }

    private static <T> void complain(List<String> complaints, String key, Optional<T> wanted, Optional<T> present) {
        String is = present.map(Object::toString).orElse("not set");
        wanted.ifPresent(value -> complaints.add(key + " is " + is + " instead of " + value));
    }
}
