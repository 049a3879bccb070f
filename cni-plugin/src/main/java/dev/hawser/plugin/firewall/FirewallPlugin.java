package dev.hawser.plugin.firewall;

import dev.hawser.kernel.Kernel;
import dev.hawser.kernel.KernelException;
import dev.hawser.kernel.Step;
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
import java.util.function.Consumer;
import java.util.function.Supplier;

/** The {@code firewall} plugin: it lets a pod through, and answers what the plugins before it have answered. */
public final class FirewallPlugin implements Plugin {

    @Override
    public String type() {
        return "firewall";
    }

    /** Its result is that of others, which older versions could not hand on. */
    @Override
    public List<CniVersion> versions() {
        return CniVersion.V0_4_0.andNewer();
    }

    @Override
    public Configured configure(Call call) {
        return new Firewall(call, FirewallConf.of(call));
    }

    /**
     * Makes good what is missing of the way through the filters of iptables for the pods that nftables lets through.
     *
     * @param kernel of the host
     * @param adminChain the chain of iptables whose rules come first
     * @param log takes lines for people
     * @return whether something was missing
     * @throws KernelException if iptables fails
     */
    public static boolean mendDoorway(Kernel kernel, boolean ipv4, String adminChain, Consumer<String> log) {
        return new Doorway(kernel, ipv4, adminChain).mend(log);
    }

    /**
     * Carries out what a look at the node says is to be done. When pods start together, several make the same chain: all but one
     * fail, nothing of theirs having been done, and look again.
     *
     * @return whether there was anything to do
     */
    static boolean carryOut(Supplier<List<Step>> look, Consumer<Step> apply) {
        List<Step> steps = look.get();
        boolean needed = !steps.isEmpty();
        while (!steps.isEmpty()) {
            Step step = steps.getFirst();
            try {
                apply.accept(step);
                steps = steps.subList(1, steps.size());
            } catch (KernelException e) {
                steps = look.get();
                if (steps.contains(step)) {
                    throw e;
                }
            }
        }
        return needed;
    }

    private record Firewall(Call call, FirewallConf conf) implements Configured {

        @Override
        public CniResult add(Node node, Optional<CniResult> previous, Transaction transaction) {
            CniResult result = Plan.required(previous);
            conf.unknownBackend().ifPresent(node.log());
            Kernel kernel = transaction.kernel(node, call);
            Backend backend = Backend.of(conf, kernel, node);
            carryOut(() -> steps(kernel, backend, result, node), step -> transaction.apply(kernel, step));
            if (backend == Backend.FIREWALLD) {
                FirewalldSources.of(conf, node).add(result, transaction);
            }
            return result;
        }

        private List<Step> steps(Kernel kernel, Backend backend, CniResult result, Node node) {
            return new FirewallPlan(call.attachment(), conf, kernel, node.log()).steps(backend, result);
        }

        @Override
        public Plan plan(Node node, Optional<CniResult> previous) {
            CniResult result = Plan.required(previous);
            try (Kernel kernel = node.namespaces().host()) {
                Backend backend = Backend.of(conf, kernel, node);
                if (backend == Backend.FIREWALLD) {
                    FirewalldSources.words(conf, result)
                            .forEach(words -> node.log().accept("beside what is listed: " + words));
                }
                return new Plan(steps(kernel, backend, result, node), result);
            }
        }

        @Override
        public void check(Node node) {
            try (Kernel kernel = node.namespaces().host()) {
                new FirewallCheck(call, conf, kernel, node).run();
            }
        }

        @Override
        public void delete(Node node, Cleanup cleanup) {
            new FirewallRemoval(call, conf, node, cleanup).run();
        }

        @Override
        public void collect(Node node, ValidAttachments.Listed valid, Cleanup cleanup) {
            try (Kernel kernel = node.namespaces().host()) {
                new FirewallCollection(kernel, cleanup).run(call.conf().name(), valid);
            }
        }

        @Override
        public void status(Node node) {
            conf.backend().ifPresent(backend -> {
                try (Kernel kernel = node.namespaces().host()) {
                    backend.requireUsable(kernel, node);
                }
            });
        }
    }
}
