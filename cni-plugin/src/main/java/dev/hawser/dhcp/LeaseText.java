package dev.hawser.dhcp;

import static java.nio.charset.StandardCharsets.UTF_8;

import dev.hawser.ip.Cidr;
import dev.hawser.ip.IpMath;
import dev.hawser.kernel.Attachment;
import dev.hawser.kernel.MacAddress;
import dev.hawser.spec.ErrorCode;
import dev.hawser.spec.Json;
import dev.hawser.spec.Settings;
import java.net.InetAddress;
import java.time.Duration;
import java.time.Instant;
import java.time.format.DateTimeParseException;
import java.util.Map;
import java.util.NavigableSet;
import java.util.Optional;
import java.util.TreeMap;
import java.util.TreeSet;

/**
 * A lease as a file has it. Options are in hex, by their numbers.
 *
 * <pre>{@code
 * {
 *     "network": "lan", "containerID": "a1b2", "ifname": "eth0",
 *     "netns": "/run/netns/a1b2", "mac": "0a:58:0a:01:00:09",
 *     "address": "192.0.2.17/24", "server": "192.0.2.1", "nextHop": "02:00:00:00:00:01",
 *     "acquired": "2026-11-25T19:29:18Z", "acquiredNanos": 81234567890,
 *     "renewSeconds": 1800, "rebindSeconds": 3060, "leaseSeconds": 3600,
 *     "provided": {"61": "00613162322f…"}, "requested": [1, 3],
 *     "options": {"1": "ffffff00", "3": "c0000201", "51": "00000e10", "53": "05", "54": "c0000201"},
 *     "lost": "the server 192.0.2.1 refused"
 * }
 * }</pre>
 */
final class LeaseText {

    private LeaseText() {}

    static String write(DhcpLease lease) {
        Terms terms = lease.terms();
        return Json.object()
                .put("network", lease.attachment().network())
                .put("containerID", lease.attachment().containerId())
                .put("ifname", lease.attachment().ifName())
                .put("netns", lease.netns())
                .put("mac", lease.mac().toString())
                .put("address", terms.address().toString())
                .put("server", IpMath.text(terms.server()))
                .put("nextHop", terms.nextHop().toString())
                .put("acquired", terms.acquired().toString())
                .put("acquiredNanos", terms.acquiredNanos())
                .put("renewSeconds", terms.renewAfter().toSeconds())
                .put("rebindSeconds", terms.rebindAfter().toSeconds())
                .put("leaseSeconds", terms.endsAfter().toSeconds())
                .put("provided", options(lease.ask().provided()))
                .put(
                        "requested",
                        new Json.Arr(
                                lease.ask().requested().stream().map(Json::of).toList()))
                .put("options", options(terms.options()))
                .putUnlessEmpty("lost", lease.lost().orElse(""))
                .build()
                .pretty();
    }

    private static Json options(Options options) {
        Json.Builder object = Json.object();
        options.hex().forEach((code, hex) -> object.put(code.toString(), hex));
        return object.build();
    }

    /**
     * Reads what {@link #write} wrote.
     *
     * @throws dev.hawser.spec.CniException that names what is wrong, if it is anything else
     */
    static DhcpLease read(byte[] text) {
        Settings settings = Settings.of(Json.parseObject(text));
        Attachment attachment = new Attachment(
                required(settings, "network"), required(settings, "containerID"), required(settings, "ifname"));
        Optional<MacAddress> mac = mac(settings, "mac");
        Optional<MacAddress> nextHop = mac(settings, "nextHop");
        Optional<Cidr> address = settings.cidr("address");
        Optional<InetAddress> server = settings.address("server");
        Optional<Instant> acquired = settings.parsed("acquired", "a time", LeaseText::instant);
        String netns = required(settings, "netns");
        long acquiredNanos = number(settings, "acquiredNanos", Long.MIN_VALUE, Long.MAX_VALUE);
        Duration renew = seconds(settings, "renewSeconds");
        Duration rebind = seconds(settings, "rebindSeconds");
        Duration ends = seconds(settings, "leaseSeconds");
        Ask ask = new Ask(options(settings, "provided"), requested(settings));
        Options options = options(settings, "options");
        for (String key : new String[] {"mac", "nextHop", "address", "server", "acquired"}) {
            required(settings, key);
        }
        settings.throwIfFaulty(ErrorCode.DECODING_FAILURE, "no lease");
        Terms terms = new Terms(
                address.orElseThrow(),
                server.orElseThrow(),
                nextHop.orElseThrow(),
                options,
                acquiredNanos,
                acquired.orElseThrow(),
                renew,
                rebind,
                ends);
        return new DhcpLease(attachment, netns, mac.orElseThrow(), ask, terms, settings.text("lost"));
    }

    private static String required(Settings settings, String key) {
        Optional<String> text = settings.text(key);
        if (text.isEmpty()) {
            settings.missing(key);
        }
        return text.orElse("");
    }

    private static Optional<MacAddress> mac(Settings settings, String key) {
        return settings.parsed(key, "an Ethernet address", MacAddress::parse);
    }

    private static Instant instant(String text) {
        try {
            return Instant.parse(text);
        } catch (DateTimeParseException e) {
            throw new IllegalArgumentException("\"" + text + "\" is no time, such as 2026-11-25T19:29:18Z", e);
        }
    }

    private static long number(Settings settings, String key, long min, long max) {
        if (!settings.isSet(key)) {
            settings.missing(key);
        }
        return settings.wholeLong(key, min, max).orElse(0);
    }

    private static Duration seconds(Settings settings, String key) {
        return Duration.ofSeconds(number(settings, key, 0, Terms.INFINITE.toSeconds()));
    }

    private static Options options(Settings settings, String key) {
        Settings section = settings.section(key);
        Map<Integer, String> hex = new TreeMap<>();
        for (Json.Member member : section.object().members()) {
            Ask.code(member.name())
                    .ifPresentOrElse(
                            code -> section.text(member.name(), ""),
                            () -> section.fault(member.name(), "is no number of an option"));
            Ask.code(member.name()).ifPresent(code -> hex.put(code, section.text(member.name(), "")));
        }
        try {
            return Options.ofHex(hex);
        } catch (IllegalArgumentException e) {
            settings.fault(key, e);
            return Options.NONE;
        }
    }

    private static NavigableSet<Integer> requested(Settings settings) {
        NavigableSet<Integer> codes = new TreeSet<>();
        for (Json item : settings.list("requested")) {
            Ask.code(item.compact())
                    .ifPresentOrElse(
                            codes::add,
                            () -> settings.fault("requested", item.compact() + " is no number of an option"));
        }
        return codes;
    }

    static byte[] bytes(DhcpLease lease) {
        return write(lease).concat("\n").getBytes(UTF_8);
    }
}
