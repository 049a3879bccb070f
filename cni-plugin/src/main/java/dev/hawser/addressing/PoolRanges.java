package dev.hawser.addressing;

import dev.hawser.ip.Cidr;
import dev.hawser.ip.IpMath;
import dev.hawser.ipam.PoolRange;
import dev.hawser.ipam.RangeSet;
import dev.hawser.run.Call;
import dev.hawser.spec.CniVersion;
import dev.hawser.spec.Settings;
import java.net.InetAddress;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/**
 * The range sets of a pool: those that the runtime brings come first, then the single range of old configurations, then
 * {@code ranges}. The order matters: it names the files of the last reserved addresses.
 */
final class PoolRanges {

    private PoolRanges() {}

    static List<RangeSet> of(Call call, Settings settings) {
        Settings ipam = settings.section("ipam");
        List<RangeSet> sets = new ArrayList<>();
        List<List<Settings>> brought = settings.section("runtimeConfig").objectLists("ipRanges");
        List<List<Settings>> listed = ipam.objectLists("ranges");
        brought.forEach(set -> add(sets, set, ipam));
        if (ipam.isSet("subnet")) {
            add(sets, List.of(ipam), ipam);
        }
        listed.forEach(set -> add(sets, set, ipam));
        // Ranges that are given and make no sense have been noted already.
        if (brought.isEmpty() && listed.isEmpty() && !ipam.isSet("subnet")) {
            ipam.fault("ranges", "no IP ranges specified: give a subnet, or ranges");
        }
        requireNoOverlap(sets, ipam);
        requireOneForEachFamily(call.conf().cniVersion(), sets, ipam);
        return List.copyOf(sets);
    }

    private static void add(List<RangeSet> sets, List<Settings> ranges, Settings ipam) {
        List<PoolRange> read = new ArrayList<>();
        for (Settings range : ranges) {
            range(range).ifPresent(read::add);
        }
        if (read.size() < ranges.size()) {
            return;
        }
        try {
            sets.add(new RangeSet(read));
        } catch (IllegalArgumentException e) {
            ipam.fault("ranges", "invalid range set " + sets.size() + ": " + e.getMessage());
        }
    }

    private static Optional<PoolRange> range(Settings range) {
        Optional<Cidr> subnet = range.cidr("subnet");
        Optional<InetAddress> start = range.address("rangeStart");
        Optional<InetAddress> end = range.address("rangeEnd");
        Optional<InetAddress> gateway = range.address("gateway");
        if (subnet.isEmpty()) {
            requireSubnet(range);
            return Optional.empty();
        }
        try {
            return Optional.of(PoolRange.of(subnet.get(), start, end, gateway));
        } catch (IllegalArgumentException e) {
            range.fault("subnet", e);
            return Optional.empty();
        }
    }

    /** A subnet that is there and makes no sense has been noted already. */
    private static void requireSubnet(Settings range) {
        if (range.text("subnet").isEmpty()) {
            range.missing("subnet");
        }
    }

    private static void requireNoOverlap(List<RangeSet> sets, Settings ipam) {
        for (int i = 0; i < sets.size(); i++) {
            for (int j = 0; j < i; j++) {
                if (sets.get(i).overlaps(sets.get(j))) {
                    ipam.fault(
                            "ranges",
                            "range set " + j + " overlaps with " + i + ": " + sets.get(j) + " and " + sets.get(i));
                }
            }
        }
    }

    /** Before 0.3.0 a result had room for one address of each family (SPEC 0.2.0, "Result"). */
    private static void requireOneForEachFamily(CniVersion version, List<RangeSet> sets, Settings ipam) {
        if (version.atLeast(CniVersion.V0_3_0)) {
            return;
        }
        long ipv4 = sets.stream().filter(PoolRanges::isIpv4).count();
        if (ipv4 > 1 || sets.size() - ipv4 > 1) {
            ipam.fault("ranges", "CNI version " + version.text() + " does not support more than 1 address per family");
        }
    }

    private static boolean isIpv4(RangeSet set) {
        return IpMath.isIpv4(set.ranges().getFirst().start());
    }
}
