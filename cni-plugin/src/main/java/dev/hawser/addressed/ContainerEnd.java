package dev.hawser.addressed;

import dev.hawser.kernel.Kernel;
import dev.hawser.kernel.Link;
import dev.hawser.kernel.LinkChange;
import dev.hawser.kernel.Side;
import dev.hawser.run.Call;
import dev.hawser.run.Node;
import java.util.Optional;

/** The link in the container, when it is to go. */
final class ContainerEnd {

    private ContainerEnd() {}

    /** The link that has the attachment's name, if it is of the kind that was made. Another one has come since: it is not ours. */
    static Optional<Link> find(Call call, Kernel kernel, String kind, Node node) {
        Optional<Link> link = kernel.link(Side.POD, call.ifName());
        if (link.isPresent() && !link.get().is(kind)) {
            node.log()
                    .accept("DEL leaves " + call.ifName() + " in " + call.netns() + " alone: it is a "
                            + link.get().kind().orElse("physical device") + ", not the " + kind + " that ADD made");
        }
        return link.filter(found -> found.is(kind));
    }

    static void remove(Call call, Kernel kernel, String kind, Node node) {
        find(call, kernel, kind, node)
                .ifPresent(link -> kernel.apply(Side.POD, new LinkChange.DeleteLink(link.name())));
    }
}
