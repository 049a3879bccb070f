package dev.hawser.bench;

import dev.hawser.spec.Json;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;

/**
 * A contender's network, as a runtime finds it in /etc/cni/net.d, and the pool that it leases from.
 *
 * <p>Addresses are {@code 10.<64 * place>.0.0/10}: leases of others fill it from {@code 10.<64 * place + 1>.0.0} on, and new
 * ones begin at {@code 10.<64 * place + 32>.0.2}, so that no search for a free address is measured.
 *
 * @param name its own: indexes of pools go by it
 * @param dataDir holds the pool, in a directory with the network's name
 * @param masquerade ipMasq, by nftables
 */
record Network(Contender contender, String name, Path dataDir, boolean masquerade) {

    private static final int ADDRESSES_PER_SECOND_OCTET = 1 << 16;
    private static final int FIRST_FREE = 32;

    /** How many leases there is room for before new ones begin. */
    static final int MOST_LEASES = (FIRST_FREE - 1) * ADDRESSES_PER_SECOND_OCTET;

    /**
     * A network whose pool holds so many leases of other containers.
     *
     * @param parent an existing directory
     */
    static Network create(Contender contender, Path parent, int leases, boolean masquerade) throws IOException {
        String name = contender.name() + "-" + leases + (masquerade ? "-masquerade" : "");
        Network network = new Network(contender, name, parent.resolve(name), masquerade);
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

    /** What a plugin reads on stdin. */
    Json.Obj configuration() {
        return Json.object()
                .put("cniVersion", "1.0.0")
                .put("name", name)
                .put("type", "bridge")
                .put("bridge", contender.bridge())
                .put("isDefaultGateway", Json.of(true))
                .put("ipMasq", Json.of(masquerade))
                .put("ipMasqBackend", "nftables")
                .put(
                        "ipam",
                        Json.object()
                                .put("type", "host-local")
                                .put("dataDir", dataDir.toString())
                                .put("subnet", address(0, 0) + "/" + prefixLength())
                                .put("rangeStart", address(FIRST_FREE, 2))
                                .build())
                .build();
    }
}
