package dev.hawser.plugin.tap;

import dev.hawser.attach.ContainerCheck;
import dev.hawser.kernel.Kernel;
import dev.hawser.kernel.Link;
import dev.hawser.kernel.Side;
import dev.hawser.kernel.Tap;
import dev.hawser.run.Call;
import java.util.Optional;
import java.util.OptionalInt;

/** CHECK: whether the device is still what was configured, and what ADD reported. */
final class TapCheck {

    private final TapConf conf;
    private final Kernel kernel;
    private final String name;
    private final ContainerCheck check;

    TapCheck(Call call, TapConf conf, Kernel kernel) {
        this.conf = conf;
        this.kernel = kernel;
        this.name = call.ifName();
        this.check = new ContainerCheck(call, kernel);
    }

    void run() {
        check.checkLink("tun").ifPresent(link -> {
            checkLink(link);
            kernel.tap(Side.POD, name)
                    .ifPresentOrElse(this::checkTap, () -> check.missing(name + " is not a tap any more"));
        });
        check.checkAddresses();
        check.checkRoutes();
        check.throwIfMissing();
    }

    private void checkLink(Link link) {
        if (!link.up()) {
            check.missing(name + " is down");
        }
        if (conf.mtuBytes().isPresent() && conf.mtuBytes().getAsInt() != link.mtuBytes()) {
            check.missing(name + " has MTU " + link.mtuBytes() + " instead of "
                    + conf.mtuBytes().getAsInt());
        }
        conf.bridge()
                .filter(bridge -> !isPortOf(bridge, link))
                .ifPresent(bridge -> check.missing(name + " is not a port of " + bridge + " any more"));
    }

    private boolean isPortOf(String bridge, Link link) {
        Optional<Link> master = kernel.link(Side.POD, bridge);
        return master.isPresent()
                && link.master().equals(OptionalInt.of(master.get().index()));
    }

    private void checkTap(Tap tap) {
        checkId("owner", conf.owner(), tap.owner());
        checkId("group", conf.group(), tap.group());
        if (conf.multiQueue() != tap.multiQueue()) {
            check.missing(name + (tap.multiQueue() ? " has several queues" : " has a single queue"));
        }
        if (!tap.persistent()) {
            check.missing(name + " is not persistent any more");
        }
    }

    private void checkId(String what, OptionalInt wanted, OptionalInt present) {
        if (wanted.isPresent() && !wanted.equals(present)) {
            check.missing(name + " has " + text(present) + " as " + what + " instead of " + text(wanted));
        }
    }

    private static String text(OptionalInt id) {
        return id.isPresent() ? Integer.toUnsignedString(id.getAsInt()) : "nobody";
    }
}
