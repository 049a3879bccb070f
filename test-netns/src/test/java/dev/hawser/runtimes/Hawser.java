package dev.hawser.runtimes;

import dev.hawser.resident.RunningHelper;
import dev.hawser.resident.ThisRun;
import java.nio.file.Path;
import java.util.Map;
import java.util.Optional;

/** Hawser on a host: its plugin files and, in the run of the tests that is about helpers, a helper. */
final class Hawser implements AutoCloseable {

    private final Path plugins;
    private final Optional<RunningHelper> helper;

    private Hawser(Path plugins, Optional<RunningHelper> helper) {
        this.plugins = plugins;
        this.helper = helper;
    }

    /** Installs it for a runtime that will run on this host. */
    static Hawser install(Namespace host, Workspace workspace) {
        Path plugins = Plugins.hawser(workspace);
        return new Hawser(
                plugins, ThisRun.isThroughHelper() ? Optional.of(helper(host, workspace, plugins)) : Optional.empty());
    }

    private static RunningHelper helper(Namespace host, Workspace workspace, Path plugins) {
        return RunningHelper.start(Path.of(host.path()), plugins.resolve("hawser"), workspace.directory("helper"));
    }

    /** The CNI bin directory. */
    Path plugins() {
        return plugins;
    }

    /** What the plugins find in their environment, which they have from the runtime. */
    Map<String, String> variables() {
        String socket = helper.map(running -> running.socket().toString()).orElse("");
        return Map.of(RunningHelper.SOCKET_VARIABLE, socket);
    }

    Optional<RunningHelper> helper() {
        return helper;
    }

    /** Before the workspace, which would kill the helper. */
    @Override
    public void close() {
        helper.ifPresent(RunningHelper::close);
    }
}
