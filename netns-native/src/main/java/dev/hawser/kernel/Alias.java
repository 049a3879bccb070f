package dev.hawser.kernel;

import static java.nio.charset.StandardCharsets.UTF_8;

import dev.hawser.ip.Cidr;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/**
 * What the ifalias of the host's end of an attachment says: whose it is, for people and GC, and what the firewall keeps for
 * it, so that lost rules can be made again from the links alone.
 *
 * <pre>
 *   net/0123abcd/eth0 namespace/pod masquerade=10.1.0.5/16,fd00::5/64 mac=02:42:ac:11:00:02 forward=* publish=subnet,10.1.0.5/16,8080>80/tcp
 * </pre>
 *
 * @param attachment whose link it is
 * @param pod {@code namespace/pod}, if the runtime says it
 * @param masquerades the addresses that are elements of our sets, each with the length of its subnet's prefix
 * @param guard the only MAC that the port accepts, if it is guarded
 * @param forwarding what of its packets is let through or kept out
 * @param publication the ports of the host that lead here as elements of our maps, if that is short enough to be said
 */
public record Alias(
        Attachment attachment,
        Optional<String> pod,
        List<Cidr> masquerades,
        Optional<MacAddress> guard,
        ForwardingPolicy forwarding,
        Optional<FirewallChange.PublishPorts> publication) {

    private static final int MAX_BYTES = Link.ALIAS_BYTES - 1;
    private static final String MASQUERADE = "masquerade=";
    private static final String MAC = "mac=";
    private static final String PUBLISH = "publish=";

    /** As a link begins, before chained plugins have had their say. */
    public Alias(Attachment attachment, Optional<String> pod, List<Cidr> masquerades, Optional<MacAddress> guard) {
        this(attachment, pod, masquerades, guard, ForwardingPolicy.NONE, Optional.empty());
    }

    /** The same with these published ports. */
    public Alias with(Optional<FirewallChange.PublishPorts> ports) {
        return new Alias(attachment, pod, masquerades, guard, forwarding, ports);
    }

    /** The same with this policy. */
    public Alias with(ForwardingPolicy policy) {
        return new Alias(attachment, pod, masquerades, guard, policy, publication);
    }

    /** A pod that would be read as something else, or that a terminal could not show, is left out. */
    public Alias {
        pod = pod.filter(Alias::isPlain);
        masquerades = List.copyOf(masquerades);
    }

    private static boolean isPlain(String pod) {
        return !pod.isEmpty() && pod.chars().allMatch(c -> c > ' ' && c < 0x7f && c != '=');
    }

    /** Reads what {@link #toString()} wrote; words that it does not know are skipped. Empty if it is not of our making. */
    public static Optional<Alias> parse(String text) {
        List<String> words = List.of(text.split(" ", -1));
        return Attachment.parse(words.getFirst()).map(attachment -> of(attachment, words.subList(1, words.size())));
    }

    private static Alias of(Attachment attachment, List<String> words) {
        Optional<String> pod = Optional.empty();
        List<Cidr> masquerades = new ArrayList<>();
        Optional<MacAddress> guard = Optional.empty();
        Optional<FirewallChange.PublishPorts> publication = Optional.empty();
        for (String word : words) {
            if (word.startsWith(MASQUERADE)) {
                masquerades.addAll(addresses(word.substring(MASQUERADE.length())));
            } else if (word.startsWith(MAC)) {
                guard = mac(word.substring(MAC.length()));
            } else if (word.startsWith(PUBLISH)) {
                publication = PublicationWord.parse(attachment, word.substring(PUBLISH.length()));
            } else if (pod.isEmpty()) {
                pod = Optional.of(word);
            }
        }
        return new Alias(attachment, pod, masquerades, guard, ForwardingWords.parse(words, masquerades), publication);
    }

    private static List<Cidr> addresses(String list) {
        try {
            return List.of(list.split(",", -1)).stream().map(Cidr::parse).toList();
        } catch (IllegalArgumentException notOurs) {
            return List.of();
        }
    }

    private static Optional<MacAddress> mac(String text) {
        try {
            return Optional.of(MacAddress.parse(text));
        } catch (IllegalArgumentException notOurs) {
            return Optional.empty();
        }
    }

    /**
     * As it is written to the link, at most 255 bytes. If there is no room, the pod goes first; then the published ports; then
     * what is forwarded; then long names are {@linkplain Attachment#abbreviated() abbreviated}; then addresses are left out, the
     * last ones first.
     */
    @Override
    public String toString() {
        String forward = ForwardingWords.of(forwarding, masquerades).stream()
                .map(word -> " " + word)
                .collect(Collectors.joining());
        String ports = publication
                .flatMap(PublicationWord::of)
                .map(word -> " " + PUBLISH + word)
                .orElse("");
        String whole = text(attachment, pod, masquerades) + forward + ports;
        return fits(whole) ? whole : shortened(forward, ports);
    }

    private String shortened(String forward, String ports) {
        String nameless = text(attachment, Optional.empty(), masquerades);
        return Stream.of(nameless + forward + ports, nameless + forward, nameless)
                .filter(Alias::fits)
                .findFirst()
                .orElseGet(this::abbreviated);
    }

    private String abbreviated() {
        int count = masquerades.size();
        String text = text(attachment.abbreviated(), Optional.empty(), masquerades);
        while (!fits(text)) {
            count--;
            text = text(attachment.abbreviated(), Optional.empty(), masquerades.subList(0, count));
        }
        return text;
    }

    private static boolean fits(String text) {
        return text.getBytes(UTF_8).length <= MAX_BYTES;
    }

    private String text(Attachment owner, Optional<String> name, List<Cidr> addresses) {
        StringBuilder text = new StringBuilder(owner.toString());
        name.ifPresent(word -> text.append(' ').append(word));
        if (!addresses.isEmpty()) {
            text.append(' ').append(MASQUERADE).append(commaSeparated(addresses));
        }
        guard.ifPresent(mac -> text.append(' ').append(MAC).append(mac));
        return text.toString();
    }

    private static String commaSeparated(List<Cidr> addresses) {
        return addresses.stream().map(Cidr::toString).collect(Collectors.joining(","));
    }
}
