package dev.hawser.cri;

/**
 * Who answers, as in {@code containerd 1.6.20 speaks v1}.
 *
 * @param name of the runtime: {@code containerd}, {@code cri-o}
 * @param version of the runtime
 * @param apiVersion of the CRI that it speaks
 */
public record RuntimeVersion(String name, String version, String apiVersion) {}
