package dev.hawser.plugin.bandwidth;

import dev.hawser.kernel.Kernel;
import dev.hawser.kernel.Link;
import dev.hawser.kernel.MacAddress;
import dev.hawser.kernel.Qdisc;
import dev.hawser.kernel.Side;
import dev.hawser.kernel.Tbf;
import dev.hawser.run.Call;
import java.util.List;
import java.util.Optional;

/**
 * What is already true of the node: an input of the plan. Most of it only is if an ADD is repeated.
 *
 * @param veth the host's end
 * @param tbf of the host's end
 * @param isFiltered whether what the host's end receives can be filtered
 * @param redirects the indexes of the links that it is redirected to
 * @param ifb for the egress
 * @param ifbTbf of the ifb
 * @param ifbMac of the ifb
 */
record Observed(
        HostEnd veth,
        Optional<Tbf> tbf,
        boolean isFiltered,
        List<Integer> redirects,
        Ifb ifb,
        Optional<Tbf> ifbTbf,
        MacAddress ifbMac) {

    static Observed of(Kernel kernel, Call call, BandwidthConf conf, HostEnd veth) {
        List<Qdisc> qdiscs = kernel.qdiscs(Side.HOST, veth.name());
        boolean isFiltered = qdiscs.stream().anyMatch(qdisc -> qdisc.is(Qdisc.INGRESS));
        List<Integer> redirects = isFiltered ? kernel.redirects(Side.HOST, veth.name()) : List.of();
        Ifb ifb = conf.egress().isPresent()
                ? Ifb.of(kernel, call.attachment(), redirects)
                : new Ifb("", Optional.empty());
        return new Observed(
                veth,
                tbf(qdiscs),
                isFiltered,
                redirects,
                ifb,
                ifb.there().flatMap(link -> tbf(kernel.qdiscs(Side.HOST, link.name()))),
                ifb.there().flatMap(Link::mac).orElseGet(() -> Ifb.mac(call.attachment())));
    }

    static Optional<Tbf> tbf(List<Qdisc> qdiscs) {
        return qdiscs.stream()
                .filter(qdisc -> qdisc.handle() == Qdisc.OURS)
                .flatMap(qdisc -> qdisc.tbf().stream())
                .findFirst();
    }

    boolean isRedirected() {
        return ifb.there().filter(link -> redirects.contains(link.index())).isPresent();
    }
}
