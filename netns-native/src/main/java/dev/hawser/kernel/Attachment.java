package dev.hawser.kernel;

/**
 * Whose a kernel object is: one interface of one container on one network. Written into the ifalias of a link and the
 * comment of a set element, so that GC finds them without any other state, and a person reading {@code ip link} or
 * {@code nft list ruleset} knows whom to ask.
 *
 * @param network the name of the network
 * @param containerId the runtime's id of the container
 * @param ifName the name of the interface inside the container
 */
public record Attachment(String network, String containerId, String ifName) {

    /** {@code network/containerId/ifName}: none of the three may hold a slash (SPEC, "Parameters"). */
    @Override
    public String toString() {
        return network + "/" + containerId + "/" + ifName;
    }
}
