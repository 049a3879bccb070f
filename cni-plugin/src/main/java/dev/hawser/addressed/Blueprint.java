package dev.hawser.addressed;

import dev.hawser.attach.ContainerCheck;
import dev.hawser.attach.ContainerLink;
import dev.hawser.kernel.Kernel;
import dev.hawser.kernel.Link;
import dev.hawser.run.Node;
import dev.hawser.spec.CniException;
import dev.hawser.spec.CniResult;
import java.util.Optional;

/** What the link of one plugin has that the links of others have not, as its configuration says. */
public interface Blueprint {

    /** IFLA_INFO_KIND of the container's link. */
    String kind();

    /** What is done to the container's link once it is there. */
    ContainerLink containerLink();

    /**
     * What an ADD does, but for the addresses. Touches nothing.
     *
     * @param previous what the plugins before this one in a chain have answered
     * @throws CniException if the node, or {@code previous}, is not what the configuration needs
     */
    Draft draft(Kernel kernel, Optional<CniResult> previous);

    /** Looks whether the container's link is still what was made; what is not goes into {@code check}. */
    void check(ContainerCheck check, Link link, Kernel kernel);

    /**
     * Says whether {@link #draft} can succeed.
     *
     * @throws CniException with code 50 or 51 if it cannot
     */
    void status(Node node);
}
