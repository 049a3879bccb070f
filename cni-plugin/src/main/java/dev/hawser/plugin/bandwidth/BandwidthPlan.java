package dev.hawser.plugin.bandwidth;

import dev.hawser.kernel.Alias;
import dev.hawser.kernel.Attachment;
import dev.hawser.kernel.Change;
import dev.hawser.kernel.LinkChange;
import dev.hawser.kernel.LinkKind;
import dev.hawser.kernel.QdiscChange;
import dev.hawser.kernel.Side;
import dev.hawser.kernel.Step;
import dev.hawser.kernel.Tbf;
import dev.hawser.run.Call;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.OptionalInt;

/**
 * What an ADD does, in the cheapest order. To change the qdiscs of a link that is up, the kernel waits until nobody uses the old ones
 * (dev_deactivate_many: up to milliseconds on a busy node), unless they do not queue and there is no ingress qdisc either. So the
 * host's end gets its token bucket before its ingress qdisc, which costs the one wait that there is; and the ifb gets its own before
 * it is up. The ifb is whole before anything is redirected to it.
 */
final class BandwidthPlan {

    private final Observed observed;
    private final String veth;
    private final String ifb;
    private final List<Step> steps = new ArrayList<>();

    private BandwidthPlan(Observed observed) {
        this.observed = observed;
        this.veth = observed.veth().name();
        this.ifb = observed.ifb().name();
    }

    static List<Step> of(Call call, BandwidthConf conf, Observed observed) {
        BandwidthPlan plan = new BandwidthPlan(observed);
        conf.ingress().ifPresent(plan::limitIngress);
        conf.egress().ifPresent(tbf -> plan.limitEgress(call.attachment(), tbf));
        return plan.steps;
    }

    private void limitIngress(Tbf tbf) {
        setTbf(veth, tbf, observed.tbf());
    }

    private void limitEgress(Attachment owner, Tbf tbf) {
        if (observed.ifb().there().isEmpty()) {
            addIfb(owner);
        }
        if (observed.ifb().there().isPresent()) {
            setTbf(ifb, tbf, observed.ifbTbf());
        } else {
            diesWithIfb(new QdiscChange.SetTbf(ifb, tbf));
        }
        diesWithIfb(new LinkChange.SetUp(ifb));
        redirect();
    }

    private void addIfb(Attachment owner) {
        LinkChange add = new LinkChange.AddLink(
                ifb,
                new LinkKind.Ifb(),
                Optional.of(observed.ifbMac()),
                OptionalInt.of(observed.veth().mtuBytes()));
        steps.add(Step.owned(Side.HOST, add, new LinkChange.DeleteLink(ifb)));
        String alias = new Alias(owner, Optional.empty(), List.of(), Optional.empty()).toString();
        diesWithIfb(new LinkChange.SetAlias(ifb, alias));
    }

    private void diesWithIfb(Change change) {
        steps.add(Step.diesWith(ifb, Side.HOST, change));
    }

    /** One that limits a container already is taken back to what it was. */
    private void setTbf(String link, Tbf tbf, Optional<Tbf> before) {
        if (!before.equals(Optional.of(tbf))) {
            QdiscChange inverse = before.<QdiscChange>map(earlier -> new QdiscChange.SetTbf(link, earlier))
                    .orElse(new QdiscChange.DeleteTbf(link));
            steps.add(Step.owned(Side.HOST, new QdiscChange.SetTbf(link, tbf), inverse));
        }
    }

    private void redirect() {
        if (!observed.isFiltered()) {
            steps.add(Step.owned(Side.HOST, new QdiscChange.AddIngress(veth), new QdiscChange.DeleteIngress(veth)));
        }
        if (!observed.isRedirected()) {
            steps.add(Step.diesWith("the ingress qdisc of " + veth, Side.HOST, new QdiscChange.Redirect(veth, ifb)));
        }
    }
}
