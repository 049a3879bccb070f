package dev.hawser.plugin.tuning;

import dev.hawser.kernel.Change;
import dev.hawser.kernel.Errno;
import dev.hawser.kernel.Kernel;
import dev.hawser.kernel.KernelException;
import dev.hawser.kernel.Link;
import dev.hawser.kernel.Side;
import dev.hawser.run.Call;
import dev.hawser.run.Cleanup;
import dev.hawser.run.Node;
import java.util.Map;
import java.util.Optional;

/**
 * DEL: what was changed is as it was before, as far as it is still there. What cannot be put back is reported, and the file kept
 * for the next DEL.
 */
final class TuningRemoval {

    private final Call call;
    private final BackupFile file;
    private final Node node;
    private final Cleanup cleanup;

    TuningRemoval(Call call, BackupFile file, Node node, Cleanup cleanup) {
        this.call = call;
        this.file = file;
        this.node = node;
        this.cleanup = cleanup;
    }

    void run() {
        cleanup.attempt(() -> {
            Optional<Originals> originals = file.read();
            if (originals.isEmpty() || !node.podIsThere(call) || putBack(originals.get())) {
                file.remove();
            }
        });
    }

    /** Whether everything that is still there is as it was. */
    private boolean putBack(Originals originals) {
        Kernel kernel = cleanup.kernel(node, call);
        boolean done = true;
        Optional<Link> link = originals.link().isEmpty() ? Optional.empty() : kernel.link(Side.POD, call.ifName());
        if (link.isPresent()) {
            done = putBack(kernel, originals.link().differingFrom(LinkSettings.of(link.get())));
        }
        for (Map.Entry<String, String> sysctl :
                originals.sysctls().sequencedEntrySet().reversed()) {
            done &= putBack(kernel, sysctl.getKey(), sysctl.getValue());
        }
        return done;
    }

    private boolean putBack(Kernel kernel, LinkSettings settings) {
        boolean done = true;
        for (Optional<? extends Change> change : settings.changes(call.ifName())) {
            done &= change.isEmpty() || cleanup.attempt(() -> apply(kernel, change.get()));
        }
        return done;
    }

    /** A parameter that is no more went with its link. */
    private boolean putBack(Kernel kernel, String key, String value) {
        return cleanup.attempt(() -> {
            Optional<String> present = kernel.sysctl(Side.POD, key);
            if (present.isPresent() && !present.get().equals(value)) {
                apply(kernel, new Change.SetSysctl(key, value, true));
            }
        });
    }

    private static void apply(Kernel kernel, Change change) {
        try {
            kernel.apply(Side.POD, change);
        } catch (KernelException e) {
            if (e.errno() != Errno.ENODEV) {
                throw e;
            }
        }
    }
}
