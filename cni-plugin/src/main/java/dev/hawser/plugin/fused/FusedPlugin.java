package dev.hawser.plugin.fused;

import dev.hawser.run.Call;
import dev.hawser.run.Cleanup;
import dev.hawser.run.Node;
import dev.hawser.run.Plan;
import dev.hawser.run.Plugin;
import dev.hawser.run.Transaction;
import dev.hawser.spec.CniResult;
import dev.hawser.spec.NetConf;
import dev.hawser.spec.ValidAttachments;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.Function;
import java.util.stream.Collectors;

/**
 * The {@code hawser} plugin: a chain of plugins in one call. ADD runs them in order, each with the result of those before it;
 * DEL runs them the other way round, as a runtime would.
 */
public final class FusedPlugin implements Plugin {

    /** Its type. */
    public static final String TYPE = "hawser";

    private final Map<String, Plugin> plugins;

    /** @param plugins those that may take part */
    public FusedPlugin(List<Plugin> plugins) {
        this.plugins = plugins.stream().collect(Collectors.toUnmodifiableMap(Plugin::type, Function.identity()));
    }

    @Override
    public String type() {
        return TYPE;
    }

    @Override
    public boolean readsArgs() {
        return true;
    }

    /** All parts are configured before anything is touched, and the faults of all are reported together. */
    @Override
    public Configured configure(Call call) {
        List<Configured> parts = new ArrayList<>();
        try (Cleanup faults = new Cleanup()) {
            for (FusedForm.Part part : FusedForm.parts(call.conf().document())) {
                faults.attempt(() -> parts.add(configure(call, part)));
            }
            faults.throwIfFailed();
        }
        return new Fused(parts);
    }

    private Configured configure(Call call, FusedForm.Part part) {
        Plugin plugin = Optional.ofNullable(plugins.get(part.type()))
                .orElseThrow(() -> new IllegalStateException("there is no plugin " + part.type()));
        NetConf conf = NetConf.of(part.configuration());
        conf.requireSupported(plugin.versions());
        return plugin.configure(call.with(conf));
    }

    private record Fused(List<Configured> parts) implements Configured {

        @Override
        public CniResult add(Node node, Optional<CniResult> previous, Transaction transaction) {
            Optional<CniResult> result = previous;
            for (Configured part : parts) {
                result = Optional.of(part.add(node, result, transaction));
            }
            return result.orElse(CniResult.EMPTY);
        }

        @Override
        public Plan plan(Node node, Optional<CniResult> previous) {
            Plan whole = new Plan(List.of(), previous.orElse(CniResult.EMPTY));
            Optional<CniResult> result = previous;
            for (Configured part : parts) {
                whole = whole.then(part.plan(node, result));
                result = Optional.of(whole.result());
            }
            return whole;
        }

        /** Says what is missing of all of them. */
        @Override
        public void check(Node node) {
            try (Cleanup missing = new Cleanup()) {
                parts.forEach(part -> missing.attempt(() -> part.check(node)));
                missing.throwIfFailed();
            }
        }

        @Override
        public void delete(Node node, Cleanup cleanup) {
            parts.reversed().forEach(part -> cleanup.attempt(() -> part.delete(node, cleanup)));
        }

        @Override
        public void collect(Node node, ValidAttachments.Listed valid, Cleanup cleanup) {
            parts.forEach(part -> cleanup.attempt(() -> part.collect(node, valid, cleanup)));
        }

        @Override
        public void status(Node node) {
            parts.forEach(part -> part.status(node));
        }
    }
}
