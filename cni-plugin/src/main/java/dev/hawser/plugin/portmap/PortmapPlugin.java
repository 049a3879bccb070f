package dev.hawser.plugin.portmap;

import dev.hawser.kernel.Kernel;
import dev.hawser.kernel.KernelException;
import dev.hawser.kernel.Step;
import dev.hawser.run.Call;
import dev.hawser.run.Cleanup;
import dev.hawser.run.Node;
import dev.hawser.run.Plan;
import dev.hawser.run.Plugin;
import dev.hawser.run.Transaction;
import dev.hawser.run.ValidOwners;
import dev.hawser.spec.CniException;
import dev.hawser.spec.CniResult;
import dev.hawser.spec.ErrorCode;
import dev.hawser.spec.ValidAttachments;
import java.util.List;
import java.util.Optional;

/** The {@code portmap} plugin: ports of the host lead to the container. Chained after a plugin that gives it addresses. */
public final class PortmapPlugin implements Plugin {

    @Override
    public String type() {
        return "portmap";
    }

    @Override
    public Configured configure(Call call) {
        return new Portmap(call, PortmapConf.of(call));
    }

    private record Portmap(Call call, PortmapConf conf) implements Configured {

        /** So often may other ADDs make a chain that ours is about to make. */
        private static final int ATTEMPTS = 5;

        @Override
        public CniResult add(Node node, Optional<CniResult> previous, Transaction transaction) {
            CniResult result = Plan.required(previous);
            ContainerAddresses addresses = ContainerAddresses.of(result, call.ifName());
            if (!conf.mappings().isEmpty() && addresses.all().isEmpty()) {
                node.log().accept(call.attachment() + ": it has no address that a port could lead to");
            } else if (!conf.mappings().isEmpty()) {
                publish(transaction.kernel(node, call), addresses, result, transaction);
            }
            return result;
        }

        private void publish(Kernel kernel, ContainerAddresses addresses, CniResult previous, Transaction transaction) {
            Observed observed = Observed.of(kernel, call, conf, addresses, previous);
            List<Step> steps = PortmapPlan.of(call.attachment(), conf, addresses, observed);
            int attempts = 0;
            for (int done = 0; done < steps.size(); ) {
                try {
                    transaction.apply(kernel, steps.get(done));
                    done++;
                } catch (KernelException e) {
                    Observed now = observed.again(kernel, call, conf, addresses, previous);
                    if (++attempts == ATTEMPTS || !now.explains(steps.get(done), observed)) {
                        throw e;
                    }
                    observed = now;
                    steps = PortmapPlan.of(call.attachment(), conf, addresses, observed);
                }
            }
        }

        @Override
        public Plan plan(Node node, Optional<CniResult> previous) {
            CniResult result = Plan.required(previous);
            ContainerAddresses addresses = ContainerAddresses.of(result, call.ifName());
            if (conf.mappings().isEmpty() || addresses.all().isEmpty()) {
                return new Plan(List.of(), result);
            }
            try (Kernel kernel = node.namespaces().host()) {
                Observed observed = Observed.of(kernel, call, conf, addresses, result);
                return new Plan(PortmapPlan.of(call.attachment(), conf, addresses, observed), result);
            }
        }

        @Override
        public void check(Node node) {
            try (Kernel kernel = node.namespaces().host()) {
                new PortmapCheck(call, conf, kernel).run();
            }
        }

        @Override
        public void delete(Node node, Cleanup cleanup) {
            ContainerAddresses addresses = call.previousIfReadable(node.log())
                    .map(result -> ContainerAddresses.of(result, call.ifName()))
                    .orElse(ContainerAddresses.NONE);
            new PortmapRemoval(cleanup.kernel(node, call), cleanup).remove(call.attachment(), conf, addresses);
        }

        @Override
        public void collect(Node node, ValidAttachments.Listed valid, Cleanup cleanup) {
            try (Kernel kernel = node.namespaces().host()) {
                String network = call.conf().name();
                new PortmapRemoval(kernel, cleanup).collect(network, new ValidOwners(network, valid));
            }
        }

        @Override
        public void status(Node node) {
            try (Kernel kernel = node.namespaces().host()) {
                boolean usable = Observed.usesIptables(kernel, conf)
                        ? kernel.hasIptables(true) || kernel.hasIptables(false)
                        : kernel.hasNftables();
                if (!usable) {
                    throw new CniException(ErrorCode.PLUGIN_NOT_AVAILABLE, "no port can be published: " + advice());
                }
            }
        }

        private String advice() {
            return switch (conf.backend()) {
                case AUTOMATIC ->
                    "the kernel has no nf_tables, or there is no nft (package nftables); nor is there iptables";
                case NFTABLES -> "the kernel has no nf_tables, or there is no nft: install the package nftables";
                case IPTABLES -> "there is no iptables-restore: install the package iptables";
            };
        }
    }
}
