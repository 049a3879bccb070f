package dev.hawser.plugin.loopback;

import dev.hawser.ip.Cidr;
import dev.hawser.kernel.Kernel;
import dev.hawser.kernel.Link;
import dev.hawser.kernel.LinkChange;
import dev.hawser.kernel.MacAddress;
import dev.hawser.kernel.Side;
import dev.hawser.kernel.Step;
import dev.hawser.run.Call;
import dev.hawser.run.Cleanup;
import dev.hawser.run.Node;
import dev.hawser.run.Plan;
import dev.hawser.run.Plugin;
import dev.hawser.run.Transaction;
import dev.hawser.spec.CniException;
import dev.hawser.spec.CniResult;
import dev.hawser.spec.Dns;
import dev.hawser.spec.ErrorCode;
import dev.hawser.spec.ValidAttachments;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.OptionalInt;

/** The {@code loopback} plugin: whatever CNI_IFNAME says, it is about {@code lo}. */
public final class LoopbackPlugin implements Plugin {

    private static final String LO = "lo";
    private static final String NO_MAC = "00:00:00:00:00:00";

    @Override
    public String type() {
        return "loopback";
    }

    @Override
    public Configured configure(Call call) {
        return new Loopback(call);
    }

    private record Loopback(Call call) implements Configured {

        @Override
        public CniResult add(Node node, Optional<CniResult> previous, Transaction transaction) {
            Kernel kernel = transaction.kernel(node, call);
            transaction.apply(kernel, setUp());
            return previous.orElseGet(() -> result(kernel));
        }

        @Override
        public Plan plan(Node node, Optional<CniResult> previous) {
            CniResult.Interface lo = CniResult.Interface.inSandbox(LO, NO_MAC, call.netns());
            return new Plan(List.of(setUp()), previous.orElse(CniResult.EMPTY.withInterfaces(List.of(lo))));
        }

        /** The container's namespace is new or is on its way out: an {@code lo} that is up harms neither. */
        private static Step setUp() {
            return Step.diesWith("the namespace", Side.POD, new LinkChange.SetUp(LO));
        }

        private CniResult result(Kernel kernel) {
            String mac = kernel.linkOrThrow(Side.POD, LO)
                    .mac()
                    .map(MacAddress::toString)
                    .orElse("");
            List<Cidr> addresses = kernel.addresses(Side.POD, LO);
            addresses.forEach(Loopback::requireLoopback);
            List<CniResult.Ip> ips = new ArrayList<>();
            first(addresses, true).ifPresent(ips::add);
            first(addresses, false).ifPresent(ips::add);
            CniResult.Interface lo = CniResult.Interface.inSandbox(LO, mac, call.netns());
            return new CniResult(List.of(lo), ips, List.of(), Dns.NONE);
        }

        private static void requireLoopback(Cidr address) {
            if (!address.address().isLoopbackAddress()) {
                throw new CniException(
                        ErrorCode.INTERNAL, "loopback interface found with non-loopback address \"" + address + "\"");
            }
        }

        private static Optional<CniResult.Ip> first(List<Cidr> addresses, boolean ipv4) {
            return addresses.stream()
                    .filter(address -> address.isIpv4() == ipv4)
                    .findFirst()
                    .map(address -> new CniResult.Ip(OptionalInt.of(0), address, Optional.empty()));
        }

        @Override
        public void check(Node node) {
            try (Kernel kernel = node.withPod(call)) {
                Link lo = kernel.linkOrThrow(Side.POD, LO);
                if (!lo.up()) {
                    throw new CniException(ErrorCode.INTERNAL, "loopback interface is down in " + call.netns());
                }
            }
        }

        @Override
        public void delete(Node node, Cleanup cleanup) {
            if (node.podIsThere(call)) {
                Kernel kernel = cleanup.kernel(node, call);
                cleanup.attempt(() -> kernel.apply(Side.POD, new LinkChange.SetDown(LO)));
            }
        }

        @Override
        public void collect(Node node, ValidAttachments.Listed valid, Cleanup cleanup) {}

        @Override
        public void status(Node node) {}
    }
}
