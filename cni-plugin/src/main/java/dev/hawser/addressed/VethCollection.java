package dev.hawser.addressed;

import dev.hawser.kernel.Alias;
import dev.hawser.kernel.Kernel;
import dev.hawser.kernel.LinkChange;
import dev.hawser.kernel.Side;
import dev.hawser.masquerade.MasqueradeRemoval;
import dev.hawser.run.Cleanup;
import dev.hawser.run.ValidOwners;

/** GC of veth pairs and masquerades: what of a network belongs to no valid attachment goes, links first. */
public final class VethCollection {

    private VethCollection() {}

    /** Removes them. */
    public static void run(Kernel kernel, String network, ValidOwners owners, Cleanup cleanup) {
        cleanup.attempt(() -> collectLinks(kernel, owners, cleanup));
        new MasqueradeRemoval(kernel, cleanup).collect(network, owners);
    }

    /** Our links say in their alias whose they are. */
    private static void collectLinks(Kernel kernel, ValidOwners owners, Cleanup cleanup) {
        kernel.links(Side.HOST).stream()
                .filter(link -> link.is("veth"))
                .filter(link -> Alias.parse(link.alias())
                        .filter(alias -> owners.isStale(alias.attachment()))
                        .isPresent())
                .forEach(
                        link -> cleanup.attempt(() -> kernel.apply(Side.HOST, new LinkChange.DeleteLink(link.name()))));
    }
}
