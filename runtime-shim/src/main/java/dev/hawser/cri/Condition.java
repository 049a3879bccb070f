package dev.hawser.cri;

/**
 * One of the runtime's own claims about its health; kubelet looks at {@code RuntimeReady} and {@code NetworkReady}.
 *
 * @param type of the condition
 * @param holds whether it is met
 * @param message what the runtime says when it is not, else empty
 */
public record Condition(String type, boolean holds, String message) {

    /** The runtime can start pods. */
    public static final String RUNTIME_READY = "RuntimeReady";

    /** The runtime has found a network configuration, and its plugins answer STATUS well. */
    public static final String NETWORK_READY = "NetworkReady";
}
