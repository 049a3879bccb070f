package dev.hawser.addressing;

import dev.hawser.ip.Cidr;
import dev.hawser.ipam.AddressPool;
import dev.hawser.ipam.Allocation;
import dev.hawser.ipam.Lease;
import dev.hawser.ipam.Owner;
import dev.hawser.ipam.RangeSet;
import dev.hawser.run.Call;
import dev.hawser.run.Cleanup;
import dev.hawser.run.Node;
import dev.hawser.run.Phases.Phase;
import dev.hawser.run.Transaction;
import dev.hawser.spec.CniException;
import dev.hawser.spec.CniResult;
import dev.hawser.spec.Dns;
import dev.hawser.spec.ErrorCode;
import dev.hawser.spec.Settings;
import dev.hawser.spec.ValidAttachments;
import java.net.InetAddress;
import java.nio.file.Path;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.Set;

/**
 * Addresses from a pool of files, in the format and with the semantics of {@code host-local}.
 *
 * <pre>{@code
 * "ipam": { "type": "host-local", "ranges": [[{ "subnet": "10.1.2.0/24" }], [{ "subnet": "fd00:1::/64" }]],
 *           "routes": [{ "dst": "0.0.0.0/0" }] }
 * }</pre>
 *
 * @param call whose addresses they are
 * @param dataDirectory where pools are, as the configuration writes it
 * @param rangeSets one address comes from each
 * @param requested addresses that the runtime asks for
 * @param routes passed on as they are
 * @param resolvConf a file whose name servers are passed on
 */
record PoolAddresses(
        Call call,
        String dataDirectory,
        List<RangeSet> rangeSets,
        Set<InetAddress> requested,
        List<CniResult.RouteEntry> routes,
        Optional<String> resolvConf)
        implements AddressSource {

    private static final String DEFAULT_DATA_DIRECTORY = "/var/lib/cni/networks";

    static PoolAddresses of(Call call, Settings settings) {
        Settings ipam = settings.section("ipam");
        return new PoolAddresses(
                call,
                ipam.text("dataDir", DEFAULT_DATA_DIRECTORY),
                PoolRanges.of(call, settings),
                RequestedAddresses.of(call, settings),
                CniResult.RouteEntry.list(ipam, "routes"),
                ipam.text("resolvConf"));
    }

    @Override
    public CniResult lease(Node node, Transaction transaction) {
        Dns dns = dns(node);
        AddressPool pool = pool(node);
        List<Allocation> allocations = pool.lease(call.owner(), requested);
        transaction.onRollback(
                "release the addresses of " + call.attachment(),
                () -> node.phases().get(Phase.LEASE, () -> pool.release(call.owner())));
        return result(allocations, dns);
    }

    @Override
    public CniResult preview(Node node) {
        return result(pool(node).preview(requested), dns(node));
    }

    private CniResult result(List<Allocation> allocations, Dns dns) {
        List<CniResult.Ip> ips = allocations.stream()
                .map(allocation ->
                        new CniResult.Ip(OptionalInt.empty(), allocation.address(), Optional.of(allocation.gateway())))
                .toList();
        return new CniResult(List.of(), ips, routes, dns);
    }

    private Dns dns(Node node) {
        return resolvConf.map(file -> ResolvConf.read(node.paths().apply(file))).orElse(Dns.NONE);
    }

    @Override
    public List<Cidr> held(Node node) {
        return pool(node).find(call.owner()).stream()
                .map(Lease::address)
                .flatMap(address -> inSubnet(address).stream())
                .toList();
    }

    /** None if the configuration has other ranges by now. */
    private Optional<Cidr> inSubnet(InetAddress address) {
        return rangeSets.stream()
                .flatMap(set -> set.rangeOf(address).stream())
                .map(range -> new Cidr(address, range.subnet().prefixLength()))
                .findFirst();
    }

    @Override
    public void release(Node node, Cleanup cleanup) {
        cleanup.attempt(() -> pool(node).release(call.owner()));
    }

    @Override
    public void check(Node node) {
        if (pool(node).find(call.owner()).isEmpty()) {
            throw new CniException(
                    ErrorCode.INTERNAL,
                    "host-local: Failed to find address added by container "
                            + call.invocation().containerId(),
                    "the pool " + directory(node) + " has no lease of it for " + call.ifName());
        }
    }

    @Override
    public void collect(Node node, ValidAttachments.Listed valid, Cleanup cleanup) {
        Set<Owner> owners = new HashSet<>();
        valid.entries().forEach(entry -> owners.add(new Owner(entry.containerId(), entry.ifName())));
        cleanup.attempt(() -> pool(node).retainOnly(owners));
    }

    @Override
    public void status(Node node) {}

    AddressPool pool(Node node) {
        return node.pools().open(directory(node), rangeSets, node.log());
    }

    Path directory(Node node) {
        return node.paths().apply(dataDirectory).resolve(call.conf().name());
    }
}
