package dev.hawser.netfilter;

import static java.util.stream.Collectors.groupingBy;
import static java.util.stream.Collectors.mapping;
import static java.util.stream.Collectors.toList;

import dev.hawser.ip.IpMath;
import dev.hawser.kernel.Attachment;
import dev.hawser.kernel.FirewallChange;
import dev.hawser.kernel.PublishedPort;
import dev.hawser.kernel.PublishedPort.Masqueraded;
import dev.hawser.netlink.AttrReader;
import dev.hawser.netlink.Request;
import java.net.InetAddress;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.ArrayList;
import java.util.Collection;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

/**
 * Ports of the host that lead to containers, as elements of our maps:
 *
 * {@snippet lang=text :
 *  map ports-ip            tcp . 8080 : 10.1.0.5 . 80
 *  map host-ports-ip       192.0.2.1 . tcp . 8080 : 10.1.0.5 . 80
 *  set hairpin-10.1.0.0-16 10.1.0.5 . tcp . 8080
 *  map publishers          "0f3a5b…" : 2              // so many elements has the owner of this hash
 * }
 */
public final class PublishedPorts {

    static final String PUBLISHERS = "publishers";

    private static final SetName INDEX = new SetName(Family.INET, PUBLISHERS);

    /** So many go into one message: an attribute has room for 64 KiB, and an element takes some 200 bytes at most. */
    private static final int ELEMENTS_IN_MESSAGE = 250;

    private PublishedPorts() {}

    /** One element of one of our sets or maps. */
    public static final class Entry {

        private final SetName set;
        private final Element element;
        private final Optional<PublishedPort> port;

        private Entry(SetName set, Element element, Optional<PublishedPort> port) {
            this.set = set;
            this.element = element;
            this.port = port;
        }

        /** The port of the host that this makes somebody's, if it does. */
        public Optional<PublishedPort> port() {
            return port;
        }

        /** Looks up the element of this key; {@link #found} reads the answer. ENOENT if there is none. */
        public Request lookUp() {
            return set.lookUp(element.key());
        }

        /** The element of this entry's key in an answer. */
        public Optional<Entry> found(AttrReader answer) {
            return Elements.read(answer).elements().stream()
                    .filter(found -> found.key().equals(element.key()))
                    .findFirst()
                    .map(found -> new Entry(set, found, port));
        }

        /** Whether both lead to the same, and are of the same owner. */
        public boolean isAlike(Entry other) {
            return element.equals(other.element);
        }

        public boolean isOf(Attachment owner) {
            return element.comment().equals(owner.abbreviated().toString());
        }

        /** The owner as its comment says, for people. */
        public String owner() {
            return element.comment().isEmpty() ? "somebody who left no name" : element.comment();
        }

        /** For an entry of {@link #index}: how many others its owner has. */
        public int count() {
            return element.data().octets().length == Integer.BYTES
                    ? ByteBuffer.wrap(element.data().octets())
                            .order(ByteOrder.nativeOrder())
                            .getInt()
                    : Integer.MAX_VALUE;
        }

        /** In the words of nft(8): {@code ports-ip { 06 00 00 00 1f 90 00 00 }}. */
        @Override
        public String toString() {
            return set.name() + " { " + element.key() + " }";
        }
    }

    /** The elements that this change is about, each once, without {@link #index}. */
    public static List<Entry> entries(Attachment owner, List<PublishedPort> ports, Masqueraded masqueraded) {
        String comment = owner.abbreviated().toString();
        List<Entry> entries = new ArrayList<>();
        Set<Element> hairpins = new HashSet<>();
        for (PublishedPort port : ports) {
            entries.add(new Entry(set(port.map()), new Element(key(port), target(port), comment), Optional.of(port)));
            Element hairpin = new Element(hairpinKey(port), comment);
            if (masqueraded != Masqueraded.NOBODY && hairpins.add(hairpin)) {
                entries.add(new Entry(set(port.hairpinSet(masqueraded)), hairpin, Optional.empty()));
            }
        }
        return entries;
    }

    /** The element that says that this owner has so many others. */
    public static Entry index(Attachment owner, int count) {
        byte[] number = ByteBuffer.allocate(Integer.BYTES)
                .order(ByteOrder.nativeOrder())
                .putInt(count)
                .array();
        Key key = Key.of(FirewallChange.publisher(owner));
        return new Entry(
                INDEX, new Element(key, new Key(number), owner.abbreviated().toString()), Optional.empty());
    }

    private static SetName set(String name) {
        return new SetName(Family.INET, name);
    }

    private static Key key(PublishedPort port) {
        byte[] protocol = {(byte) port.protocol().number()};
        byte[] number = number(port.hostPort());
        return port.hostAddress()
                .map(host -> Key.concatenated(host.getAddress(), protocol, number))
                .orElseGet(() -> Key.concatenated(protocol, number));
    }

    private static Key target(PublishedPort port) {
        return Key.concatenated(address(port).getAddress(), number(port.port()));
    }

    private static Key hairpinKey(PublishedPort port) {
        return Key.concatenated(
                address(port).getAddress(), new byte[] {(byte) port.protocol().number()}, number(port.hostPort()));
    }

    private static InetAddress address(PublishedPort port) {
        return port.address().address();
    }

    /** Type inet_service. */
    private static byte[] number(int port) {
        return new byte[] {(byte) (port >>> 8), (byte) port};
    }

    /** New elements: EEXIST or EBUSY if one of the keys is there; ENOENT if a set is missing. */
    public static List<Request> add(List<Entry> entries) {
        return bySet(entries, SetName::add);
    }

    /** The end of these elements: ENOENT if one of them is gone. */
    public static List<Request> delete(List<Entry> entries) {
        return bySet(entries, SetName::delete);
    }

    private interface OfSet {
        Request of(SetName set, List<Element> elements);
    }

    private static List<Request> bySet(List<Entry> entries, OfSet request) {
        Map<SetName, List<Element>> sets = entries.stream()
                .collect(groupingBy(entry -> entry.set, LinkedHashMap::new, mapping(entry -> entry.element, toList())));
        List<Request> requests = new ArrayList<>();
        sets.forEach((set, elements) -> {
            for (int start = 0; start < elements.size(); start += ELEMENTS_IN_MESSAGE) {
                int end = Math.min(elements.size(), start + ELEMENTS_IN_MESSAGE);
                requests.add(request.of(set, elements.subList(start, end)));
            }
        });
        return requests;
    }

    /** Dumps all who have published something; {@link #publishers} reads the answers. ENOENT if there is no such map. */
    public static Request allPublishers() {
        return INDEX.dump();
    }

    /** The owners in one answer. */
    public static List<Attachment> publishers(AttrReader answer) {
        return Elements.read(answer).elements().stream()
                .flatMap(element -> Attachment.parse(element.comment()).stream())
                .toList();
    }

    /** Of the sets and maps of our table in one answer to {@link Nftables#allSets}, the names of those with published ports. */
    public static List<String> sets(AttrReader answer) {
        return Nftables.setNames(answer).stream()
                .filter(PublishedPorts::isOfPorts)
                .toList();
    }

    private static boolean isOfPorts(String name) {
        return name.startsWith("ports-")
                || name.startsWith("host-ports-")
                || name.startsWith("hairpin-")
                || name.equals(PUBLISHERS);
    }

    /** Dumps one of these sets; {@link #entriesOf} reads the answers. ENOENT if it is gone. */
    public static Request allElements(String set) {
        return set(set).dump();
    }

    /** The elements of this owner in one answer. */
    public static List<Entry> entriesOf(Attachment owner, AttrReader answer) {
        Elements found = Elements.read(answer);
        return found.elements().stream()
                .map(element -> new Entry(set(found.set()), element, Optional.empty()))
                .filter(entry -> entry.isOf(owner))
                .toList();
    }

    /** What these ports need around their elements, for {@code nft -f -}. */
    public static String ruleset(Collection<PublishedPort> ports, Masqueraded masqueraded) {
        Map<String, String> scripts = new LinkedHashMap<>();
        scripts.put("", Ruleset.publishers());
        for (PublishedPort port : ports) {
            scripts.computeIfAbsent(port.chain(), chain -> Ruleset.publishedPorts(port));
            if (masqueraded != Masqueraded.NOBODY) {
                scripts.computeIfAbsent(port.hairpinSet(masqueraded), set -> Ruleset.hairpin(port, masqueraded, set));
            }
        }
        return String.join("", scripts.values());
    }

    /** An element as a person finds it in {@code nft list table inet hawser}. */
    public static String words(PublishedPort port) {
        return port.hostSide() + " to " + IpMath.text(address(port)) + " port " + port.port();
    }
}
