package dev.hawser.addressed;

import dev.hawser.attach.ContainerCheck;
import dev.hawser.kernel.Kernel;
import dev.hawser.kernel.Link;
import dev.hawser.kernel.LinkKind;
import dev.hawser.run.Node;

/** The blueprint of a link that is a view on another one, its master. */
public interface MasterBlueprint extends Blueprint {

    /** The other link. */
    Master master();

    /** What the container's link is, if its master has this name. */
    LinkKind kindOn(String master);

    @Override
    default String kind() {
        return kindOn("").name();
    }

    @Override
    default void check(ContainerCheck check, Link link, Kernel kernel) {
        master().check(check, link, kindOn(""), kernel);
    }

    @Override
    default void status(Node node) {
        master().status(node);
    }
}
