package dev.hawser.plugin.sbr;

import dev.hawser.attach.ContainerCheck;
import dev.hawser.ip.Cidr;
import dev.hawser.kernel.IpChange;
import dev.hawser.kernel.Kernel;
import dev.hawser.kernel.PolicyRule;
import dev.hawser.kernel.Route;
import dev.hawser.kernel.Side;
import dev.hawser.run.Call;
import dev.hawser.run.Cleanup;
import dev.hawser.run.Node;
import dev.hawser.run.Plan;
import dev.hawser.run.Plugin;
import dev.hawser.run.Transaction;
import dev.hawser.spec.CniException;
import dev.hawser.spec.CniResult;
import dev.hawser.spec.ErrorCode;
import dev.hawser.spec.ValidAttachments;
import java.net.InetAddress;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;

/** The {@code sbr} plugin: what an address of the interface sends leaves by that interface. */
public final class SbrPlugin implements Plugin {

    @Override
    public String type() {
        return "sbr";
    }

    @Override
    public Configured configure(Call call) {
        return new Sbr(call, SbrConf.of(call));
    }

    private record Sbr(Call call, SbrConf conf) implements Configured {

        @Override
        public CniResult add(Node node, Optional<CniResult> previous, Transaction transaction) {
            CniResult result = Plan.required(previous);
            List<CniResult.Ip> ips = ipsOf(result);
            Kernel kernel = transaction.kernel(node, call);
            // Two interfaces of one container must not find the same table free.
            kernel.lock(Side.POD);
            transaction.applyAll(kernel, SbrPlan.of(conf, call.ifName(), ips, Observed.of(kernel, call.ifName())));
            return result;
        }

        private List<CniResult.Ip> ipsOf(CniResult result) {
            List<CniResult.Ip> ips = result.ipsOf(call.ifName());
            if (ips.isEmpty()) {
                throw new CniException(
                        ErrorCode.INTERNAL,
                        "got no container IPs",
                        "prevResult has no address of " + call.ifName() + ": does the plugin before have an ipam?");
            }
            return ips;
        }

        @Override
        public Plan plan(Node node, Optional<CniResult> previous) {
            CniResult result = Plan.required(previous);
            List<CniResult.Ip> ips = ipsOf(result);
            return new Plan(SbrPlan.of(conf, call.ifName(), ips, observed(node, result, ips)), result);
        }

        private Observed observed(Node node, CniResult result, List<CniResult.Ip> ips) {
            if (!node.podIsThere(call)) {
                return Observed.expected(result, ips);
            }
            try (Kernel kernel = node.withPod(call)) {
                return kernel.link(Side.POD, call.ifName()).isPresent()
                        ? Observed.of(kernel, call.ifName())
                        : Observed.expected(result, ips);
            }
        }

        @Override
        public void check(Node node) {
            try (Kernel kernel = node.withPod(call)) {
                ContainerCheck check = new ContainerCheck(call, kernel);
                List<PolicyRule> rules = kernel.policyRules(Side.POD);
                List<Route> routes = kernel.routes(Side.POD, call.ifName());
                check.ownIps().forEach(ip -> check(ip, rules, routes, check));
                check.throwIfMissing();
            }
        }

        private void check(CniResult.Ip ip, List<PolicyRule> rules, List<Route> routes, ContainerCheck check) {
            Cidr source = SbrPlan.source(ip.address());
            Optional<PolicyRule> rule = rules.stream()
                    .filter(other -> other.source().equals(source) && isTable(other.table()))
                    .findFirst();
            if (rule.isEmpty()) {
                check.missing("the rule from " + source
                        + conf.table().stream()
                                .mapToObj(table -> " lookup " + Integer.toUnsignedString(table))
                                .findFirst()
                                .orElse("")
                        + " is gone from the container");
            } else if (conf.table().isEmpty() && !hasDefault(ip, rule.get().table(), routes)) {
                check.missing("the default route is gone from table "
                        + Integer.toUnsignedString(rule.get().table()) + ", which " + source + " is sent to");
            }
        }

        private boolean isTable(int table) {
            return conf.table().orElse(table) == table;
        }

        private boolean hasDefault(CniResult.Ip ip, int table, List<Route> routes) {
            Optional<InetAddress> gateway = conf.gateway(ip);
            return conf.gateway(ip).or(ip::gateway).isEmpty()
                    || routes.stream()
                            .filter(route -> route.isDefault() && route.table().orElse(0) == table)
                            .anyMatch(route ->
                                    gateway.isEmpty() || route.gateway().equals(gateway));
        }

        /** What is in the tables dies with the interface; the rules would stay as long as the container. */
        @Override
        public void delete(Node node, Cleanup cleanup) {
            if (node.podIsThere(call)) {
                Kernel kernel = cleanup.kernel(node, call);
                Set<Cidr> sources = sources(node, kernel);
                cleanup.attempt(() -> deleteRules(kernel, sources, cleanup));
            }
        }

        /** The addresses that it has, and those that ADD reported: a link that is gone has none. */
        private Set<Cidr> sources(Node node, Kernel kernel) {
            Set<Cidr> sources = new HashSet<>();
            kernel.addresses(Side.POD, call.ifName()).forEach(address -> sources.add(SbrPlan.source(address)));
            call.previousIfReadable(node.log()).stream()
                    .flatMap(result -> result.ipsOf(call.ifName()).stream())
                    .forEach(ip -> sources.add(SbrPlan.source(ip.address())));
            return sources;
        }

        private void deleteRules(Kernel kernel, Set<Cidr> sources, Cleanup cleanup) {
            kernel.policyRules(Side.POD).stream()
                    .filter(rule -> sources.contains(rule.source()) && isTable(rule.table()))
                    .forEach(rule -> cleanup.attempt(() -> kernel.apply(Side.POD, new IpChange.DeleteRule(rule))));
        }

        @Override
        public void collect(Node node, ValidAttachments.Listed valid, Cleanup cleanup) {}

        @Override
        public void status(Node node) {}
    }
}
