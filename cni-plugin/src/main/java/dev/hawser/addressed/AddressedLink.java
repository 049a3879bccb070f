package dev.hawser.addressed;

import dev.hawser.addressing.AddressSource;
import dev.hawser.attach.ContainerCheck;
import dev.hawser.kernel.Kernel;
import dev.hawser.kernel.Step;
import dev.hawser.run.Call;
import dev.hawser.run.Cleanup;
import dev.hawser.run.Node;
import dev.hawser.run.Plan;
import dev.hawser.run.Plugin;
import dev.hawser.run.Transaction;
import dev.hawser.spec.CniResult;
import dev.hawser.spec.Settings;
import dev.hawser.spec.ValidAttachments;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/**
 * The verbs of a plugin whose work is one link in the container, with addresses.
 *
 * @param addresses where the link's addresses come from
 * @param blueprint what is particular to the plugin
 */
public record AddressedLink(Call call, AddressSource addresses, Blueprint blueprint) implements Plugin.Configured {

    /** Notes a fault if there are no addresses, for a plugin that is nothing without. */
    public static void requireAddresses(AddressSource addresses, Settings settings) {
        if (addresses.isNone()) {
            settings.section("ipam")
                    .fault("type", "is missing: this plugin needs addresses: name an IPAM plugin, such as host-local");
        }
    }

    @Override
    public CniResult add(Node node, Optional<CniResult> previous, Transaction transaction) {
        Kernel kernel = transaction.kernel(node, call);
        Draft draft = blueprint.draft(kernel, previous);
        CniResult addressing = makeAndLease(node, transaction, draft);
        transaction.applyAll(kernel, blueprint.containerLink().configure(addressing));
        transaction.applyAll(kernel, draft.rest().apply(addressing));
        return result(draft, addressing);
    }

    /** A lease that fails costs least if nothing was made yet; but some come over the link. */
    private CniResult makeAndLease(Node node, Transaction transaction, Draft draft) {
        boolean linkFirst = addresses.needsLink();
        CniResult early = linkFirst ? CniResult.EMPTY : lease(node, transaction, draft);
        transaction.applyAll(transaction.kernel(node, call), draft.link());
        return onContainer(draft, linkFirst ? lease(node, transaction, draft) : early);
    }

    private CniResult lease(Node node, Transaction transaction, Draft draft) {
        return draft.given().orElseGet(() -> addresses.leaseForLink(node, transaction));
    }

    /** All addresses are the container's link's, the last of the interfaces. */
    private static CniResult onContainer(Draft draft, CniResult addressing) {
        int last = draft.interfaces().size() - 1;
        return addressing.withIps(
                addressing.ips().stream().map(ip -> ip.on(last)).toList());
    }

    private CniResult result(Draft draft, CniResult addressing) {
        return addressing
                .withInterfaces(draft.interfaces())
                .withDns(call.conf().dns().orElse(addressing.dns()));
    }

    @Override
    public Plan plan(Node node, Optional<CniResult> previous) {
        try (Kernel kernel = node.withPodIfThere(call)) {
            Draft draft = blueprint.draft(kernel, previous);
            CniResult addressing = onContainer(draft, draft.given().orElseGet(() -> addresses.preview(node)));
            List<Step> steps = new ArrayList<>(draft.link());
            steps.addAll(blueprint.containerLink().configure(addressing));
            steps.addAll(draft.rest().apply(addressing));
            return new Plan(steps, result(draft, addressing));
        }
    }

    @Override
    public void check(Node node) {
        addresses.check(node);
        try (Kernel kernel = node.withPod(call)) {
            ContainerCheck check = new ContainerCheck(call, kernel);
            check.checkLink(blueprint.kind()).ifPresent(link -> blueprint.check(check, link, kernel));
            check.checkAddresses();
            check.checkRoutes(blueprint.containerLink().routes(check.result()));
            check.throwIfMissing();
        }
    }

    /** Of the link's parent nothing is needed: it may be gone, and with it the link. */
    @Override
    public void delete(Node node, Cleanup cleanup) {
        if (addresses.needsLink()) {
            addresses.release(node, cleanup);
            removeLink(node, cleanup);
        } else if (removeLink(node, cleanup)) {
            addresses.release(node, cleanup);
        }
    }

    /** Whether it is gone. */
    private boolean removeLink(Node node, Cleanup cleanup) {
        return !node.podIsThere(call)
                || cleanup.attempt(() -> ContainerEnd.remove(call, cleanup.kernel(node, call), blueprint.kind(), node));
    }

    @Override
    public void collect(Node node, ValidAttachments.Listed valid, Cleanup cleanup) {
        addresses.collect(node, valid, cleanup);
    }

    @Override
    public void status(Node node) {
        blueprint.status(node);
        addresses.status(node);
    }
}
