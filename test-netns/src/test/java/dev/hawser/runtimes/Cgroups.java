package dev.hawser.runtimes;

/** A control group of one test's own, in every hierarchy, below which a runtime puts its containers. */
record Cgroups(String parent) {

    static Cgroups create() {
        return new Cgroups("/" + Names.unique("hawser-"));
    }

    /** Removes what a runtime leaves: empty groups, in any hierarchy of version 1 or 2. */
    void remove() {
        String pattern = "/sys/fs/cgroup/*" + parent.substring(1);
        Command.of(
                        "find",
                        "/sys/fs/cgroup",
                        "-depth",
                        "-type",
                        "d",
                        "(",
                        "-path",
                        pattern,
                        "-o",
                        "-path",
                        pattern + "/*",
                        ")",
                        "-delete")
                .run();
    }
}
