package dev.hawser.plugin.tap;

import dev.hawser.attach.ContainerLink;
import dev.hawser.kernel.Change;
import dev.hawser.kernel.IpChange;
import dev.hawser.kernel.Kernel;
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
import dev.hawser.spec.ValidAttachments;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/**
 * The {@code tap} plugin. The device gets its final name when it is made, and a name that is taken is an error before anything
 * is touched; MAC and MTU count whatever else is configured.
 */
public final class TapPlugin implements Plugin {

    @Override
    public String type() {
        return "tap";
    }

    @Override
    public boolean readsArgs() {
        return true;
    }

    @Override
    public Configured configure(Call call) {
        return new Configuration(call, TapConf.of(call));
    }

    private record Configuration(Call call, TapConf conf) implements Configured {

        /** The link first: an address source may ask the link for addresses. */
        @Override
        public CniResult add(Node node, Optional<CniResult> previous, Transaction transaction) {
            Kernel kernel = transaction.kernel(node, call);
            transaction.applyAll(kernel, link());
            CniResult addressing = conf.addresses().leaseForLink(node, transaction);
            transaction.applyAll(kernel, address(addressing));
            Optional<MacAddress> mac =
                    kernel.linkOrThrow(Side.POD, call.ifName()).mac();
            return result(addressing, mac);
        }

        @Override
        public Plan plan(Node node, Optional<CniResult> previous) {
            CniResult addressing = conf.addresses().preview(node);
            List<Step> steps = new ArrayList<>(link());
            steps.addAll(address(addressing));
            return new Plan(steps, result(addressing, conf.mac()));
        }

        private List<Step> link() {
            String name = call.ifName();
            List<Step> steps = new ArrayList<>();
            steps.add(Step.owned(
                    Side.POD,
                    new LinkChange.AddTap(name, conf.multiQueue(), conf.owner(), conf.group(), conf.selinuxContext()),
                    new LinkChange.DeleteLink(name)));
            conf.mac().ifPresent(mac -> steps.add(own(new LinkChange.SetMac(name, mac))));
            conf.mtuBytes().ifPresent(bytes -> steps.add(own(new LinkChange.SetMtu(name, bytes))));
            conf.bridge().ifPresent(bridge -> steps.add(own(new LinkChange.SetMaster(name, bridge))));
            return steps;
        }

        /** Nobody has opened the device yet: without a carrier no duplicates are searched, and there is nothing to wait for. */
        private List<Step> address(CniResult addressing) {
            return new ContainerLink(call.ifName(), ContainerLink.Dad.DEFAULT, false)
                    .configure(addressing).stream()
                            .filter(step -> !(step.change() instanceof IpChange.AwaitAddresses))
                            .toList();
        }

        private Step own(Change change) {
            return Step.diesWith(call.ifName(), Side.POD, change);
        }

        private CniResult result(CniResult addressing, Optional<MacAddress> mac) {
            return new CniResult(
                    List.of(CniResult.Interface.inSandbox(
                            call.ifName(), mac.map(MacAddress::toString).orElse(""), call.netns())),
                    addressing.ips().stream().map(ip -> ip.on(0)).toList(),
                    addressing.routes(),
                    call.conf().dns().orElse(addressing.dns()));
        }

        @Override
        public void check(Node node) {
            conf.addresses().check(node);
            try (Kernel kernel = node.withPod(call)) {
                new TapCheck(call, conf, kernel).run();
            }
        }

        @Override
        public void delete(Node node, Cleanup cleanup) {
            boolean gone = !node.podIsThere(call) || cleanup.attempt(() -> deleteTap(cleanup.kernel(node, call)));
            if (gone) {
                conf.addresses().release(node, cleanup);
            }
        }

        /** Another kind of link under this name is another plugin's: an ADD that found it there has failed. */
        private void deleteTap(Kernel kernel) {
            if (kernel.tap(Side.POD, call.ifName()).isPresent()) {
                kernel.apply(Side.POD, new LinkChange.DeleteLink(call.ifName()));
            }
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
