package dev.hawser.app;

/** Which Hawser this is. */
final class Version {

    /** As in the root pom; VersionTest holds the two together. */
    static final String TEXT = "0.1.0";

    private Version() {}
}
