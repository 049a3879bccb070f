package dev.hawser.addressing;

import dev.hawser.ipam.AddressPool;
import dev.hawser.ipam.Lease;
import dev.hawser.ipam.RangeSet;
import dev.hawser.run.Call;
import dev.hawser.run.Node;
import dev.hawser.spec.Command;
import dev.hawser.spec.Invocation;
import dev.hawser.spec.Json;
import dev.hawser.spec.NetConf;
import dev.hawser.spec.Settings;
import java.math.BigInteger;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * A pool as a person wants to see it.
 *
 * @param network whose pool it is
 * @param directory where its files are
 * @param usages one for each range set
 * @param leases all of them, by address
 */
public record PoolReport(String network, Path directory, List<Usage> usages, List<Lease> leases) {

    /**
     * How full a range set is.
     *
     * @param range its ranges: {@code 10.1.2.1-10.1.2.254}
     * @param used how many of its addresses are leased
     * @param size how many addresses it has to give
     */
    public record Usage(String range, long used, BigInteger size) {}

    /** Reads the pool of a configuration whose IPAM type is {@code host-local}. */
    public static PoolReport of(Json.Obj conf, Node node) {
        Invocation invocation = new Invocation(
                Command.STATUS,
                "",
                Optional.empty(),
                "",
                List.of(),
                "",
                Map.of(),
                NetConf.parse(conf.compact().getBytes(StandardCharsets.UTF_8)));
        Settings settings = invocation.netConf().settings();
        PoolAddresses source = PoolAddresses.of(Call.of(invocation), settings);
        settings.throwIfFaulty();
        AddressPool pool = source.pool(node);
        List<Lease> leases = pool.leases();
        List<Usage> usages =
                source.rangeSets().stream().map(set -> usage(set, leases)).toList();
        return new PoolReport(invocation.netConf().name(), source.directory(node), usages, leases);
    }

    private static Usage usage(RangeSet set, List<Lease> leases) {
        long used =
                leases.stream().filter(lease -> set.contains(lease.address())).count();
        return new Usage(set.toString(), used, set.size());
    }
}
