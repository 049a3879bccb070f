package dev.hawser.cri;

import java.util.List;
import java.util.Map;

/**
 * A pod to be started.
 *
 * @param namespace in Kubernetes' sense
 * @param name unique in its namespace
 * @param uid unique on the node; a runtime refuses a second pod with the same namespace, name and uid
 * @param cgroupParent cgroupfs path below which its cgroups go, as {@code /kubepods}; empty leaves it to the runtime
 * @param ports what the node publishes, for plugins with the capability {@code portMappings}
 * @param annotations of which a runtime reads {@code kubernetes.io/ingress-bandwidth} and {@code egress-bandwidth}, for plugins
 *     with the capability {@code bandwidth}: {@code 8M} is 8,000,000 bits in a second
 */
public record PodSpec(
        String namespace,
        String name,
        String uid,
        String cgroupParent,
        List<PublishedPort> ports,
        Map<String, String> annotations) {

    public PodSpec {
        ports = List.copyOf(ports);
        annotations = Map.copyOf(annotations);
    }

    /** A pod that publishes nothing and has no limits. */
    public PodSpec(String namespace, String name, String uid, String cgroupParent) {
        this(namespace, name, uid, cgroupParent, List.of(), Map.of());
    }
}
