package dev.hawser.cri;

/**
 * A pod to be started.
 *
 * @param namespace in Kubernetes' sense
 * @param name unique in its namespace
 * @param uid unique on the node; a runtime refuses a second pod with the same namespace, name and uid
 * @param cgroupParent cgroupfs path below which its cgroups go, as {@code /kubepods}; empty leaves it to the runtime
 */
public record PodSpec(String namespace, String name, String uid, String cgroupParent) {}
