package dev.hawser.plugin.bridge;

import dev.hawser.attach.VethNames;
import dev.hawser.kernel.Kernel;
import dev.hawser.kernel.Link;
import dev.hawser.kernel.MacAddress;
import dev.hawser.kernel.Side;
import dev.hawser.run.Call;
import dev.hawser.spec.CniResult;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/** What an ADD answers: the bridge, the host's end, the container's end, and what IPAM said. */
final class BridgeResult {

    private BridgeResult() {}

    static CniResult of(Call call, BridgeConf conf, CniResult addressing, Kernel kernel) {
        VethNames names = VethNames.of(call);
        List<CniResult.Interface> interfaces = new ArrayList<>();
        interfaces.add(hostInterface(kernel, conf.bridge()));
        interfaces.add(
                CniResult.Interface.onHost(names.hostEnd(), names.hostMac().toString()));
        interfaces.add(
                CniResult.Interface.inSandbox(call.ifName(), conf.podMac(names).toString(), call.netns()));
        String gatewayLink = BridgePlan.gatewayLink(conf);
        if (conf.gateway()
                && !gatewayLink.equals(conf.bridge())
                && !addressing.ips().isEmpty()) {
            interfaces.add(hostInterface(kernel, gatewayLink));
        }
        return new CniResult(
                interfaces,
                addressing.ips(),
                addressing.routes(),
                call.conf().dns().orElse(addressing.dns()));
    }

    /** In a plan the link may not be there yet, and its MAC is not known. */
    private static CniResult.Interface hostInterface(Kernel kernel, String name) {
        Optional<MacAddress> mac = kernel.link(Side.HOST, name).flatMap(Link::mac);
        return CniResult.Interface.onHost(name, mac.map(MacAddress::toString).orElse(""));
    }
}
