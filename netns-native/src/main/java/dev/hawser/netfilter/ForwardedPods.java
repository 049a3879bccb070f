package dev.hawser.netfilter;

import dev.hawser.kernel.Attachment;
import dev.hawser.kernel.FirewallChange;
import dev.hawser.kernel.FirewallChange.AllowForwarding;
import dev.hawser.netlink.AttrReader;
import dev.hawser.netlink.Request;
import java.net.InetAddress;
import java.util.List;
import java.util.Optional;
import java.util.stream.Stream;

/** The requests about the elements that let pods through, in the sets of {@link Ruleset#forwarding}, and the answers. */
public final class ForwardedPods {

    private ForwardedPods() {}

    /** A new element. EEXIST if the address has one already; ENOENT if there is no such set. */
    public static Request add(AllowForwarding pod) {
        return set(pod.address())
                .add(new Element(
                        Key.of(pod.address()), pod.owner().abbreviated().toString()));
    }

    /** The end of an element; ENOENT if there is none. */
    public static Request delete(InetAddress address) {
        return set(address).delete(Key.of(address));
    }

    /** Looks up the element of one address; {@link #read} reads the answer. ENOENT if there is none. */
    public static Request lookUp(InetAddress address) {
        return set(address).lookUp(Key.of(address));
    }

    /** Dumps the elements of both families; {@link #read} reads the answers. ENOENT if there is no such set. */
    public static List<Request> all() {
        return Stream.of("forwarded4", "forwarded6")
                .map(name -> new SetName(Family.INET, name).dump())
                .toList();
    }

    /** The pods of one answer. Elements that we could not have made are left out. */
    public static List<AllowForwarding> read(AttrReader answer) {
        return Elements.read(answer).elements().stream()
                .flatMap(element -> pod(element).stream())
                .toList();
    }

    private static Optional<AllowForwarding> pod(Element element) {
        return Attachment.parse(element.comment())
                .flatMap(owner -> element.key().address().map(address -> new AllowForwarding(address, owner)));
    }

    private static SetName set(InetAddress address) {
        return new SetName(Family.INET, FirewallChange.forwardedSet(address));
    }
}
