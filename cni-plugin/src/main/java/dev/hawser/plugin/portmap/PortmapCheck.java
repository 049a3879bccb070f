package dev.hawser.plugin.portmap;

import dev.hawser.attach.ContainerCheck;
import dev.hawser.iptables.IptablesTable;
import dev.hawser.kernel.Kernel;
import dev.hawser.kernel.Side;
import dev.hawser.run.Call;

/** CHECK: whether every port still leads to the container, and the host's own connections find their way. */
final class PortmapCheck {

    private final Call call;
    private final PortmapConf conf;
    private final Kernel kernel;
    private final ContainerCheck check;
    private final ContainerAddresses addresses;

    PortmapCheck(Call call, PortmapConf conf, Kernel kernel) {
        this.call = call;
        this.conf = conf;
        this.kernel = kernel;
        this.check = new ContainerCheck(call, kernel);
        this.addresses = ContainerAddresses.of(check.result(), call.ifName());
    }

    void run() {
        if (conf.mappings().isEmpty()) {
            return;
        }
        if (isByIptables()) {
            addresses
                    .all()
                    .forEach(address -> new IptablesPorts(
                                    call.attachment(),
                                    conf,
                                    address,
                                    IptablesTable.of(kernel, address.isIpv4(), IptablesPorts.NAT))
                            .missing()
                            .forEach(check::missing));
        } else {
            kernel.missing(PortmapPlan.publication(call.attachment(), conf, addresses))
                    .forEach(check::missing);
        }
        Observed.localLink(kernel, conf, addresses, check.result()).ifPresent(this::checkLocalRoute);
        check.throwIfMissing();
    }

    /** A pod that the reference made by iptables stays as it is. */
    private boolean isByIptables() {
        return Observed.usesIptables(kernel, conf)
                || addresses.all().stream()
                        .anyMatch(address ->
                                kernel.hasChain(IptablesPorts.nftChain(call.attachment(), address.isIpv4())));
    }

    private void checkLocalRoute(String link) {
        String key = PortmapPlan.localnetKey(link);
        if (!kernel.sysctl(Side.HOST, key).filter("1"::equals).isPresent()) {
            check.missing(key + " is not 1 any more: the host does not reach the ports by 127.0.0.1");
        }
    }
}
