package dev.hawser.cri;

/**
 * A pod that the runtime knows.
 *
 * @param id the sandbox's id, which CNI plugins see as CNI_CONTAINERID
 * @param namespace in Kubernetes' sense
 * @param name in its namespace
 * @param ready whether it runs; a stopped pod is known until it is removed
 */
public record Pod(String id, String namespace, String name, boolean ready) {}
