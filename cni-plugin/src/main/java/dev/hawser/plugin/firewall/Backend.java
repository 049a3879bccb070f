package dev.hawser.plugin.firewall;

import dev.hawser.kernel.Kernel;
import dev.hawser.run.Node;
import dev.hawser.spec.CniException;
import dev.hawser.spec.ErrorCode;
import java.util.Arrays;
import java.util.Locale;
import java.util.Optional;

/** What lets pods through. */
enum Backend {
    NFTABLES,
    IPTABLES,
    FIREWALLD;

    /** The backend that a configuration spells so. */
    static Optional<Backend> named(String text) {
        return Arrays.stream(values())
                .filter(backend -> backend.text().equals(text))
                .findFirst();
    }

    private String text() {
        return name().toLowerCase(Locale.ROOT);
    }

    /** The one that is named; else firewalld if it runs, nftables if all filters of this node are its, and iptables. */
    static Backend of(FirewallConf conf, Kernel kernel, Node node) {
        return conf.backend().orElseGet(() -> choose(kernel, node));
    }

    private static Backend choose(Kernel kernel, Node node) {
        boolean hasNftables = kernel.hasNftables();
        if ((!hasNftables || FirewalldSources.mayRun(kernel, node)) && FirewalldSources.isRunning(node)) {
            return FIREWALLD;
        }
        return hasNftables && !kernel.usesLegacyIptables() ? NFTABLES : IPTABLES;
    }

    /**
     * Whether ADD can succeed by this one.
     *
     * @throws CniException code 50 if not
     */
    void requireUsable(Kernel kernel, Node node) {
        switch (this) {
            case NFTABLES ->
                require(kernel.hasNftables(), "the kernel's nf_tables, and nft: install the package nftables");
            case IPTABLES -> require(kernel.hasIptables(true), "iptables-restore: install the package iptables");
            case FIREWALLD -> require(FirewalldSources.isRunning(node), "firewalld, which does not answer at D-Bus");
        }
    }

    private void require(boolean usable, String what) {
        if (!usable) {
            throw new CniException(
                    ErrorCode.PLUGIN_NOT_AVAILABLE, "backend: \"" + text() + "\" cannot work: it needs " + what);
        }
    }
}
