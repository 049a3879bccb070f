package dev.hawser.cri;

/**
 * A port of the node, at all its addresses, that leads to a pod.
 *
 * @param hostPort on the node
 * @param containerPort in the pod
 */
public record PublishedPort(Transport transport, int hostPort, int containerPort) {

    /** What has ports. */
    public enum Transport {
        TCP,
        UDP
    }

    /** The usual one. */
    public static PublishedPort tcp(int hostPort, int containerPort) {
        return new PublishedPort(Transport.TCP, hostPort, containerPort);
    }
}
