package dev.hawser.plugin.hostdevice;

import dev.hawser.attach.ContainerCheck;
import dev.hawser.attach.ContainerLink;
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
import dev.hawser.spec.CniResult;
import dev.hawser.spec.Invocation;
import dev.hawser.spec.ValidAttachments;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/**
 * The {@code host-device} plugin. The device says in its alias what it is called on the node, from before it moves; DEL moves it
 * back under this name, and leaves it down there, without an alias.
 *
 * <p>If the namespace is gone before DEL, so is the device: one of hardware is back on the node by itself then, under the name
 * that it had in the container if that is free there, else as {@code dev<index>} (net/core/dev.c, default_device_exit_net); a
 * virtual one has died with the namespace.
 */
public final class HostDevicePlugin implements Plugin {

    @Override
    public String type() {
        return "host-device";
    }

    @Override
    public Configured configure(Call call) {
        return new Configuration(call, HostDeviceConf.of(call));
    }

    private record Configuration(Call call, HostDeviceConf conf) implements Configured {

        /** The link first: an address source may ask the link for addresses. */
        @Override
        public CniResult add(Node node, Optional<CniResult> previous, Transaction transaction) {
            Devices devices = new Devices(conf, node);
            if (devices.isForUserSpace()) {
                return withoutLink(conf.addresses().leaseForLink(node, transaction));
            }
            Kernel kernel = transaction.kernel(node, call);
            Link device = devices.find(kernel);
            transaction.applyAll(kernel, take(device));
            CniResult addressing = conf.addresses().leaseForLink(node, transaction);
            transaction.applyAll(kernel, address(addressing));
            return withLink(device, addressing);
        }

        @Override
        public Plan plan(Node node, Optional<CniResult> previous) {
            Devices devices = new Devices(conf, node);
            CniResult addressing = conf.addresses().preview(node);
            if (devices.isForUserSpace()) {
                return new Plan(List.of(), withoutLink(addressing));
            }
            try (Kernel kernel = node.namespaces().host()) {
                Link device = devices.find(kernel);
                List<Step> steps = new ArrayList<>(take(device));
                steps.addAll(address(addressing));
                return new Plan(steps, withLink(device, addressing));
            }
        }

        /** A device that moves is set down by the kernel, and comes back down: what was up is set up again by an undo. */
        private List<Step> take(Link device) {
            String name = device.name();
            List<Step> steps = new ArrayList<>();
            steps.add(Step.owned(
                    Side.HOST, new LinkChange.SetAlias(name, name), new LinkChange.SetAlias(name, device.alias())));
            if (device.up()) {
                steps.add(Step.owned(Side.HOST, new LinkChange.SetDown(name), new LinkChange.SetUp(name)));
            }
            steps.add(new Step(
                    Side.HOST,
                    new LinkChange.MoveLink(name, Side.POD, call.ifName()),
                    new Step.Undo.By(Side.POD, new LinkChange.MoveLink(call.ifName(), Side.HOST, name))));
            return steps;
        }

        /** What it has in the container it loses when it moves back. */
        private List<Step> address(CniResult addressing) {
            return new ContainerLink(call.ifName(), ContainerLink.Dad.DEFAULT, false).configure(addressing);
        }

        private CniResult withLink(Link device, CniResult addressing) {
            String mac = device.mac().map(MacAddress::toString).orElse("");
            return result(addressing, List.of(CniResult.Interface.inSandbox(call.ifName(), mac, call.netns())))
                    .withIps(addressing.ips().stream().map(ip -> ip.on(0)).toList());
        }

        private CniResult withoutLink(CniResult addressing) {
            return result(addressing, List.of());
        }

        private CniResult result(CniResult addressing, List<CniResult.Interface> interfaces) {
            return addressing
                    .withInterfaces(interfaces)
                    .withDns(call.conf().dns().orElse(addressing.dns()));
        }

        @Override
        public void check(Node node) {
            conf.addresses().check(node);
            if (new Devices(conf, node).isForUserSpace()) {
                return;
            }
            try (Kernel kernel = node.withPod(call)) {
                ContainerCheck check = new ContainerCheck(call, kernel);
                check.checkLink().filter(link -> !link.up()).ifPresent(link -> check.missing(link.name() + " is down"));
                check.checkAddresses();
                check.checkRoutes();
                check.throwIfMissing();
            }
        }

        /** The addresses are given back whatever becomes of the device. */
        @Override
        public void delete(Node node, Cleanup cleanup) {
            if (node.podIsThere(call) && !new Devices(conf, node).isForUserSpace()) {
                Kernel kernel = cleanup.kernel(node, call);
                cleanup.attempt(() ->
                        kernel.link(Side.POD, call.ifName()).ifPresent(link -> giveBack(node, kernel, link, cleanup)));
            }
            conf.addresses().release(node, cleanup);
        }

        private void giveBack(Node node, Kernel kernel, Link link, Cleanup cleanup) {
            Optional<String> name = nameOnHost(link);
            if (name.isEmpty()) {
                node.log()
                        .accept(call.attachment() + ": " + link.name()
                                + " does not say in its alias what it is called on the"
                                + " host: it stays, and goes with the container's namespace");
                return;
            }
            kernel.apply(Side.POD, new LinkChange.MoveLink(link.name(), Side.HOST, name.get()));
            cleanup.attempt(() -> kernel.apply(Side.HOST, new LinkChange.SetAlias(name.get(), "")));
        }

        /** Whatever the configuration says: without this alias, the link is not one that was moved. */
        private static Optional<String> nameOnHost(Link link) {
            return Optional.of(link.alias()).filter(Invocation::isInterfaceName);
        }

        @Override
        public void collect(Node node, ValidAttachments.Listed valid, Cleanup cleanup) {
            conf.addresses().collect(node, valid, cleanup);
        }

        @Override
        public void status(Node node) {
            conf.addresses().status(node);
        }
    }
}
