package dev.hawser.addressing;

import dev.hawser.ip.Cidr;
import dev.hawser.run.Cleanup;
import dev.hawser.run.Node;
import dev.hawser.run.Phases.Phase;
import dev.hawser.run.Transaction;
import dev.hawser.spec.CniResult;
import dev.hawser.spec.ValidAttachments;
import java.util.List;

/** Another source, whose time is the lease's. */
record MeasuredAddresses(AddressSource source) implements AddressSource {

    @Override
    public boolean isNone() {
        return source.isNone();
    }

    @Override
    public boolean needsLink() {
        return source.needsLink();
    }

    @Override
    public CniResult lease(Node node, Transaction transaction) {
        return node.phases().get(Phase.LEASE, () -> source.lease(node, transaction));
    }

    @Override
    public CniResult preview(Node node) {
        return node.phases().get(Phase.LEASE, () -> source.preview(node));
    }

    @Override
    public List<Cidr> held(Node node) {
        return node.phases().get(Phase.LEASE, () -> source.held(node));
    }

    @Override
    public void release(Node node, Cleanup cleanup) {
        node.phases().in(Phase.LEASE, () -> source.release(node, cleanup));
    }

    @Override
    public void check(Node node) {
        node.phases().in(Phase.LEASE, () -> source.check(node));
    }

    @Override
    public void collect(Node node, ValidAttachments.Listed valid, Cleanup cleanup) {
        node.phases().in(Phase.LEASE, () -> source.collect(node, valid, cleanup));
    }

    @Override
    public void status(Node node) {
        node.phases().in(Phase.LEASE, () -> source.status(node));
    }
}
