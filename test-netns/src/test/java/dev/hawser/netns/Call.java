package dev.hawser.netns;

import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.Map;
import java.util.TreeMap;

/**
 * One call of a plugin, before it is made; each change is a new one.
 *
 * @param host where from, and who is asked to make it
 * @param file the plugin file
 * @param environment the whole environment of the plugin
 */
record Call(Host host, Path file, Map<String, String> environment, String stdin) {

    Call with(String variable, String value) {
        Map<String, String> changed = new TreeMap<>(environment);
        changed.put(variable, value);
        return new Call(host, file, changed, stdin);
    }

    Call without(String variable) {
        Map<String, String> changed = new TreeMap<>(environment);
        changed.remove(variable);
        return new Call(host, file, changed, stdin);
    }

    Call withStdin(String text) {
        return new Call(host, file, environment, text);
    }

    Call withFile(Path other) {
        return new Call(host, other, environment, stdin);
    }

    Answer answer() {
        return CniPlugin.execute(host, file, environment, stdin.getBytes(StandardCharsets.UTF_8));
    }
}
