package dev.hawser.plugin.bandwidth;

import dev.hawser.attach.ContainerCheck;
import dev.hawser.kernel.Kernel;
import dev.hawser.kernel.Tbf;
import dev.hawser.run.Call;
import java.util.Optional;

/** CHECK: whether each direction that has a limit still goes through just that token bucket. */
final class BandwidthCheck {

    private final Call call;
    private final BandwidthConf conf;
    private final Kernel kernel;
    private final ContainerCheck check;

    BandwidthCheck(Call call, BandwidthConf conf, Kernel kernel) {
        this.call = call;
        this.conf = conf;
        this.kernel = kernel;
        this.check = new ContainerCheck(call, kernel);
    }

    void run() {
        if (!conf.isUnlimited()) {
            HostEnd veth = HostEnd.of(kernel, call.ifName(), check.result());
            Observed observed = Observed.of(kernel, call, conf, veth);
            conf.ingress().ifPresent(tbf -> checkTbf("ingress", veth.name(), tbf, observed.tbf()));
            conf.egress().ifPresent(tbf -> checkEgress(tbf, observed));
        }
        check.throwIfMissing();
    }

    private void checkEgress(Tbf tbf, Observed observed) {
        Ifb ifb = observed.ifb();
        if (ifb.there().isEmpty()) {
            check.missing("egress is not limited: the ifb " + ifb.name() + " is gone");
            return;
        }
        if (!ifb.there().get().up()) {
            check.missing(ifb.name() + " is down");
        }
        if (!observed.isRedirected()) {
            check.missing("egress is not limited: " + observed.veth().name() + " does not redirect to " + ifb.name());
        }
        checkTbf("egress", ifb.name(), tbf, observed.ifbTbf());
    }

    private void checkTbf(String direction, String link, Tbf expected, Optional<Tbf> present) {
        if (present.isEmpty()) {
            check.missing(direction + " is not limited: the tbf of " + link + " is gone");
        } else if (!present.get().equals(expected)) {
            check.missing(direction + ": " + link + " has " + present.get() + " instead of " + expected);
        }
    }
}
