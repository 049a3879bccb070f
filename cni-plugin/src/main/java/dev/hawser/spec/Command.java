package dev.hawser.spec;

import java.util.Optional;

/** What a runtime may ask of a plugin: the values of CNI_COMMAND (SPEC, "CNI operations"). */
public enum Command {
    ADD(CniVersion.V0_1_0),
    DEL(CniVersion.V0_1_0),
    CHECK(CniVersion.V0_4_0),
    GC(CniVersion.V1_1_0),
    STATUS(CniVersion.V1_1_0),
    VERSION(CniVersion.V0_1_0);

    private final CniVersion since;

    Command(CniVersion since) {
        this.since = since;
    }

    /** The first version of the specification whose configurations allow this command. */
    public CniVersion since() {
        return since;
    }

    /** The command of this name; upper case only. */
    public static Optional<Command> parse(String text) {
        for (Command command : values()) {
            if (command.name().equals(text)) {
                return Optional.of(command);
            }
        }
        return Optional.empty();
    }

    /** Whether it is about one interface of one container, and so needs CNI_CONTAINERID and CNI_IFNAME. */
    public boolean concernsAttachment() {
        return this == ADD || this == DEL || this == CHECK;
    }

    /** Whether it cannot do without the container's network namespace. DEL can: the pod may be gone. */
    public boolean needsNetns() {
        return this == ADD || this == CHECK;
    }
}
