package dev.hawser.kernel;

import dev.hawser.ip.Cidr;
import dev.hawser.ip.IpMath;
import java.net.InetAddress;
import java.util.Optional;
import java.util.OptionalInt;

/**
 * A route through a link (ip-route(8)). An absent number is left to the kernel.
 *
 * @param destination where to; {@code 0.0.0.0/0} and {@code ::/0} are the default routes
 * @param gateway the next hop; none means that the destination is on the link
 * @param priority the metric
 * @param table the routing table; main (254) if absent
 * @param scope rtm_scope; if absent {@code universe} with a gateway, {@code link} without
 * @param mtuBytes RTAX_MTU
 * @param advertisedMssBytes RTAX_ADVMSS
 * @param source RTA_PREFSRC: which address of ours packets get that have none yet
 */
public record Route(
        Cidr destination,
        Optional<InetAddress> gateway,
        OptionalInt priority,
        OptionalInt table,
        OptionalInt scope,
        OptionalInt mtuBytes,
        OptionalInt advertisedMssBytes,
        Optional<InetAddress> source) {

    /** RT_TABLE_MAIN of linux/rtnetlink.h. */
    public static final int MAIN_TABLE = 254;

    public Route {
        destination = destination.network();
    }

    /** A route that leaves the source to the kernel. */
    public Route(
            Cidr destination,
            Optional<InetAddress> gateway,
            OptionalInt priority,
            OptionalInt table,
            OptionalInt scope,
            OptionalInt mtuBytes,
            OptionalInt advertisedMssBytes) {
        this(destination, gateway, priority, table, scope, mtuBytes, advertisedMssBytes, Optional.empty());
    }

    /** A route with nothing but a destination and, perhaps, a gateway. */
    public static Route to(Cidr destination, Optional<InetAddress> gateway) {
        OptionalInt unset = OptionalInt.empty();
        return new Route(destination, gateway, unset, unset, unset, unset, unset);
    }

    /** The same route in another table. */
    public Route inTable(int number) {
        return new Route(
                destination, gateway, priority, OptionalInt.of(number), scope, mtuBytes, advertisedMssBytes, source);
    }

    /** The same route with this source. */
    public Route from(InetAddress address) {
        return new Route(
                destination, gateway, priority, table, scope, mtuBytes, advertisedMssBytes, Optional.of(address));
    }

    /** Whether it is in table main. */
    public boolean isMain() {
        return table.orElse(MAIN_TABLE) == MAIN_TABLE;
    }

    public boolean isDefault() {
        return destination.prefixLength() == 0;
    }

    /** In the words of ip-route(8): {@code 10.0.0.0/8 via 10.1.2.1 metric 5}. */
    @Override
    public String toString() {
        StringBuilder words = new StringBuilder(isDefault() ? "default" : destination.toString());
        gateway.ifPresent(address -> words.append(" via ").append(IpMath.text(address)));
        priority.ifPresent(number -> words.append(" metric ").append(number));
        table.ifPresent(number -> words.append(" table ").append(Integer.toUnsignedString(number)));
        scope.ifPresent(number -> words.append(" scope ").append(number));
        mtuBytes.ifPresent(bytes -> words.append(" mtu ").append(bytes));
        advertisedMssBytes.ifPresent(bytes -> words.append(" advmss ").append(bytes));
        source.ifPresent(address -> words.append(" src ").append(IpMath.text(address)));
        return words.toString();
    }
}
