package dev.hawser.linux;

import static dev.hawser.kernel.Errno.EEXIST;
import static dev.hawser.kernel.Errno.EINVAL;
import static dev.hawser.kernel.Errno.ENOENT;

import dev.hawser.kernel.KernelException;
import dev.hawser.kernel.Qdisc;
import dev.hawser.kernel.QdiscChange;
import dev.hawser.netlink.Ack;
import dev.hawser.netlink.QdiscCodec;
import dev.hawser.netlink.QdiscReader;
import dev.hawser.netlink.Request;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/** The queueing disciplines of the links of one namespace, and the filters in front of them. */
final class Qdiscs {

    private final Namespace namespace;
    private final Links links;

    Qdiscs(Namespace namespace) {
        this.namespace = namespace;
        this.links = new Links(namespace);
    }

    void set(QdiscChange.SetTbf set) {
        int index = links.index(set.link());
        Ack ack = socket().execute(QdiscCodec.addTbf(index, set.tbf()));
        if (ack.is(EEXIST)) {
            requireTbf(set.link(), index);
            ack = socket().execute(QdiscCodec.changeTbf(index, set.tbf()));
        }
        orFail(ack, "give " + set.tbf() + " to", set.link());
    }

    private void requireTbf(String link, int index) {
        find(QdiscCodec.root(index), link)
                .filter(there -> !there.is("tbf") || there.handle() != Qdisc.OURS)
                .ifPresent(there -> {
                    throw new KernelException(
                            "give a tbf to " + link + ": it has a qdisc " + there.kind() + " "
                                    + Integer.toHexString(there.handle() >>> 16) + ": already, from somebody else",
                            EEXIST);
                });
    }

    void delete(QdiscChange.DeleteTbf delete) {
        links.knownIndex(delete.link())
                .ifPresent(index -> socket().execute(QdiscCodec.deleteRoot(index))
                        .ignoring(ENOENT)
                        .ignoring(EINVAL)
                        .orFail("delete the tbf of", delete.link()));
    }

    void add(QdiscChange.AddIngress add) {
        Ack ack = socket().execute(QdiscCodec.addIngress(links.index(add.link())));
        orFail(ack.ignoring(EEXIST), "give an ingress qdisc to", add.link());
    }

    void delete(QdiscChange.DeleteIngress delete) {
        links.knownIndex(delete.link())
                .ifPresent(index -> socket().execute(QdiscCodec.deleteIngress(index))
                        .ignoring(ENOENT)
                        .ignoring(EINVAL)
                        .orFail("delete the ingress qdisc of", delete.link()));
    }

    void redirect(QdiscChange.Redirect redirect) {
        int target = links.index(redirect.target());
        Ack ack = socket().execute(QdiscCodec.redirect(links.index(redirect.link()), target));
        orFail(ack, "redirect what comes to", redirect.link() + " by " + redirect.target());
    }

    /** The kernel loads a module when it is first needed, if it has it. */
    private static void orFail(Ack ack, String verb, String link) {
        if (ack.is(ENOENT)) {
            throw new KernelException(
                    verb + " " + link + ": " + ack.text()
                            + ": has the kernel the modules sch_tbf, sch_ingress, cls_u32 and act_mirred?",
                    ENOENT);
        }
        ack.orFail(verb, link);
    }

    List<Qdisc> of(String link) {
        Optional<Integer> index = links.knownIndex(link);
        if (index.isEmpty()) {
            return List.of();
        }
        List<Qdisc> found = new ArrayList<>();
        find(QdiscCodec.root(index.get()), link).ifPresent(found::add);
        find(QdiscCodec.ingress(index.get()), link).ifPresent(found::add);
        return found;
    }

    /** What the kernel gives to a link by itself has no handle. */
    private Optional<Qdisc> find(Request request, String link) {
        List<Qdisc> found = new ArrayList<>();
        socket().execute(request, answer -> found.add(QdiscReader.qdisc(answer)))
                .ignoring(ENOENT)
                .orFail("look up the qdisc of", link);
        return found.stream().filter(qdisc -> qdisc.handle() != 0).findFirst();
    }

    List<Integer> redirects(String link) {
        return links.knownIndex(link)
                .map(index ->
                        socket().dump(QdiscCodec.ingressFilters(index), QdiscReader::redirects, "filters").stream()
                                .flatMap(List::stream)
                                .toList())
                .orElse(List.of());
    }

    private NetlinkSocket socket() {
        return namespace.route();
    }
}
