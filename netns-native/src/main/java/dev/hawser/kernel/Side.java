package dev.hawser.kernel;

/** The two network namespaces that an attachment joins. */
public enum Side {
    /** The node's: where the bridge is and where the runtime executed us. */
    HOST,
    /** The container's: the one that CNI_NETNS names. */
    POD
}
