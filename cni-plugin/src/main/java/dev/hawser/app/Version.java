package dev.hawser.app;

/** Which Hawser this is. */
public final class Version {

    /** As in the root pom; VersionTest holds the two together. */
    public static final String TEXT = "0.1.0";

    private Version() {}
}
