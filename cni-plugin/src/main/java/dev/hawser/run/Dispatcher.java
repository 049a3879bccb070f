package dev.hawser.run;

import dev.hawser.spec.CniException;
import dev.hawser.spec.CniResult;
import dev.hawser.spec.Command;
import dev.hawser.spec.ErrorCode;
import dev.hawser.spec.Invocation;
import dev.hawser.spec.NetConf;
import dev.hawser.spec.ValidAttachments;
import dev.hawser.spec.VersionReport;
import java.io.IOException;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Map;
import java.util.function.Consumer;
import java.util.stream.Collectors;

/**
 * Carries out one call: {@code environment + stdin -> Invocation -> configure -> verb -> answer}. Thread-safe, and keeps
 * nothing between calls.
 */
public final class Dispatcher {

    /** Where the one document of the answer goes. */
    public interface Answer {
        /**
         * Writes and flushes: when it returns, the runtime can read the document.
         *
         * @param exitStatus what the call will end with: 0 for a result, 1 for an error
         */
        void write(int exitStatus, byte[] document) throws IOException;
    }

    private final List<Plugin> plugins;
    private final Node node;

    /**
     * @param plugins all that there are
     * @param node where calls are carried out
     */
    public Dispatcher(List<Plugin> plugins, Node node) {
        this.plugins = List.copyOf(plugins);
        this.node = node;
    }

    /**
     * Carries out the call that the environment describes.
     *
     * @param type which plugin the runtime executed: {@code bridge}
     * @param environment the runtime's, CNI_COMMAND among it
     * @param stdin gives the network configuration; not read for VERSION
     * @param answer takes the one document, a result or an error
     * @return the exit status: 0 for success, 1 for an error
     * @throws IOException if the answer could not be written; what ADD did has been taken back then
     */
    public int dispatch(String type, Map<String, String> environment, Invocation.Stdin stdin, Answer answer)
            throws IOException {
        CniException error;
        try {
            carryOut(pluginOf(type), Invocation.of(environment, stdin), answer);
            return 0;
        } catch (RuntimeException e) {
            error = Failures.asCniException(e);
            if (Failures.isDefect(e)) {
                node.log().accept(stackTrace(e));
            }
        }
        write(answer, 1, error.toJson());
        return 1;
    }

    private void write(Answer answer, int exitStatus, String document) throws IOException {
        try (Phases.Scope _ = node.phases().enter(Phases.Phase.ANSWER)) {
            answer.write(exitStatus, utf8(document));
        }
    }

    private Plugin pluginOf(String type) {
        return plugins.stream()
                .filter(plugin -> plugin.type().equals(type))
                .findFirst()
                .orElseThrow(() -> new CniException(
                        ErrorCode.INVALID_NETWORK_CONFIG,
                        "\"" + type + "\" is no plugin of Hawser: it has " + types()));
    }

    private String types() {
        return plugins.stream().map(Plugin::type).collect(Collectors.joining(", "));
    }

    private void carryOut(Plugin plugin, Invocation invocation, Answer answer) throws IOException {
        if (invocation.command() == Command.VERSION) {
            write(answer, 0, VersionReport.of(plugin.versions()).toJson());
            return;
        }
        NetConf conf = invocation.netConf();
        node.phases().network(conf.name());
        conf.requireAllows(invocation.command());
        conf.requireSupported(plugin.versions());
        Call call = plugin.readsArgs() ? Call.of(invocation) : Call.withoutArgs(invocation);
        switch (invocation.command()) {
            case ADD -> add(plugin, call, answer);
            case CHECK -> plugin.configure(call).check(node);
            case DEL -> cleanUp(cleanup -> plugin.configure(call).delete(node, cleanup));
            case GC -> collect(plugin, call);
            case STATUS -> plugin.configure(call).status(node);
            case VERSION -> throw new AssertionError("answered above");
        }
    }

    private void add(Plugin plugin, Call call, Answer answer) throws IOException {
        refuseOwnNamespace(call);
        Plugin.Configured configured = plugin.configure(call);
        try (Transaction transaction = new Transaction(node.log())) {
            CniResult result = configured.add(node, call.conf().prevResult(), transaction);
            write(answer, 0, result.toJson(call.conf().cniVersion()));
            transaction.commit();
        }
    }

    /** Unlike the reference, which looks after it has done the work, we look before. */
    private void refuseOwnNamespace(Call call) {
        boolean allowed = call.invocation().overridesNetnsCheck();
        if (!allowed && node.namespaces().state(call.netns()) == Namespaces.State.OWN) {
            throw new CniException(
                    ErrorCode.INVALID_NETNS,
                    "plugin's netns and netns from CNI_NETNS should not be the same",
                    "CNI_NETNS is " + call.netns());
        }
    }

    private void collect(Plugin plugin, Call call) {
        switch (call.conf().validAttachments()) {
            case ValidAttachments.Unknown() ->
                node.log()
                        .accept("GC of " + call.conf().name() + ": the runtime did not say which attachments are valid"
                                + " (cni.dev/valid-attachments): nothing collected");
            case ValidAttachments.Listed listed ->
                cleanUp(cleanup -> plugin.configure(call).collect(node, listed, cleanup));
        }
    }

    private static void cleanUp(Consumer<Cleanup> verb) {
        try (Cleanup cleanup = new Cleanup()) {
            verb.accept(cleanup);
            cleanup.throwIfFailed();
        }
    }

    private static byte[] utf8(String text) {
        return text.getBytes(StandardCharsets.UTF_8);
    }

    private static String stackTrace(Throwable defect) {
        StringWriter text = new StringWriter();
        defect.printStackTrace(new PrintWriter(text));
        return text.toString();
    }
}
