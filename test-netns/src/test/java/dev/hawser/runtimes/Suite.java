package dev.hawser.runtimes;

/** Whose executables a runtime finds in its CNI bin directory. */
enum Suite {
    HAWSER,
    REFERENCE;

    Suite other() {
        return this == HAWSER ? REFERENCE : HAWSER;
    }
}
