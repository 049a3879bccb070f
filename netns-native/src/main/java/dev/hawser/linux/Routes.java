package dev.hawser.linux;

import static dev.hawser.kernel.Errno.EEXIST;
import static dev.hawser.kernel.Errno.EHOSTUNREACH;
import static dev.hawser.kernel.Errno.ENETDOWN;
import static dev.hawser.kernel.Errno.ENETUNREACH;
import static dev.hawser.kernel.Errno.ESRCH;

import dev.hawser.kernel.IpChange;
import dev.hawser.kernel.KernelException;
import dev.hawser.kernel.Link;
import dev.hawser.kernel.Route;
import dev.hawser.netlink.Ack;
import dev.hawser.netlink.Request;
import dev.hawser.netlink.RouteCodec;
import dev.hawser.netlink.RouteReader;
import java.util.List;
import java.util.Optional;

/** The routes of one namespace. */
final class Routes {

    private final Namespace namespace;
    private final Links links;

    Routes(Namespace namespace) {
        this.namespace = namespace;
        this.links = new Links(namespace);
    }

    /** The kernel says EEXIST of the very same route only (fib_table_insert, fib6_add_rt2node). */
    void add(IpChange.AddRoute change) {
        int index = links.index(change.link());
        Ack ack =
                namespace.route().execute(RouteCodec.add(index, change.route())).ignoring(EEXIST);
        if (!ack.isOk()) {
            throw new KernelException(
                    "add route " + change.route() + " through " + change.link() + ": " + ack.text() + advice(ack),
                    ack.errno());
        }
    }

    private static String advice(Ack ack) {
        return switch (ack.errno()) {
            case ENETUNREACH, EHOSTUNREACH -> ": is the gateway in the subnet of an address of the link?";
            case ENETDOWN -> ": the link is down";
            default -> "";
        };
    }

    void delete(IpChange.DeleteRoute change) {
        Optional<Link> link = links.find(change.link());
        if (link.isPresent()) {
            namespace
                    .route()
                    .execute(RouteCodec.delete(link.get().index(), change.route()))
                    .ignoring(ESRCH)
                    .orFail("delete route " + change.route() + " through", change.link());
        }
    }

    List<Route> of(String link) {
        return links.find(link).map(found -> through(found.index())).orElse(List.of());
    }

    /** Each once: a kernel without IPv6 answers a question about IPv6 with everything that it has. */
    private List<Route> through(int index) {
        return RouteCodec.all(index).stream()
                .flatMap(request -> dump(request, index).stream())
                .distinct()
                .toList();
    }

    private List<Route> dump(Request request, int index) {
        return namespace.route().dump(request, body -> RouteReader.routes(body, index), "routes").stream()
                .flatMap(List::stream)
                .toList();
    }
}
