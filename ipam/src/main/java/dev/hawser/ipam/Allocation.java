package dev.hawser.ipam;

import dev.hawser.ip.Cidr;
import java.net.InetAddress;

/**
 * What a container gets from one range set.
 *
 * @param address the leased address, with the prefix length of its subnet
 * @param gateway the gateway of the range that the address is from
 */
public record Allocation(Cidr address, InetAddress gateway) {}
