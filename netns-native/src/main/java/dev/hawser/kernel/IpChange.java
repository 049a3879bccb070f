package dev.hawser.kernel;

import dev.hawser.ip.Cidr;

/** A change of the addresses and routes of a link: {@code ip address}, {@code ip route}. */
public sealed interface IpChange extends Change {

    /**
     * The link has this address; IPv4 ones get the broadcast address of their network if their prefix is shorter than
     * 31 bits.
     *
     * @param onLink whether the rest of its subnet is on the link: if not, there is no route to that (IFA_F_NOPREFIXROUTE)
     */
    record AddAddress(String link, Cidr address, boolean onLink) implements IpChange {

        /** An address whose subnet is on the link. */
        public AddAddress(String link, Cidr address) {
            this(link, address, true);
        }

        @Override
        public String words() {
            return "ip address add " + address + " dev " + link + (onLink ? "" : " noprefixroute");
        }
    }

    /** The link has not this address. */
    record DeleteAddress(String link, Cidr address) implements IpChange {
        @Override
        public String words() {
            return "ip address delete " + address + " dev " + link;
        }
    }

    /**
     * No IPv6 address of the link is tentative any more; waits for it at most {@code timeoutMillis}. A duplicate that
     * was found meanwhile (IFA_F_DADFAILED) is an error.
     */
    record AwaitAddresses(String link, int timeoutMillis) implements IpChange {
        @Override
        public String words() {
            return "ip address show tentative dev " + link + "  # wait until none, at most " + timeoutMillis + " ms";
        }
    }

    /** This route leads through the link. */
    record AddRoute(String link, Route route) implements IpChange {
        @Override
        public String words() {
            return "ip route add " + route + " dev " + link;
        }
    }

    /** The routing policy has this rule. */
    record AddRule(PolicyRule rule) implements IpChange {
        @Override
        public String words() {
            return "ip rule add " + rule;
        }
    }

    /** The routing policy has not this rule. */
    record DeleteRule(PolicyRule rule) implements IpChange {
        @Override
        public String words() {
            return "ip rule delete " + rule;
        }
    }

    /** This route does not lead through the link. */
    record DeleteRoute(String link, Route route) implements IpChange {
        @Override
        public String words() {
            return "ip route delete " + route + " dev " + link;
        }
    }
}
