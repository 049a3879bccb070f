package dev.hawser.bench;

/** What can be measured; each makes one or more rows of the table. */
enum Row {
    /** VERSION: the least that a call can be. */
    version,
    /** ADD and DEL, one after another. */
    serial,
    /** The same with ipMasq. */
    masquerade,
    /** A chain of bridge, portmap, firewall, bandwidth and tuning, and the same by one plugin. */
    chain,
    /** Publishing a port, and connecting through it, with few and with many ports published. */
    ports,
    /** ADD and DEL with ever more leases in the pool. */
    leases,
    /** ADD and DEL with ever more attachments on the bridge. */
    attachments,
    /** Many ADDs at once, and many DELs at once. */
    parallel,
    /** VERSION, ADD and DEL without a helper. */
    cold
}
