package dev.hawser.app;

/** Which Hawser this is. */
public final class Version {

    /** As in the root pom; VersionTest holds the two together. */
    public static final String TEXT = "0.1.0";

    /**
     * The release of the reference plugins whose behaviour ours have. Other programs ask an executed plugin for it to find out what
     * it can do: nerdctl uses the {@code firewall}'s {@code ingressPolicy} from 1.1.0 on, and {@code isolated} from 1.7.1 on.
     */
    private static final String REFERENCE = "1.9.1";

    /** What a plugin says it is, a semantic version: ours is metadata of the build, which does not count when two are compared. */
    static final String OF_PLUGINS = "v" + REFERENCE + "+hawser." + TEXT;

    private Version() {}
}
