package dev.hawser.plugin.bandwidth;

import dev.hawser.kernel.Alias;
import dev.hawser.kernel.Kernel;
import dev.hawser.kernel.LinkChange;
import dev.hawser.kernel.Side;
import dev.hawser.run.Call;
import dev.hawser.run.Cleanup;
import dev.hawser.run.Node;
import dev.hawser.run.Plan;
import dev.hawser.run.Plugin;
import dev.hawser.run.Transaction;
import dev.hawser.run.ValidOwners;
import dev.hawser.spec.CniResult;
import dev.hawser.spec.CniVersion;
import dev.hawser.spec.ValidAttachments;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/** The {@code bandwidth} plugin: what a container receives and sends keeps to a rate. */
public final class BandwidthPlugin implements Plugin {

    @Override
    public String type() {
        return "bandwidth";
    }

    @Override
    public List<CniVersion> versions() {
        return CniVersion.V0_3_0.andNewer();
    }

    @Override
    public Configured configure(Call call) {
        return new Bandwidth(call, BandwidthConf.of(call));
    }

    private record Bandwidth(Call call, BandwidthConf conf) implements Configured {

        @Override
        public CniResult add(Node node, Optional<CniResult> previous, Transaction transaction) {
            CniResult result = Plan.required(previous);
            if (conf.isUnlimited()) {
                return result;
            }
            Kernel kernel = transaction.kernel(node, call);
            Observed observed = Observed.of(kernel, call, conf, HostEnd.of(kernel, call.ifName(), result));
            conf.smallBursts(observed.veth().mtuBytes()).forEach(node.log());
            transaction.applyAll(kernel, BandwidthPlan.of(call, conf, observed));
            return withIfb(result, observed);
        }

        /** The host's end is looked for by the name that it will have: it may not be there yet. */
        @Override
        public Plan plan(Node node, Optional<CniResult> previous) {
            CniResult result = Plan.required(previous);
            if (conf.isUnlimited()) {
                return new Plan(List.of(), result);
            }
            try (Kernel kernel = node.namespaces().host()) {
                Observed observed = Observed.of(kernel, call, conf, HostEnd.planned(kernel, call, result));
                return new Plan(BandwidthPlan.of(call, conf, observed), withIfb(result, observed));
            }
        }

        /** An ADD that is repeated finds it there. */
        private CniResult withIfb(CniResult result, Observed observed) {
            if (conf.egress().isEmpty()) {
                return result;
            }
            List<CniResult.Interface> interfaces = new ArrayList<>(result.interfaces());
            interfaces.removeIf(other -> other.name().equals(observed.ifb().name())
                    && other.sandbox().isEmpty());
            interfaces.add(CniResult.Interface.onHost(
                    observed.ifb().name(), observed.ifbMac().toString()));
            return result.withInterfaces(interfaces);
        }

        @Override
        public void check(Node node) {
            try (Kernel kernel = node.withPod(call)) {
                new BandwidthCheck(call, conf, kernel).run();
            }
        }

        @Override
        public void delete(Node node, Cleanup cleanup) {
            new BandwidthRemoval(call, conf, node, cleanup).run();
        }

        /** Only ours say whose they are. */
        @Override
        public void collect(Node node, ValidAttachments.Listed valid, Cleanup cleanup) {
            ValidOwners owners = new ValidOwners(call.conf().name(), valid);
            try (Kernel kernel = node.namespaces().host()) {
                cleanup.attempt(() -> kernel.links(Side.HOST).stream()
                        .filter(link -> link.is(Ifb.KIND))
                        .filter(link -> Alias.parse(link.alias())
                                .filter(alias -> owners.isStale(alias.attachment()))
                                .isPresent())
                        .forEach(link -> cleanup.attempt(
                                () -> kernel.apply(Side.HOST, new LinkChange.DeleteLink(link.name())))));
            }
        }

        @Override
        public void status(Node node) {}
    }
}
