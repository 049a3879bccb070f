package dev.hawser.addressing;

import dev.hawser.ip.Cidr;
import dev.hawser.run.Cleanup;
import dev.hawser.run.Node;
import dev.hawser.run.Transaction;
import dev.hawser.spec.CniResult;
import dev.hawser.spec.ValidAttachments;
import java.util.List;

/** A network without addresses. */
record NoAddresses() implements AddressSource {

    @Override
    public CniResult lease(Node node, Transaction transaction) {
        return CniResult.EMPTY;
    }

    @Override
    public CniResult preview(Node node) {
        return CniResult.EMPTY;
    }

    @Override
    public List<Cidr> held(Node node) {
        return List.of();
    }

    @Override
    public void release(Node node, Cleanup cleanup) {}

    @Override
    public void check(Node node) {}

    @Override
    public void collect(Node node, ValidAttachments.Listed valid, Cleanup cleanup) {}

    @Override
    public void status(Node node) {}
}
