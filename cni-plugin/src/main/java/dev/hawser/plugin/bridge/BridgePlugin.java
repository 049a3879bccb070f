package dev.hawser.plugin.bridge;

import dev.hawser.kernel.Kernel;
import dev.hawser.run.Call;
import dev.hawser.run.Cleanup;
import dev.hawser.run.Node;
import dev.hawser.run.Plan;
import dev.hawser.run.Plugin;
import dev.hawser.run.Transaction;
import dev.hawser.spec.CniResult;
import dev.hawser.spec.ValidAttachments;
import java.util.Optional;

/** The {@code bridge} plugin: each container a port of a bridge of the node. */
public final class BridgePlugin implements Plugin {

    @Override
    public String type() {
        return "bridge";
    }

    @Override
    public boolean readsArgs() {
        return true;
    }

    @Override
    public Configured configure(Call call) {
        return new Bridge(call, BridgeConf.of(call));
    }

    private record Bridge(Call call, BridgeConf conf) implements Configured {

        @Override
        public CniResult add(Node node, Optional<CniResult> previous, Transaction transaction) {
            Kernel kernel = transaction.kernel(node, call);
            Observed observed = Observed.of(kernel, conf);
            CniResult addressing = conf.addresses().needsLink()
                    ? addLinkFirst(node, transaction, kernel, observed)
                    : addAddressesFirst(node, transaction, kernel, observed);
            return BridgeResult.of(call, conf, addressing, kernel);
        }

        private CniResult addAddressesFirst(Node node, Transaction transaction, Kernel kernel, Observed observed) {
            CniResult addressing = Gateways.complete(conf, conf.addresses().leaseForLink(node, transaction));
            transaction.applyAll(kernel, BridgePlan.of(call, conf, addressing, observed));
            return addressing;
        }

        /** Addresses that come over the link. */
        private CniResult addLinkFirst(Node node, Transaction transaction, Kernel kernel, Observed observed) {
            transaction.applyAll(kernel, BridgePlan.link(call, conf, CniResult.EMPTY, observed));
            CniResult addressing = Gateways.complete(conf, conf.addresses().leaseForLink(node, transaction));
            transaction.applyAll(kernel, BridgePlan.addresses(call, conf, addressing, observed));
            return addressing;
        }

        @Override
        public Plan plan(Node node, Optional<CniResult> previous) {
            try (Kernel kernel = node.namespaces().host()) {
                CniResult addressing = Gateways.complete(conf, conf.addresses().preview(node));
                return new Plan(
                        BridgePlan.of(call, conf, addressing, Observed.of(kernel, conf)),
                        BridgeResult.of(call, conf, addressing, kernel));
            }
        }

        @Override
        public void check(Node node) {
            conf.addresses().check(node);
            try (Kernel kernel = node.withPod(call)) {
                new BridgeCheck(call, conf, kernel).run();
            }
        }

        @Override
        public void delete(Node node, Cleanup cleanup) {
            new BridgeRemoval(call, conf, node, cleanup).run();
        }

        @Override
        public void collect(Node node, ValidAttachments.Listed valid, Cleanup cleanup) {
            new BridgeCollection(call, conf, node, valid, cleanup).run();
        }

        @Override
        public void status(Node node) {
            conf.addresses().status(node);
        }
    }
}
