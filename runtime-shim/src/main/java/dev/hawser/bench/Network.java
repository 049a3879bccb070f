package dev.hawser.bench;

import dev.hawser.spec.Json;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;

/**
 * A contender's network, as a runtime finds it in /etc/cni/net.d, and the pool that it leases from.
 *
 * <p>Addresses are {@code 10.<64 * place>.0.0/10}: leases of others fill it from {@code 10.<64 * place + 1>.0.0} on, and new
 * ones begin at {@code 10.<64 * place + 32>.0.2}, so that no search for a free address is measured.
 *
 * @param name its own: indexes of pools go by it
 * @param dataDir holds the pool, in a directory with the network's name
 * @param form what there is besides the bridge
 */
record Network(Contender contender, String name, Path dataDir, Form form) {

    /** What a network is made of. */
    enum Form {
        /** A bridge. */
        BRIDGE(""),
        /** A bridge with ipMasq, by nftables. */
        MASQUERADE("-masquerade"),
        /** A bridge with ipMasq, and a published port, firewall rules, a limited bandwidth and a kernel parameter. */
        CHAIN("-chain"),
        /** The same by one plugin. */
        FUSED("-fused");

        private final String suffix;

        Form(String suffix) {
            this.suffix = suffix;
        }
    }

    /** The first port of the host that is published, for the contender at place 0. */
    private static final int FIRST_PORT = 8080;

    private static final String SYSCTL = "sysctl";

    private static final int ADDRESSES_PER_SECOND_OCTET = 1 << 16;
    private static final int FIRST_FREE = 32;

    /** How many leases there is room for before new ones begin. */
    static final int MOST_LEASES = (FIRST_FREE - 1) * ADDRESSES_PER_SECOND_OCTET;

    /**
     * A network whose pool holds so many leases of other containers.
     *
     * @param parent an existing directory
     */
    static Network create(Contender contender, Path parent, int leases, Form form) throws IOException {
        String name = contender.name() + "-" + leases + form.suffix;
        Network network = new Network(contender, name, parent.resolve(name), form);
        Path pool = Files.createDirectories(network.dataDir.resolve(name));
        for (int i = 0; i < leases; i++) {
            Files.writeString(
                    pool.resolve(network.address(1 + i / ADDRESSES_PER_SECOND_OCTET, i)), "other" + i + "\r\neth0");
        }
        // Else the calls that are measured share the disk with the writing out of these files.
        Programs.run("sync", "-f", pool.toString());
        return network;
    }

    private String address(int secondOctet, int low) {
        return "10." + (64 * contender.place() + secondOctet) + "." + (low >> 8 & 0xff) + "." + (low & 0xff);
    }

    /** The prefix of all its addresses, in bits. */
    static int prefixLength() {
        return 10;
    }

    /** The first address, which the bridge has. */
    String gateway() {
        return address(0, 1);
    }

    /** An address that no pool gives out: for work beside the plugins. */
    String spareAddress() {
        return address(FIRST_FREE - 1, 2);
    }

    /** What the plugins read on stdin, in their order, but for what a runtime adds. */
    List<Json.Obj> plugins() {
        return switch (form) {
            case BRIDGE, MASQUERADE -> List.of(bridge().build());
            case CHAIN ->
                List.of(
                        bridge().build(),
                        plugin("portmap").put("runtimeConfig", publishedPort()).build(),
                        plugin("firewall").build(),
                        plugin("bandwidth").put("runtimeConfig", bandwidth()).build(),
                        plugin("tuning").put(SYSCTL, sysctl()).build());
            case FUSED ->
                List.of(bridge().put("capabilities", capabilities())
                        .put("runtimeConfig", runtimeConfig())
                        .put("firewall", Json.object().build())
                        .put(SYSCTL, sysctl())
                        .build()
                        .with("type", Json.of("hawser")));
        };
    }

    private Json.Builder plugin(String type) {
        return Json.object().put("cniVersion", "1.0.0").put("name", name).put("type", type);
    }

    private Json.Builder bridge() {
        Json.Builder bridge = plugin("bridge")
                .put("bridge", contender.bridge())
                .put("isDefaultGateway", Json.of(true))
                .put("ipMasq", Json.of(form != Form.BRIDGE));
        if (form == Form.BRIDGE || form == Form.MASQUERADE) {
            bridge.put("ipMasqBackend", "nftables");
        }
        return bridge.put(
                "ipam",
                Json.object()
                        .put("type", "host-local")
                        .put("dataDir", dataDir.toString())
                        .put("subnet", address(0, 0) + "/" + prefixLength())
                        .put("rangeStart", address(FIRST_FREE, 2))
                        .build());
    }

    private static Json.Obj sysctl() {
        return Json.object().put("net.core.somaxconn", "500").build();
    }

    private static Json.Obj capabilities() {
        return Json.object()
                .put("portMappings", Json.of(true))
                .put("bandwidth", Json.of(true))
                .build();
    }

    private Json.Obj runtimeConfig() {
        Json.Obj config = publishedPort();
        for (Json.Member member : bandwidth().members()) {
            config = config.with(member.name(), member.value());
        }
        return config;
    }

    private Json.Obj publishedPort() {
        return Published.capability(FIRST_PORT + contender.place());
    }

    private static Json.Obj bandwidth() {
        return Json.object()
                .put(
                        "bandwidth",
                        Json.object()
                                .put("ingressRate", 80_000_000)
                                .put("ingressBurst", 8_000_000)
                                .put("egressRate", 80_000_000)
                                .put("egressBurst", 8_000_000)
                                .build())
                .build();
    }
}
