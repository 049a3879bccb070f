package dev.hawser.plugin.vrf;

import dev.hawser.attach.ContainerCheck;
import dev.hawser.kernel.Kernel;
import dev.hawser.kernel.Link;
import dev.hawser.kernel.LinkChange;
import dev.hawser.kernel.Side;
import dev.hawser.run.Call;
import dev.hawser.run.Cleanup;
import dev.hawser.run.Node;
import dev.hawser.run.Plan;
import dev.hawser.run.Plugin;
import dev.hawser.run.Transaction;
import dev.hawser.spec.CniResult;
import dev.hawser.spec.CniVersion;
import dev.hawser.spec.ValidAttachments;
import java.util.List;
import java.util.Optional;
import java.util.OptionalInt;

/** The {@code vrf} plugin. */
public final class VrfPlugin implements Plugin {

    @Override
    public String type() {
        return "vrf";
    }

    @Override
    public List<CniVersion> versions() {
        return CniVersion.V0_3_1.andNewer();
    }

    @Override
    public Configured configure(Call call) {
        return new Vrf(call, VrfConf.of(call));
    }

    private record Vrf(Call call, VrfConf conf) implements Configured {

        @Override
        public CniResult add(Node node, Optional<CniResult> previous, Transaction transaction) {
            CniResult result = Plan.required(previous);
            Kernel kernel = transaction.kernel(node, call);
            // Two interfaces of one container must not both make the VRF, nor find the same table free.
            kernel.lock(Side.POD);
            Observed observed = Observed.of(kernel, call.ifName(), conf.name());
            transaction.applyAll(kernel, VrfPlan.of(conf, call.ifName(), observed));
            return result;
        }

        @Override
        public Plan plan(Node node, Optional<CniResult> previous) {
            CniResult result = Plan.required(previous);
            return new Plan(VrfPlan.of(conf, call.ifName(), observed(node, result)), result);
        }

        private Observed observed(Node node, CniResult result) {
            Observed expected = Observed.expected(result, result.ipsOf(call.ifName()));
            if (!node.podIsThere(call)) {
                return expected;
            }
            try (Kernel kernel = node.withPod(call)) {
                return kernel.link(Side.POD, call.ifName()).isPresent()
                        ? Observed.of(kernel, call.ifName(), conf.name())
                        : expected;
            }
        }

        @Override
        public void check(Node node) {
            try (Kernel kernel = node.withPod(call)) {
                ContainerCheck check = new ContainerCheck(call, kernel);
                checkPort(kernel, check);
                check.checkAddresses();
                check.checkRoutes();
                check.throwIfMissing();
            }
        }

        private void checkPort(Kernel kernel, ContainerCheck check) {
            Optional<Link> vrf = kernel.link(Side.POD, conf.name()).filter(link -> link.is("vrf"));
            if (vrf.isEmpty()) {
                check.missing("the VRF " + conf.name() + " is gone from the container");
                return;
            }
            if (!vrf.get().up()) {
                check.missing("the VRF " + conf.name() + " is down");
            }
            if (conf.table().isPresent() && !conf.table().equals(vrf.get().setting())) {
                check.missing("the VRF " + conf.name() + " has table "
                        + Integer.toUnsignedString(vrf.get().setting().orElse(0)) + " instead of "
                        + Integer.toUnsignedString(conf.table().getAsInt()));
            }
            if (!isPort(kernel.link(Side.POD, call.ifName()), vrf.get())) {
                check.missing(call.ifName() + " is not a port of the VRF " + conf.name() + " any more");
            }
        }

        private static boolean isPort(Optional<Link> link, Link vrf) {
            return link.filter(port -> port.master().equals(OptionalInt.of(vrf.index())))
                    .isPresent();
        }

        @Override
        public void delete(Node node, Cleanup cleanup) {
            if (node.podIsThere(call)) {
                Kernel kernel = cleanup.kernel(node, call);
                cleanup.attempt(() -> kernel.link(Side.POD, conf.name())
                        .filter(link -> link.is("vrf"))
                        .ifPresent(vrf -> leave(kernel, vrf, cleanup)));
            }
        }

        private void leave(Kernel kernel, Link vrf, Cleanup cleanup) {
            if (isPort(kernel.link(Side.POD, call.ifName()), vrf)) {
                cleanup.attempt(() -> kernel.apply(Side.POD, new LinkChange.ClearMaster(call.ifName())));
            }
            boolean used = kernel.links(Side.POD).stream().anyMatch(link -> isPort(Optional.of(link), vrf));
            if (!used) {
                kernel.apply(Side.POD, new LinkChange.DeleteLink(vrf.name()));
            }
        }

        @Override
        public void collect(Node node, ValidAttachments.Listed valid, Cleanup cleanup) {}

        @Override
        public void status(Node node) {}
    }
}
