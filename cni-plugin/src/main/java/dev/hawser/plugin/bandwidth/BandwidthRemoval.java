package dev.hawser.plugin.bandwidth;

import dev.hawser.kernel.Change;
import dev.hawser.kernel.Kernel;
import dev.hawser.kernel.Link;
import dev.hawser.kernel.Qdisc;
import dev.hawser.kernel.QdiscChange;
import dev.hawser.kernel.Side;
import dev.hawser.run.Call;
import dev.hawser.run.Cleanup;
import dev.hawser.run.Node;
import java.util.List;

/**
 * DEL: the ifb goes, and with it what the host's end of the veth has of us, in case that lives on: a redirection to an ifb that is
 * gone drops everything. Needs neither prevResult nor the container's namespace.
 */
final class BandwidthRemoval {

    /** What a redirection leads to whose ifb is gone. */
    private static final int GONE = 0;

    private final Call call;
    private final BandwidthConf conf;
    private final Node node;
    private final Cleanup cleanup;

    BandwidthRemoval(Call call, BandwidthConf conf, Node node, Cleanup cleanup) {
        this.call = call;
        this.conf = conf;
        this.node = node;
        this.cleanup = cleanup;
    }

    void run() {
        cleanup.attempt(() -> run(cleanup.kernel(node, call)));
    }

    /** Most containers have no limits: for them it is two look-ups. */
    private void run(Kernel kernel) {
        List<Link> ifbs = Ifb.remains(kernel, call.attachment());
        if (conf.isUnlimited() && ifbs.isEmpty()) {
            return;
        }
        List<Integer> indexes = ifbs.stream().map(Link::index).toList();
        HostEnd.remains(kernel, call, call.previousIfReadable(node.log()))
                .forEach(veth -> cleanup.attempt(() -> free(kernel, veth.name(), indexes)));
        ifbs.forEach(ifb -> cleanup.deleteWithNext(ifb.name()));
    }

    private void free(Kernel kernel, String veth, List<Integer> ifbs) {
        List<Qdisc> qdiscs = kernel.qdiscs(Side.HOST, veth);
        if (qdiscs.stream().anyMatch(qdisc -> qdisc.is(Qdisc.INGRESS)) && redirectsTo(kernel, veth, ifbs)) {
            remove(kernel, new QdiscChange.DeleteIngress(veth));
        }
        if (Observed.tbf(qdiscs).isPresent()) {
            remove(kernel, new QdiscChange.DeleteTbf(veth));
        }
    }

    private static boolean redirectsTo(Kernel kernel, String veth, List<Integer> ifbs) {
        return kernel.redirects(Side.HOST, veth).stream().anyMatch(index -> index == GONE || ifbs.contains(index));
    }

    private void remove(Kernel kernel, Change change) {
        cleanup.attempt(() -> kernel.apply(Side.HOST, change));
    }
}
