package dev.hawser.plugin.tuning;

import dev.hawser.attach.ContainerCheck;
import dev.hawser.kernel.Kernel;
import dev.hawser.kernel.Link;
import dev.hawser.kernel.Side;
import dev.hawser.run.Call;
import java.util.Optional;

/** CHECK: whether the container is tuned as the configuration says. What it does not mention others may have set. */
final class TuningCheck {

    private final Call call;
    private final TuningConf conf;
    private final Kernel kernel;
    private final ContainerCheck check;

    TuningCheck(Call call, TuningConf conf, Kernel kernel) {
        this.call = call;
        this.conf = conf;
        this.kernel = kernel;
        this.check = new ContainerCheck(call, kernel);
    }

    void run() {
        conf.sysctls().forEach(this::checkSysctl);
        if (!conf.link().isEmpty()) {
            checkLink();
        }
        check.throwIfMissing();
    }

    private void checkSysctl(Sysctl sysctl) {
        Optional<String> value = kernel.sysctl(Side.POD, sysctl.key());
        if (value.isEmpty()) {
            check.missing("the kernel parameter " + sysctl.name() + " cannot be read");
        } else if (!sysctl.hasValue(value.get())) {
            check.missing(sysctl.name() + " is " + value.get() + " instead of " + sysctl.value());
        }
    }

    private void checkLink() {
        Optional<Link> link = kernel.link(Side.POD, call.ifName());
        if (link.isEmpty()) {
            check.missing(call.ifName() + " is gone from the container");
            return;
        }
        conf.link()
                .complaints(LinkSettings.of(link.get()))
                .forEach(complaint -> check.missing(call.ifName() + ": " + complaint));
    }
}
