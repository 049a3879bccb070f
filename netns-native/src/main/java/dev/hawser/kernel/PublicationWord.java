package dev.hawser.kernel;

import dev.hawser.ip.Cidr;
import dev.hawser.ip.IpMath;
import dev.hawser.kernel.PublishedPort.Masqueraded;
import java.net.InetAddress;
import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.Set;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * Published ports as one word of an {@link Alias}: whose connections are masqueraded, the container's addresses, the ports.
 *
 * <pre>
 *   subnet,10.1.0.5/16,fd00::5/64,8080>80/tcp,192.0.2.1@53>53/udp
 * </pre>
 */
final class PublicationWord {

    private static final Pattern PORT = Pattern.compile("(?:([0-9a-f.:]+)@)?(\\d{1,5})>(\\d{1,5})/(tcp|udp|sctp)");

    private PublicationWord() {}

    /** Nothing if a word cannot say it: conditions have spaces, and a port of one family only is not written. */
    static Optional<String> of(FirewallChange.PublishPorts publication) {
        Set<String> addresses = new LinkedHashSet<>();
        Set<String> ports = new LinkedHashSet<>();
        for (PublishedPort port : publication.ports()) {
            addresses.add(port.address().toString());
            ports.add(port.hostAddress().map(host -> IpMath.text(host) + "@").orElse("") + port.hostPort() + ">"
                    + port.port() + "/" + port.protocol().word());
        }
        String word = publication.masqueraded().name().toLowerCase(Locale.ROOT) + "," + String.join(",", addresses)
                + "," + String.join(",", ports);
        return parse(publication.owner(), word).equals(Optional.of(publication)) ? Optional.of(word) : Optional.empty();
    }

    /** Reads what {@link #of} wrote. */
    static Optional<FirewallChange.PublishPorts> parse(Attachment owner, String word) {
        try {
            String[] parts = word.split(",", -1);
            List<Cidr> addresses = new ArrayList<>();
            List<PublishedPort> ports = new ArrayList<>();
            for (String part : List.of(parts).subList(1, parts.length)) {
                Matcher port = PORT.matcher(part);
                if (port.matches()) {
                    ports.addAll(ports(port, addresses));
                } else {
                    addresses.add(Cidr.parse(part));
                }
            }
            Masqueraded masqueraded = Masqueraded.valueOf(parts[0].toUpperCase(Locale.ROOT));
            return Optional.of(new FirewallChange.PublishPorts(owner, ports, masqueraded));
        } catch (IllegalArgumentException notOurs) {
            return Optional.empty();
        }
    }

    private static List<PublishedPort> ports(Matcher port, List<Cidr> addresses) {
        Optional<InetAddress> host = Optional.ofNullable(port.group(1)).map(IpMath::parse);
        Protocol protocol = Protocol.of(port.group(4)).orElseThrow(IllegalArgumentException::new);
        return addresses.stream()
                .filter(address ->
                        host.map(one -> IpMath.isIpv4(one) == address.isIpv4()).orElse(true))
                .map(address -> new PublishedPort(
                        protocol, host, Integer.parseInt(port.group(2)), address, Integer.parseInt(port.group(3)), ""))
                .toList();
    }
}
