package dev.hawser.masquerade;

import dev.hawser.attach.ContainerCheck;
import dev.hawser.ip.Cidr;
import dev.hawser.ip.IpMath;
import dev.hawser.iptables.IptablesTable;
import dev.hawser.kernel.Attachment;
import dev.hawser.kernel.FirewallChange;
import dev.hawser.kernel.Kernel;
import dev.hawser.kernel.Side;
import dev.hawser.kernel.Step;
import dev.hawser.spec.Settings;
import java.util.List;
import java.util.Optional;
import java.util.stream.Stream;

/**
 * The configuration keys {@code ipMasq} and {@code ipMasqBackend}: that what the container sends beyond its subnet leaves the
 * node with the node's address.
 */
public record Masquerade(Backend backend) {

    /** {@code ipMasqBackend}. */
    public enum Backend {
        /** nftables where the kernel has it, else iptables. */
        AUTOMATIC,
        NFTABLES,
        IPTABLES
    }

    /**
     * What is already true of the node, as far as masquerading goes.
     *
     * @param byIptables whether rules will be those of iptables
     * @param natIpv4 table nat of iptables, if it is to be used
     * @param natIpv6 the same of ip6tables
     */
    public record Observed(boolean byIptables, IptablesTable natIpv4, IptablesTable natIpv6) {

        private static final Observed BY_NFTABLES = new Observed(
                false,
                IptablesTable.unseen(true, IptablesMasquerade.NAT),
                IptablesTable.unseen(false, IptablesMasquerade.NAT));
    }

    /** A backend that was named wrong is a fault even if nothing is to be masqueraded: somebody meant something by it. */
    public static Optional<Masquerade> of(Settings settings) {
        Backend backend =
                switch (settings.choice("ipMasqBackend", "nftables", "iptables").orElse("")) {
                    case "nftables" -> Backend.NFTABLES;
                    case "iptables" -> Backend.IPTABLES;
                    default -> Backend.AUTOMATIC;
                };
        return settings.flag("ipMasq") ? Optional.of(new Masquerade(backend)) : Optional.empty();
    }

    /** Looks at the node. Runs a process for each family if the rules will be those of iptables. */
    public Observed observe(Kernel kernel) {
        return usesIptables(kernel)
                ? new Observed(
                        true,
                        IptablesTable.of(kernel, true, IptablesMasquerade.NAT),
                        IptablesTable.of(kernel, false, IptablesMasquerade.NAT))
                : Observed.BY_NFTABLES;
    }

    private boolean usesIptables(Kernel kernel) {
        return switch (backend) {
            case AUTOMATIC -> !kernel.hasNftables();
            case NFTABLES -> false;
            case IPTABLES -> true;
        };
    }

    /** The steps that masquerade these addresses, each with the length of its subnet's prefix. */
    public static List<Step> steps(Attachment attachment, List<Cidr> addresses, Observed observed) {
        if (!observed.byIptables()) {
            return addresses.stream()
                    .map(address -> element(attachment, address))
                    .toList();
        }
        return Stream.of(observed.natIpv4(), observed.natIpv6())
                .flatMap(nat -> IptablesMasquerade.step(attachment, addresses, nat).stream())
                .toList();
    }

    private static Step element(Attachment attachment, Cidr address) {
        return Step.owned(
                Side.HOST,
                new FirewallChange.AddMasquerade(address, attachment),
                new FirewallChange.DeleteMasquerade(address, attachment));
    }

    /** Whether these addresses of the attachment are still masqueraded. */
    public void check(ContainerCheck check, Attachment attachment, Kernel kernel) {
        boolean nftables = backend != Backend.IPTABLES && kernel.hasNftables();
        if (!nftables || kernel.hasChain(IptablesMasquerade.nftChain(attachment, true))) {
            return;
        }
        check.ownIps()
                .filter(ip -> kernel.masqueradeOwner(ip.address()).isEmpty())
                .forEach(ip -> check.missing(
                        "nothing masquerades " + IpMath.text(ip.address().address()) + " any more"));
    }
}
