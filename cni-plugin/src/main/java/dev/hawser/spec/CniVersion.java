package dev.hawser.spec;

import java.util.List;
import java.util.Optional;

/** The versions of the CNI specification, oldest first. */
public enum CniVersion {
    V0_1_0("0.1.0"),
    V0_2_0("0.2.0"),
    V0_3_0("0.3.0"),
    V0_3_1("0.3.1"),
    V0_4_0("0.4.0"),
    V1_0_0("1.0.0"),
    V1_1_0("1.1.0");

    /** Every version, oldest first: what a plugin supports that has no reason to support less. */
    public static final List<CniVersion> ALL = List.of(values());

    /** What a configuration without {@code cniVersion} is taken for, as Go's {@code create.DecodeVersion} does. */
    public static final CniVersion IF_UNSTATED = V0_1_0;

    private final String text;

    CniVersion(String text) {
        this.text = text;
    }

    /** As a configuration spells it: {@code 1.0.0}. */
    public String text() {
        return text;
    }

    /** The version spelled exactly so; not even a leading zero is forgiven. */
    public static Optional<CniVersion> parse(String text) {
        for (CniVersion version : ALL) {
            if (version.text.equals(text)) {
                return Optional.of(version);
            }
        }
        return Optional.empty();
    }

    /** This version and every newer one, oldest first. */
    public List<CniVersion> andNewer() {
        return ALL.subList(ALL.indexOf(this), ALL.size());
    }

    /** Whether this version is {@code other} or newer. */
    public boolean atLeast(CniVersion other) {
        return compareTo(other) >= 0;
    }

    /** The versions whose results look alike, so that one may stand in for the other in a prevResult. */
    List<CniVersion> resultFamily() {
        if (atLeast(V1_0_0)) {
            return List.of(V1_0_0, V1_1_0);
        }
        return atLeast(V0_3_0) ? List.of(V0_3_0, V0_3_1, V0_4_0) : List.of(V0_1_0, V0_2_0);
    }

    @Override
    public String toString() {
        return text;
    }
}
