package dev.hawser.plugin.bandwidth;

import dev.hawser.attach.ReferenceNames;
import dev.hawser.kernel.Alias;
import dev.hawser.kernel.Attachment;
import dev.hawser.kernel.Kernel;
import dev.hawser.kernel.Link;
import dev.hawser.kernel.MacAddress;
import dev.hawser.kernel.Side;
import java.util.List;
import java.util.Optional;

/**
 * The ifb that a container's egress is shaped by.
 *
 * <p>The reference plugin names it after network and container, and knows it by that alone. The second interface of a container
 * on the same network would get the same one; here it gets a name of its own, and the alias says whose each is.
 *
 * @param name {@code bwp} and 12 hex digits
 * @param there the link, if it exists and is this attachment's
 */
record Ifb(String name, Optional<Link> there) {

    static final String KIND = "ifb";

    private static final int DIGITS = 12;

    /** Of a MAC, whose other bits {@link MacAddress#locallyAdministered} sets. */
    private static final int MAC_DIGITS = 12;

    /**
     * The ifb of this attachment, or the name that one can have.
     *
     * @param redirects where what comes from the container is redirected to: the reference's has no alias, but is in use
     */
    static Ifb of(Kernel kernel, Attachment owner, List<Integer> redirects) {
        for (String name : names(owner)) {
            Optional<Link> link = kernel.link(Side.HOST, name);
            if (link.isEmpty() || isOf(owner, link.get(), redirects)) {
                return new Ifb(name, link);
            }
        }
        return new Ifb(names(owner).getLast(), Optional.empty());
    }

    private static boolean isOf(Attachment owner, Link link, List<Integer> redirects) {
        return link.is(KIND)
                && (saysOwner(owner, link) || (link.alias().isEmpty() && redirects.contains(link.index())));
    }

    /** Those that DEL may remove. One without an alias is the reference's, or that of an ADD that was killed. */
    static List<Link> remains(Kernel kernel, Attachment owner) {
        return names(owner).stream()
                .flatMap(name -> kernel.link(Side.HOST, name).stream())
                .filter(link -> link.is(KIND))
                .filter(link -> link.alias().isEmpty() || saysOwner(owner, link))
                .toList();
    }

    private static boolean saysOwner(Attachment owner, Link link) {
        return Alias.parse(link.alias())
                .filter(alias -> alias.attachment().abbreviated().equals(owner.abbreviated()))
                .isPresent();
    }

    /** The reference's name, and the one for when another attachment has that. */
    static List<String> names(Attachment owner) {
        String shared = owner.network() + owner.containerId();
        return List.of(name(shared), name(shared + "/" + owner.ifName()));
    }

    private static String name(String text) {
        return "bwp" + ReferenceNames.digest(text, DIGITS);
    }

    /** The MAC of a new one: explicit, so that udev does not rewrite it. */
    static MacAddress mac(Attachment owner) {
        return MacAddress.locallyAdministered(Long.parseLong(ReferenceNames.digest("mac/" + owner, MAC_DIGITS), 16));
    }
}
