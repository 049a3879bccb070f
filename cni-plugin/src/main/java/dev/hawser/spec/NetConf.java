package dev.hawser.spec;

import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Collection;
import java.util.Collections;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;

/**
 * The network configuration of one plugin, as the runtime writes it to stdin (SPEC, "Plugin configuration object").
 *
 * <pre>{@code
 * {
 *     "cniVersion": "1.0.0",
 *     "name": "pods",
 *     "type": "bridge",
 *     "bridge": "cni0",
 *     "ipam": {"type": "host-local", "subnet": "10.1.0.0/16"},
 *     "dns": {"nameservers": ["10.1.0.1"]},
 *     "runtimeConfig": {"mac": "02:42:ac:11:00:02"},
 *     "args": {"cni": {"ips": ["10.1.0.9"]}},
 *     "prevResult": {"cniVersion": "1.0.0", "ips": [{"address": "10.1.0.9/16"}]}
 * }
 * }</pre>
 *
 * <p>Only what every plugin shares is read here, and each part when it is asked for: a plugin is not stopped by a
 * fault in a part that it never looks at. Its own keys it reads through {@link #settings()}.
 */
public final class NetConf {

    private final Json.Obj document;
    private final byte[] bytes;
    private final String name;
    private final String statedVersion;
    private final Set<String> known = new LinkedHashSet<>();

    private NetConf(Json.Obj document, byte[] bytes, String name, String statedVersion) {
        this.document = document;
        this.bytes = bytes;
        this.name = name;
        this.statedVersion = statedVersion;
    }

    /**
     * Reads a configuration.
     *
     * @throws CniException code 6 if it is not JSON or its cniVersion is no text; code 7 if its name is missing or could
     *     not be a part of a file's name
     */
    public static NetConf parse(byte[] stdin) {
        return ofNamed(requireNamed(stdin), stdin);
    }

    /**
     * A configuration that was made, not read.
     *
     * @throws CniException as {@link #parse} does
     */
    public static NetConf of(Json.Obj document) {
        requireValidName(textMember(document, "name"));
        return ofNamed(document, document.compact().getBytes(StandardCharsets.UTF_8));
    }

    /** What VERSION has, which is never given a configuration. */
    static NetConf none() {
        return new NetConf(Json.Obj.EMPTY, new byte[0], "", "");
    }

    /** The first half of {@link #parse}, which Go's library does even before it looks at CNI_COMMAND. */
    static Json.Obj requireNamed(byte[] stdin) {
        try {
            Json.Obj document = Json.parseObject(stdin);
            requireValidName(textMember(document, "name"));
            return document;
        } catch (CniException e) {
            boolean undecodable = e.code() == ErrorCode.DECODING_FAILURE.number();
            throw undecodable ? e.within(ErrorCode.DECODING_FAILURE, "error unmarshall network config: ") : e;
        }
    }

    static NetConf ofNamed(Json.Obj document, byte[] stdin) {
        try {
            String version = textMember(document, "cniVersion");
            return new NetConf(document, stdin.clone(), textMember(document, "name"), version);
        } catch (CniException e) {
            throw e.within(ErrorCode.DECODING_FAILURE, "decoding version from network config: ");
        }
    }

    private static String textMember(Json.Obj document, String key) {
        Settings settings = Settings.of(document);
        String text = settings.text(key, "");
        if (!settings.faults().isEmpty()) {
            throw new CniException(ErrorCode.DECODING_FAILURE, settings.faults().getFirst());
        }
        return text;
    }

    private static void requireValidName(String name) {
        if (name.isEmpty()) {
            throw new CniException(ErrorCode.INVALID_NETWORK_CONFIG, "missing network name");
        }
        if (!Names.isIdentifier(name)) {
            throw new CniException(ErrorCode.INVALID_NETWORK_CONFIG, "invalid characters found in network name", name);
        }
    }

    /** The name of the network: letters, digits, {@code _ . -}, beginning with a letter or a digit. */
    public String name() {
        return name;
    }

    /**
     * The version that the result must have.
     *
     * @throws CniException code 1 if no version is called so
     */
    public CniVersion cniVersion() {
        return requireSupported(CniVersion.ALL);
    }

    /**
     * The version that the result must have, which must be one of these.
     *
     * @throws CniException code 1 if it is not
     */
    public CniVersion requireSupported(Collection<CniVersion> supported) {
        Optional<CniVersion> version = knownVersion();
        if (version.isEmpty() || !supported.contains(version.get())) {
            throw incompatible(supported);
        }
        return version.get();
    }

    private Optional<CniVersion> knownVersion() {
        return statedVersion.isEmpty() ? Optional.of(CniVersion.IF_UNSTATED) : CniVersion.parse(statedVersion);
    }

    private CniException incompatible(Collection<CniVersion> supported) {
        String stated = statedVersion.isEmpty() ? CniVersion.IF_UNSTATED.text() : statedVersion;
        String details = "config is " + GoText.quoted(stated) + ", plugin supports "
                + GoText.quoted(supported.stream().map(CniVersion::text).toList());
        return new CniException(ErrorCode.INCOMPATIBLE_VERSION, "incompatible CNI versions", details);
    }

    /**
     * Whether the configuration is new enough for CHECK, GC or STATUS. To be asked before {@link #requireSupported}; a
     * version that nobody knows passes here and fails there.
     *
     * @throws CniException code 1 if it is too old
     */
    public void requireAllows(Command command) {
        Optional<CniVersion> version = knownVersion();
        if (version.isPresent() && !version.get().atLeast(command.since())) {
            throw new CniException(ErrorCode.INCOMPATIBLE_VERSION, "config version does not allow " + command);
        }
    }

    /** The name of the plugin; empty if it is not said. */
    public String type() {
        return textOrInvalid(document, "type", "");
    }

    /** The whole configuration. */
    public Json.Obj document() {
        return document;
    }

    /** The configuration exactly as it came, to be handed on to a delegate. */
    public byte[] bytes() {
        return bytes.clone();
    }

    /** A reader of the whole configuration that collects faults. */
    public Settings settings() {
        return Settings.of(document, known);
    }

    /**
     * The keys that {@link #settings()} have been asked for so far, whether the document has them or not: {@code mtu},
     * {@code ipam.ranges[0][0].subnet}.
     */
    public Set<String> knownKeys() {
        return Collections.unmodifiableSet(known);
    }

    /** How addresses are given out, unless the configuration leaves that open. */
    public Optional<Json.Obj> ipam() {
        return objectOrInvalid(document, "ipam", "");
    }

    /** The name of the IPAM plugin; empty if there is none. */
    public String ipamType() {
        return ipam().map(ipam -> textOrInvalid(ipam, "type", "ipam")).orElse("");
    }

    /**
     * What the configuration says about name resolution. Present as soon as it says anything: an empty list of
     * name servers is a statement, and overrides what IPAM says; an empty object is none.
     */
    public Optional<Dns> dns() {
        Settings settings = settings();
        Optional<Settings> dns = settings.object("dns");
        Optional<Dns> stated = dns.filter(NetConf::saysAnything).map(Dns::of);
        settings.throwIfFaulty();
        return stated;
    }

    private static boolean saysAnything(Settings dns) {
        boolean lists = dns.isSet("nameservers") || dns.isSet("search") || dns.isSet("options");
        return lists || dns.text("domain").isPresent();
    }

    /** The capability arguments that the runtime fills in. */
    public Optional<Json.Obj> runtimeConfig() {
        return objectOrInvalid(document, "runtimeConfig", "");
    }

    /** The arguments by convention, {@code args.cni}. */
    public Optional<Json.Obj> cniArgs() {
        return objectOrInvalid(document, "args", "").flatMap(args -> objectOrInvalid(args, "cni", "args"));
    }

    /** What a GC call says is still in use. */
    public ValidAttachments validAttachments() {
        return ValidAttachments.of(document);
    }

    /** Whether a result of an earlier plugin, or of the ADD, is given. */
    public boolean hasPrevResult() {
        return document.find("prevResult").isPresent();
    }

    /**
     * The result of the plugin before this one (ADD), or of the whole ADD (CHECK, DEL). One without a version has that
     * of the configuration.
     *
     * @throws CniException code 7 if it is not a result of the configuration's version or of one that looks the same
     */
    public Optional<CniResult> prevResult() {
        return objectOrInvalid(document, "prevResult", "").map(this::parsePrevResult);
    }

    private CniResult parsePrevResult(Json.Obj result) {
        try {
            requireSameFamily(textMember(result, "cniVersion"));
            return CniResult.parse(result, cniVersion());
        } catch (CniException e) {
            throw e.within(ErrorCode.INVALID_NETWORK_CONFIG, "could not parse prevResult: ");
        }
    }

    private void requireSameFamily(String resultVersion) {
        List<String> family = new ArrayList<>();
        cniVersion().resultFamily().forEach(version -> family.add(version.text()));
        if (!resultVersion.isEmpty() && !family.contains(resultVersion)) {
            throw new CniException(
                    ErrorCode.INVALID_NETWORK_CONFIG,
                    "result type supports [" + String.join(" ", family) + "] but unmarshalled CNIVersion is "
                            + GoText.quoted(resultVersion));
        }
    }

    private static String textOrInvalid(Json.Obj object, String key, String path) {
        Settings settings = Settings.of(object, path);
        String text = settings.text(key, "");
        settings.throwIfFaulty();
        return text;
    }

    private static Optional<Json.Obj> objectOrInvalid(Json.Obj object, String key, String path) {
        Settings settings = Settings.of(object, path);
        Optional<Json.Obj> value = settings.object(key).map(Settings::object);
        settings.throwIfFaulty();
        return value;
    }
}
