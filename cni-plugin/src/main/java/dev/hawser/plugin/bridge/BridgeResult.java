package dev.hawser.plugin.bridge;

import dev.hawser.kernel.Kernel;
import dev.hawser.kernel.Link;
import dev.hawser.kernel.MacAddress;
import dev.hawser.kernel.Side;
import dev.hawser.run.Call;
import dev.hawser.spec.CniResult;
import java.util.ArrayList;
import java.util.List;

/** What an ADD answers: the bridge, the host's end, the container's end, and what IPAM said. */
final class BridgeResult {

    private BridgeResult() {}

    static CniResult of(Call call, BridgeConf conf, CniResult addressing, Kernel kernel) {
        VethNames names = VethNames.of(call);
        List<CniResult.Interface> interfaces = new ArrayList<>();
        interfaces.add(hostInterface(kernel.linkOrThrow(Side.HOST, conf.bridge())));
        interfaces.add(
                CniResult.Interface.onHost(names.hostEnd(), names.hostMac().toString()));
        interfaces.add(
                CniResult.Interface.inSandbox(call.ifName(), conf.podMac(names).toString(), call.netns()));
        String gatewayLink = BridgePlan.gatewayLink(conf);
        if (conf.gateway()
                && !gatewayLink.equals(conf.bridge())
                && !addressing.ips().isEmpty()) {
            interfaces.add(hostInterface(kernel.linkOrThrow(Side.HOST, gatewayLink)));
        }
        return new CniResult(
                interfaces,
                addressing.ips(),
                addressing.routes(),
                call.conf().dns().orElse(addressing.dns()));
    }

    private static CniResult.Interface hostInterface(Link link) {
        return CniResult.Interface.onHost(
                link.name(), link.mac().map(MacAddress::toString).orElse(""));
    }
}
