package dev.hawser.plugin.ptp;

import dev.hawser.addressed.AddressedLink;
import dev.hawser.addressed.VethCollection;
import dev.hawser.addressed.VethRemoval;
import dev.hawser.kernel.Kernel;
import dev.hawser.run.Call;
import dev.hawser.run.Cleanup;
import dev.hawser.run.Node;
import dev.hawser.run.Plan;
import dev.hawser.run.Plugin;
import dev.hawser.run.Transaction;
import dev.hawser.run.ValidOwners;
import dev.hawser.spec.CniResult;
import dev.hawser.spec.ValidAttachments;
import java.util.Optional;

/** The {@code ptp} plugin: each container alone with the node. */
public final class PtpPlugin implements Plugin {

    @Override
    public String type() {
        return "ptp";
    }

    @Override
    public Configured configure(Call call) {
        PtpConf conf = PtpConf.of(call);
        return new Ptp(call, conf, new AddressedLink(call, conf.addresses(), new PtpBlueprint(call, conf)));
    }

    private record Ptp(Call call, PtpConf conf, AddressedLink link) implements Configured {

        @Override
        public CniResult add(Node node, Optional<CniResult> previous, Transaction transaction) {
            return link.add(node, previous, transaction);
        }

        @Override
        public Plan plan(Node node, Optional<CniResult> previous) {
            return link.plan(node, previous);
        }

        @Override
        public void check(Node node) {
            link.check(node);
        }

        /** By the host's end, which needs no namespace. */
        @Override
        public void delete(Node node, Cleanup cleanup) {
            new VethRemoval(call, conf.addresses(), conf.masquerade().isPresent(), node, cleanup)
                    .run(VethRemoval.Extras.NONE);
        }

        @Override
        public void collect(Node node, ValidAttachments.Listed valid, Cleanup cleanup) {
            String network = call.conf().name();
            try (Kernel kernel = node.namespaces().host()) {
                VethCollection.run(kernel, network, new ValidOwners(network, valid), cleanup);
            }
            link.collect(node, valid, cleanup);
        }

        @Override
        public void status(Node node) {
            link.status(node);
        }
    }
}
