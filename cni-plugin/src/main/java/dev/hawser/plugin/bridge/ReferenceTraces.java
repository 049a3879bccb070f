package dev.hawser.plugin.bridge;

import dev.hawser.kernel.Attachment;
import dev.hawser.kernel.FirewallChange;
import dev.hawser.kernel.Kernel;
import dev.hawser.kernel.NftChain;
import dev.hawser.kernel.Side;
import dev.hawser.run.Cleanup;
import java.net.InetAddress;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.Collection;
import java.util.HexFormat;
import java.util.List;

/**
 * What the reference bridge plugin left in the node's firewall for an attachment, so that pods which it made are taken down
 * without a trace. Everything is first looked up by name, which runs no process; most nodes have none of it.
 */
final class ReferenceTraces {

    private static final NftChain MASQUERADES = new NftChain("inet", "cni_plugins_masquerade", "masq_checks");
    private static final NftChain BRIDGE_PREROUTING = new NftChain("bridge", "nat", "PREROUTING");
    private static final int COMMENT_DIGITS = 16;

    private final Kernel kernel;
    private final Attachment attachment;
    private final Cleanup cleanup;

    ReferenceTraces(Kernel kernel, Attachment attachment, Cleanup cleanup) {
        this.kernel = kernel;
        this.attachment = attachment;
        this.cleanup = cleanup;
    }

    /**
     * Removes this attachment's rules from its iptables chain, whoever made them.
     *
     * @param addresses of the interface; none means that the whole container is gone
     */
    void removeIptables(Collection<InetAddress> addresses) {
        for (boolean ipv4 : List.of(true, false)) {
            cleanup.attempt(() -> removeIptables(ipv4, addresses));
        }
    }

    private void removeIptables(boolean ipv4, Collection<InetAddress> addresses) {
        if (!kernel.hasChain(IptablesMasquerade.nftChain(attachment, ipv4))) {
            return;
        }
        List<String> lines =
                IptablesMasquerade.removal(attachment, addresses, kernel.iptables(ipv4, IptablesMasquerade.NAT));
        if (!lines.isEmpty()) {
            kernel.apply(Side.HOST, new FirewallChange.RestoreIptables(ipv4, IptablesMasquerade.NAT, lines));
        }
    }

    /** Removes the rules of the reference's nftables backend, which it marks with a comment of two hashes. */
    void removeNftables() {
        String comment =
                shortHash(attachment.network()) + "-" + shortHash(attachment.ifName() + ":" + attachment.containerId());
        cleanup.attempt(() -> removeRules(MASQUERADES, comment));
    }

    /** Removes the chains that keep the container from using another MAC. */
    void removeMacGuard() {
        String name = attachment.containerId() + "-" + attachment.ifName();
        NftChain chain = new NftChain("bridge", "nat", "cni-br-iface-" + name);
        NftChain macChain = new NftChain("bridge", "nat", "cni-br-iface-" + name + "-mac");
        cleanup.attempt(() -> {
            if (kernel.hasChain(chain)) {
                removeRules(BRIDGE_PREROUTING, "macspoofchk-" + name);
                kernel.apply(Side.HOST, new FirewallChange.DeleteNftChain(chain));
                kernel.apply(Side.HOST, new FirewallChange.DeleteNftChain(macChain));
            }
        });
    }

    private void removeRules(NftChain chain, String comment) {
        for (NftChain.Rule rule : kernel.rules(chain)) {
            if (rule.comment().equals(comment) || rule.comment().startsWith(comment + ",")) {
                kernel.apply(Side.HOST, new FirewallChange.DeleteNftRule(chain, rule.handle()));
            }
        }
    }

    private static String shortHash(String text) {
        return sha512(text).substring(0, COMMENT_DIGITS);
    }

    /** SHA-512 of the text in hex, as the reference derives its names. */
    static String sha512(String text) {
        try {
            byte[] digest = MessageDigest.getInstance("SHA-512").digest(text.getBytes(StandardCharsets.UTF_8));
            return HexFormat.of().formatHex(digest);
        } catch (NoSuchAlgorithmException e) {
            throw new AssertionError("every Java platform has SHA-512", e);
        }
    }
}
