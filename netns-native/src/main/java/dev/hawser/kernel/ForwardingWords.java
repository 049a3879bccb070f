package dev.hawser.kernel;

import dev.hawser.ip.Cidr;
import dev.hawser.ip.IpMath;
import dev.hawser.kernel.FirewallChange.CloseBridge;
import java.net.InetAddress;
import java.util.List;
import java.util.Optional;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/**
 * A {@link ForwardingPolicy} as words of an {@link Alias}: the addresses that are let through, or {@code *} if they are those
 * that are masqueraded; the administrator's chain, unless it is the usual one; the bridge that is closed or isolated.
 *
 * <pre>
 *   forward=* closed=cni0
 *   forward=10.1.0.5,fd00::5 admin=MINE isolated=cni0
 * </pre>
 */
final class ForwardingWords {

    private static final String FORWARD = "forward=";
    private static final String ADMIN = "admin=";
    private static final String CLOSED = "closed=";
    private static final String ISOLATED = "isolated=";
    private static final String MASQUERADED = "*";

    private ForwardingWords() {}

    /** None if there is nothing to say. */
    static List<String> of(ForwardingPolicy policy, List<Cidr> masquerades) {
        Stream<String> forward = Stream.of(policy.addresses())
                .filter(addresses -> !addresses.isEmpty())
                .map(addresses -> FORWARD + list(addresses, masquerades));
        Stream<String> admin = Stream.of(policy.adminChain())
                .filter(chain -> !chain.equals(ForwardingPolicy.ADMIN_CHAIN))
                .map(chain -> ADMIN + chain);
        Stream<String> closed =
                policy.closed().stream().map(close -> (close.isolated() ? ISOLATED : CLOSED) + close.bridge());
        return Stream.of(forward, admin, closed).flatMap(words -> words).toList();
    }

    private static String list(List<InetAddress> addresses, List<Cidr> masquerades) {
        return addresses.equals(addressesOf(masquerades))
                ? MASQUERADED
                : addresses.stream().map(IpMath::text).collect(Collectors.joining(","));
    }

    /** Reads what {@link #of} wrote, among other words; malformed words say nothing, of none of it. */
    static ForwardingPolicy parse(List<String> words, List<Cidr> masquerades) {
        try {
            Optional<CloseBridge> closed = word(CLOSED, words)
                    .map(bridge -> new CloseBridge(bridge, false))
                    .or(() -> word(ISOLATED, words).map(bridge -> new CloseBridge(bridge, true)));
            return new ForwardingPolicy(
                    word(FORWARD, words)
                            .map(list -> addresses(list, masquerades))
                            .orElse(List.of()),
                    word(ADMIN, words).orElse(ForwardingPolicy.ADMIN_CHAIN),
                    closed);
        } catch (IllegalArgumentException notOurs) {
            return ForwardingPolicy.NONE;
        }
    }

    private static Optional<String> word(String key, List<String> words) {
        return words.stream()
                .filter(word -> word.startsWith(key))
                .map(word -> word.substring(key.length()))
                .findFirst();
    }

    private static List<InetAddress> addresses(String list, List<Cidr> masquerades) {
        return list.equals(MASQUERADED)
                ? addressesOf(masquerades)
                : Stream.of(list.split(",", -1)).map(IpMath::parse).toList();
    }

    private static List<InetAddress> addressesOf(List<Cidr> masquerades) {
        return masquerades.stream().map(Cidr::address).toList();
    }
}
