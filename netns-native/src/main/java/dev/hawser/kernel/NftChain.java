package dev.hawser.kernel;

/**
 * A chain of nf_tables.
 *
 * @param family as nft(8) writes it: {@code ip}, {@code ip6}, {@code inet}, {@code bridge}
 * @param table the table's name
 * @param chain the chain's name
 */
public record NftChain(String family, String table, String chain) {

    @Override
    public String toString() {
        return family + " " + table + " " + chain;
    }

    /**
     * A rule of a chain, as far as it matters for finding whose it is.
     *
     * @param handle its number in its table
     * @param comment its comment, empty if there is none
     */
    public record Rule(long handle, String comment) {}
}
