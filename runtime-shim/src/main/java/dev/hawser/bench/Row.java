package dev.hawser.bench;

/** What can be measured; each makes one or more rows of the table. */
enum Row {
    /** VERSION: the least that a call can be. */
    version,
    /** ADD and DEL, one after another. */
    serial,
    /** The same with ipMasq. */
    masquerade,
    /** The same with ever more leases in the pool. */
    leases,
    /** The same with ever more attachments on the bridge. */
    attachments,
    /** Many ADDs at once, and many DELs at once. */
    parallel,
    /** VERSION, ADD and DEL without a helper. */
    cold
}
