package dev.hawser.kernel;

import dev.hawser.ip.Cidr;

/**
 * A rule of the routing policy (ip-rule(8)): what comes from these addresses asks this table first. Its priority is the
 * kernel's choice: before all rules that are there, apart from the one of table local.
 *
 * @param source {@code 0.0.0.0/0} and {@code ::/0} are all of a family
 * @param table an unsigned number
 */
public record PolicyRule(Cidr source, int table) {

    public PolicyRule {
        source = source.network();
    }

    /** In the words of ip-rule(8): {@code from 10.1.2.5/32 lookup 100}. */
    @Override
    public String toString() {
        return "from " + source + " lookup " + Integer.toUnsignedString(table);
    }
}
