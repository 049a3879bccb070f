package dev.hawser.addressed;

import dev.hawser.attach.ContainerCheck;
import dev.hawser.kernel.Kernel;
import dev.hawser.kernel.Link;
import dev.hawser.kernel.LinkKind;
import dev.hawser.kernel.MacAddress;
import dev.hawser.kernel.Side;
import dev.hawser.run.Node;
import dev.hawser.spec.CniException;
import dev.hawser.spec.ErrorCode;
import dev.hawser.spec.Settings;
import java.util.Optional;
import java.util.OptionalInt;

/**
 * The keys {@code master} and {@code linkInContainer}: the link that the container's is a view on.
 *
 * @param name its name, if the configuration says it
 * @param side where it is
 */
public record Master(Optional<String> name, Side side) {

    /** Reads the two keys; that there is no name is no fault yet. */
    public static Master of(Settings settings) {
        return new Master(settings.text("master"), settings.flag("linkInContainer") ? Side.POD : Side.HOST);
    }

    /** The same, with this name if it has none. */
    public Master orNamed(Optional<String> other) {
        return new Master(name.or(() -> other), side);
    }

    /**
     * The master, or without a name the link that the default route leads through.
     *
     * @throws CniException if there is no such link
     */
    public Link find(Kernel kernel) {
        String link = name.or(() -> kernel.defaultRouteLink(side)).orElseThrow(Master::noDefault);
        return kernel.link(side, link)
                .orElseThrow(() -> new CniException(ErrorCode.INVALID_NETWORK_CONFIG, noSuch(link)));
    }

    private static CniException noDefault() {
        return new CniException(
                ErrorCode.INVALID_NETWORK_CONFIG,
                "master: no default route interface found",
                "the link is not named, and there is no default route to tell it by: set master");
    }

    private String noSuch(String link) {
        return "master: there is no link \"" + link + "\" " + (side == Side.HOST ? "on the host" : "in the container");
    }

    /**
     * Looks whether what is made on this master may have this MTU.
     *
     * @throws CniException if the master's is smaller
     */
    public static void requireMtu(OptionalInt mtuBytes, Link master) {
        if (mtuBytes.orElse(0) > master.mtuBytes()) {
            throw new CniException(
                    ErrorCode.INVALID_NETWORK_CONFIG,
                    "mtu: invalid MTU " + mtuBytes.orElse(0) + ", must be [0, master MTU(" + master.mtuBytes() + ")]",
                    "the master is " + master.name());
        }
    }

    /** The MAC of a link that has its master's, as a result says it. */
    public static String macOf(Link master) {
        return master.mac().map(MacAddress::toString).orElse("");
    }

    /** Looks whether the link is of this kind and its mode or id, and on its master. */
    public void check(ContainerCheck check, Link link, LinkKind kind, Kernel kernel) {
        if (!link.setting().equals(kind.setting())) {
            check.missing(link.name() + " is not \"" + kind.words() + "\" any more");
        }
        name.ifPresent(master -> checkName(check, link, kernel.link(side, master), master));
    }

    private void checkName(ContainerCheck check, Link link, Optional<Link> master, String wanted) {
        if (master.isEmpty()) {
            check.missing(noSuch(wanted));
        } else if (link.peer().orElse(0) != master.get().index()) {
            check.missing(link.name() + " is not on " + wanted + " any more");
        }
    }

    /**
     * Says whether there is the master that is named; one in a container cannot be looked at.
     *
     * @throws CniException with code 50 if there is not
     */
    public void status(Node node) {
        if (name.isEmpty() || side == Side.POD) {
            return;
        }
        try (Kernel kernel = node.namespaces().host()) {
            if (kernel.link(side, name.get()).isEmpty()) {
                throw new CniException(
                        ErrorCode.PLUGIN_NOT_AVAILABLE,
                        noSuch(name.get()),
                        "set master to a link of this node, or wait until it is there");
            }
        }
    }
}
