package dev.hawser.addressing;

import dev.hawser.ip.Cidr;
import dev.hawser.run.Call;
import dev.hawser.run.Cleanup;
import dev.hawser.run.Node;
import dev.hawser.run.Plugin;
import dev.hawser.run.Transaction;
import dev.hawser.spec.CniException;
import dev.hawser.spec.CniResult;
import dev.hawser.spec.ErrorCode;
import dev.hawser.spec.Settings;
import dev.hawser.spec.ValidAttachments;
import java.util.List;

/** Where the addresses of one attachment come from. A result of it has addresses, routes and DNS, and no interfaces. */
public sealed interface AddressSource
        permits PoolAddresses, StaticAddresses, DhcpAddresses, DelegatedAddresses, NoAddresses, MeasuredAddresses {

    /** The type of the pool that runs in this process. */
    String POOL_TYPE = "host-local";

    /** The type of the fixed list that runs in this process. */
    String STATIC_TYPE = "static";

    /** The type of the client that runs in this process. */
    String DHCP_TYPE = "dhcp";

    /**
     * Reads the {@code ipam} part of the call's configuration; none, or one without a type, means no addresses.
     *
     * @param settings the configuration; takes the faults
     */
    static AddressSource configure(Call call, Settings settings) {
        return ofType(Plugin.typeOf(settings.section("ipam").text("type", "")), call, settings);
    }

    /** As {@link #configure}, with a type that is known from elsewhere; an empty one means no addresses. */
    static AddressSource ofType(String type, Call call, Settings settings) {
        return switch (type) {
            case "" -> new NoAddresses();
            case POOL_TYPE -> new MeasuredAddresses(PoolAddresses.of(call, settings));
            case STATIC_TYPE -> StaticAddresses.of(call, settings);
            case DHCP_TYPE -> new MeasuredAddresses(DhcpAddresses.of(call, settings));
            default -> new MeasuredAddresses(DelegatedAddresses.of(call, type, settings));
        };
    }

    /** Whether there are none by intention: the network is a layer 2 one. */
    default boolean isNone() {
        return this instanceof NoAddresses;
    }

    /**
     * Whether addresses come over the container's link: {@link #lease} then wants it to exist, with its peer or master up, and
     * sets it up itself; and {@link #release} wants it not to be gone yet. Otherwise a lease comes before any link, and a
     * release after.
     */
    default boolean needsLink() {
        return false;
    }

    /** Takes addresses for the attachment; {@code transaction} gives them back if the ADD fails later. */
    CniResult lease(Node node, Transaction transaction);

    /**
     * Takes addresses for the attachment's link: at least one, unless there are none by intention.
     *
     * @throws CniException if there is none
     */
    default CniResult leaseForLink(Node node, Transaction transaction) {
        CniResult leased = lease(node, transaction);
        if (leased.ips().isEmpty() && !isNone()) {
            throw new CniException(ErrorCode.INTERNAL, "IPAM plugin returned missing IP config");
        }
        return leased;
    }

    /** The addresses that {@link #lease} would probably take, taking nothing. */
    CniResult preview(Node node);

    /** The addresses that the attachment holds now, as far as this source knows them and their subnets. */
    List<Cidr> held(Node node);

    /** Gives back whatever the attachment holds. */
    void release(Node node, Cleanup cleanup);

    /**
     * Looks whether the attachment still holds its addresses.
     *
     * @throws CniException if it does not
     */
    void check(Node node);

    /** Gives back what is held for attachments that are not valid. */
    void collect(Node node, ValidAttachments.Listed valid, Cleanup cleanup);

    /**
     * Says whether addresses can be leased. That a pool is exhausted is not said here, but by ADD: it would evict every pod
     * of the node.
     *
     * @throws CniException if they cannot
     */
    void status(Node node);
}
