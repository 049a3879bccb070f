package dev.hawser.plugin.tuning;

import dev.hawser.kernel.Attachment;
import dev.hawser.kernel.MacAddress;
import dev.hawser.spec.CniException;
import dev.hawser.spec.Json;
import dev.hawser.spec.Settings;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.SequencedMap;

/**
 * What was before. As the reference plugin writes it down, so that each can put back what the other changed, with two keys
 * that it ignores: those of the kernel, and whose it is, for GC.
 *
 * <pre>{@code
 * {
 *     "mac": "02:42:ac:11:00:02",
 *     "promisc": false,
 *     "mtu": 1500,
 *     "allmulti": false,
 *     "txQLen": 1000,
 *     "sysctl": {"net/core/somaxconn": "4096"},
 *     "attachment": "mynet/a1b2/eth0"
 * }
 * }</pre>
 *
 * @param link what was of the interface
 * @param sysctls by key, in the order that they were changed in
 */
record Originals(LinkSettings link, SequencedMap<String, String> sysctls) {

    static final Originals NONE = new Originals(LinkSettings.NONE, new LinkedHashMap<>());

    private static final String ATTACHMENT = "attachment";

    Originals {
        sysctls = Collections.unmodifiableSequencedMap(new LinkedHashMap<>(sysctls));
    }

    /** What a tuning of a container in this state will change. */
    static Originals of(TuningConf conf, Present present) {
        SequencedMap<String, String> sysctls = new LinkedHashMap<>();
        for (Sysctl sysctl : conf.sysctls()) {
            if (!present.has(sysctl) && present.sysctls().containsKey(sysctl.key())) {
                sysctls.put(sysctl.key(), present.sysctls().get(sysctl.key()));
            }
        }
        return new Originals(present.link().where(conf.link().differingFrom(present.link())), sysctls);
    }

    /** These, and of later ones what these do not say: by then some of it was changed already. */
    Originals or(Originals later) {
        SequencedMap<String, String> all = new LinkedHashMap<>(sysctls);
        later.sysctls.forEach(all::putIfAbsent);
        return new Originals(link.or(later.link), all);
    }

    Json.Obj json(Attachment owner) {
        Json.Builder json = Json.object();
        link.mac().ifPresent(mac -> json.put("mac", mac.toString()));
        link.promiscuous().ifPresent(on -> json.put("promisc", Json.of(on)));
        link.mtuBytes().ifPresent(bytes -> json.put("mtu", bytes));
        link.allMulticast().ifPresent(on -> json.put("allmulti", Json.of(on)));
        link.txQueueLength().ifPresent(packets -> json.put("txQLen", packets));
        if (!sysctls.isEmpty()) {
            Json.Builder values = Json.object();
            sysctls.forEach(values::put);
            json.put("sysctl", values.build());
        }
        return json.put(ATTACHMENT, owner.toString()).build();
    }

    /**
     * Reads what {@link #json} or the reference plugin wrote.
     *
     * @throws CniException if neither did
     */
    static Originals parse(byte[] document) {
        Settings settings = Settings.of(Json.parseObject(document));
        LinkSettings link = new LinkSettings(
                settings.parsed("mac", "a text", MacAddress::parse),
                flag(settings, "promisc"),
                whole(settings, "mtu").filter(bytes -> bytes > 0),
                flag(settings, "allmulti"),
                whole(settings, "txQLen"));
        SequencedMap<String, String> sysctls = new LinkedHashMap<>();
        Settings values = settings.section("sysctl");
        for (Json.Member member : values.object().members()) {
            values.text(member.name()).ifPresent(value -> sysctls.put(member.name(), value));
        }
        settings.throwIfFaulty();
        return new Originals(link, sysctls);
    }

    /** Whose they are; the reference plugin does not say it. */
    static Optional<Attachment> owner(byte[] document) {
        return Settings.of(Json.parseObject(document)).text(ATTACHMENT).flatMap(Attachment::parse);
    }

    private static Optional<Boolean> flag(Settings settings, String key) {
        return settings.isSet(key) ? Optional.of(settings.flag(key)) : Optional.empty();
    }

    private static Optional<Integer> whole(Settings settings, String key) {
        OptionalInt number = settings.whole(key, 0, Integer.MAX_VALUE);
        return number.isPresent() ? Optional.of(number.getAsInt()) : Optional.empty();
    }
}
