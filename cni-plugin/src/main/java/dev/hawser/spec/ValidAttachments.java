package dev.hawser.spec;

import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;

/**
 * What a GC call says about the attachments that are still in use (SPEC, "GC").
 *
 * <pre>{@code
 * {"cni.dev/valid-attachments": [{"containerID": "a1b2", "ifname": "eth0"}]}
 * }</pre>
 *
 * <p>libcni also writes the list under {@code cni.dev/attachments}, and its older releases only there. If both are
 * given, an attachment in either of them is in use.
 */
public sealed interface ValidAttachments {

    /** Neither key is there: nothing is known, so nothing may be collected. */
    record Unknown() implements ValidAttachments {}

    /** Everything that is in use. An empty list, and null too, means that all else is stale. */
    record Listed(Set<Entry> entries) implements ValidAttachments {

        public Listed {
            entries = Set.copyOf(entries);
        }

        public boolean contains(String containerId, String ifName) {
            return entries.contains(new Entry(containerId, ifName));
        }
    }

    /** One attachment in use. */
    record Entry(String containerId, String ifName) {}

    /** The keys that runtimes use. */
    List<String> KEYS = List.of("cni.dev/valid-attachments", "cni.dev/attachments");

    /**
     * Reads the list of a configuration.
     *
     * @throws CniException code 7 if an entry is not understood: collecting what it stands for would cut off a pod
     */
    static ValidAttachments of(Json.Obj document) {
        if (!document.has(KEYS.get(0)) && !document.has(KEYS.get(1))) {
            return new Unknown();
        }
        Settings settings = Settings.of(document);
        Set<Entry> entries = new LinkedHashSet<>();
        for (String key : KEYS) {
            for (Settings entry : settings.objects(key)) {
                entries.add(entry(entry));
            }
        }
        settings.throwIfFaulty();
        return new Listed(entries);
    }

    private static Entry entry(Settings settings) {
        return new Entry(required(settings, "containerID"), required(settings, "ifname"));
    }

    private static String required(Settings settings, String key) {
        if (!settings.isSet(key)) {
            settings.missing(key);
        }
        return settings.text(key, "");
    }
}
