package dev.hawser.plugin.tuning;

import dev.hawser.kernel.Kernel;
import dev.hawser.kernel.Step;
import dev.hawser.run.Call;
import dev.hawser.run.Cleanup;
import dev.hawser.run.Node;
import dev.hawser.run.Plan;
import dev.hawser.run.Plugin;
import dev.hawser.run.Transaction;
import dev.hawser.run.ValidOwners;
import dev.hawser.spec.CniResult;
import dev.hawser.spec.ValidAttachments;
import java.util.List;
import java.util.Optional;

/** The {@code tuning} plugin: sysctls of the container, and settings of an interface that an earlier plugin made. */
public final class TuningPlugin implements Plugin {

    @Override
    public String type() {
        return "tuning";
    }

    @Override
    public boolean readsArgs() {
        return true;
    }

    @Override
    public Configured configure(Call call) {
        return new Tuning(call, TuningConf.of(call));
    }

    private record Tuning(Call call, TuningConf conf) implements Configured {

        @Override
        public CniResult add(Node node, Optional<CniResult> previous, Transaction transaction) {
            CniResult result = conf.applyTo(Plan.required(previous), call.ifName());
            AllowList.requireAllowed(node, conf.sysctls());
            Kernel kernel = transaction.kernel(node, call);
            Present present = Present.of(kernel, call.ifName(), conf);
            backups(node).keep(Originals.of(conf, present), transaction);
            transaction.applyAll(kernel, TuningPlan.of(call.ifName(), conf, present));
            return result;
        }

        /** Everything is taken for different from what it should be: the container may not be there yet. */
        @Override
        public Plan plan(Node node, Optional<CniResult> previous) {
            CniResult result = conf.applyTo(Plan.required(previous), call.ifName());
            AllowList.requireAllowed(node, conf.sysctls());
            List<Step> steps = TuningPlan.of(call.ifName(), conf, Present.UNKNOWN);
            return new Plan(steps, result);
        }

        @Override
        public void check(Node node) {
            try (Kernel kernel = node.withPod(call)) {
                new TuningCheck(call, conf, kernel).run();
            }
        }

        @Override
        public void delete(Node node, Cleanup cleanup) {
            new TuningRemoval(call, backups(node), node, cleanup).run();
        }

        @Override
        public void collect(Node node, ValidAttachments.Listed valid, Cleanup cleanup) {
            ValidOwners owners = new ValidOwners(call.conf().name(), valid);
            cleanup.attempt(() -> backups(node).collect(owners, cleanup));
        }

        @Override
        public void status(Node node) {}

        private BackupFile backups(Node node) {
            return new BackupFile(node.paths().apply(conf.dataDir()), call.attachment(), node.log());
        }
    }
}
