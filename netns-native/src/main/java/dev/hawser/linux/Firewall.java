package dev.hawser.linux;

import dev.hawser.kernel.Attachment;
import dev.hawser.kernel.Change;
import dev.hawser.kernel.KernelException;
import dev.hawser.kernel.NftChain;
import java.net.InetAddress;
import java.util.List;
import java.util.Optional;

/** nf_tables and iptables of the host: refuses everything so far. */
@SuppressWarnings("DoNotCallSuggester")
final class Firewall {

    private final Namespace host;

    Firewall(Namespace host) {
        this.host = host;
    }

    void apply(Change.AddMasquerade change) {
        throw notBuilt();
    }

    void apply(Change.DeleteMasquerade change) {
        throw notBuilt();
    }

    void apply(Change.AddMacGuard change) {
        throw notBuilt();
    }

    void apply(Change.DeleteMacGuard change) {
        throw notBuilt();
    }

    void apply(Change.DeleteNftRule change) {
        throw notBuilt();
    }

    void apply(Change.DeleteNftChain change) {
        throw notBuilt();
    }

    void apply(Change.RestoreIptables change) {
        throw notBuilt();
    }

    boolean hasNftables() {
        throw notBuilt();
    }

    Optional<Attachment> masqueradeOwner(InetAddress address) {
        throw notBuilt();
    }

    List<Change.AddMasquerade> masquerades() {
        throw notBuilt();
    }

    List<Change.AddMacGuard> macGuards() {
        throw notBuilt();
    }

    List<NftChain.Rule> rules(NftChain chain) {
        throw notBuilt();
    }

    boolean hasChain(NftChain chain) {
        throw notBuilt();
    }

    List<String> iptables(boolean ipv4, String table) {
        throw notBuilt();
    }

    private KernelException notBuilt() {
        return new KernelException("netfilter in " + host.fd() + " is not built yet", 0);
    }
}
