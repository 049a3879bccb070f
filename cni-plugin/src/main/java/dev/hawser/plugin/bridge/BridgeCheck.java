package dev.hawser.plugin.bridge;

import dev.hawser.attach.ContainerCheck;
import dev.hawser.kernel.Kernel;
import dev.hawser.kernel.Link;
import dev.hawser.kernel.Side;
import dev.hawser.run.Call;
import java.util.Optional;

/** CHECK: whether what ADD reported is still so, and what it cannot report: the port's place in the bridge, and the masquerade. */
final class BridgeCheck {

    private final BridgeConf conf;
    private final Kernel kernel;
    private final ContainerCheck check;
    private final Call call;

    BridgeCheck(Call call, BridgeConf conf, Kernel kernel) {
        this.call = call;
        this.conf = conf;
        this.kernel = kernel;
        this.check = new ContainerCheck(call, kernel);
    }

    void run() {
        Optional<Link> bridge = checkBridge();
        check.checkLink("veth").flatMap(check::checkHostEnd).ifPresent(port -> checkPort(port, bridge));
        check.checkAddresses();
        check.checkRoutes();
        conf.masquerade().ifPresent(masquerade -> masquerade.check(check, call.attachment(), kernel));
        check.throwIfMissing();
    }

    private Optional<Link> checkBridge() {
        Optional<Link> bridge = kernel.link(Side.HOST, conf.bridge());
        if (bridge.isEmpty()) {
            check.missing("the bridge " + conf.bridge() + " is gone");
            return bridge;
        }
        if (!bridge.get().is("bridge")) {
            check.missing(conf.bridge() + " is not a bridge any more");
        }
        check.reported(conf.bridge(), false).ifPresent(link -> check.checkMac(link, bridge.get()));
        if (conf.promiscuous() && !bridge.get().promiscuous()) {
            check.missing("the bridge " + conf.bridge() + " is not promiscuous any more");
        }
        return bridge;
    }

    private void checkPort(Link port, Optional<Link> bridge) {
        if (bridge.isPresent() && port.master().orElse(0) != bridge.get().index()) {
            check.missing(port.name() + " is not a port of " + conf.bridge() + " any more");
        }
    }
}
