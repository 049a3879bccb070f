package dev.hawser.cri;

import java.util.List;

/**
 * A container to be created in a pod.
 *
 * @param name unique in its pod
 * @param image which the runtime has already
 * @param command program and arguments
 */
public record ContainerSpec(String name, String image, List<String> command) {

    public ContainerSpec {
        command = List.copyOf(command);
    }
}
