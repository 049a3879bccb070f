package dev.hawser.linux;

import static dev.hawser.kernel.Errno.EINVAL;
import static dev.hawser.kernel.Errno.ENOENT;
import static dev.hawser.kernel.Errno.EOPNOTSUPP;

import dev.hawser.kernel.FirewallChange.ForgetFlows;
import dev.hawser.kernel.KernelException;
import dev.hawser.netfilter.Conntrack;
import dev.hawser.netfilter.Conntrack.Flow;
import dev.hawser.netlink.Ack;
import java.net.InetAddress;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/** What conntrack knows of connections. */
final class Flows {

    private final Namespace host;
    private final Map<InetAddress, Boolean> local = new HashMap<>();

    Flows(Namespace host) {
        this.host = host;
    }

    /** Flows to other nodes' ports of the same number only pass through this node. */
    void forget(ForgetFlows change) {
        List<Flow> flows = to(change).stream()
                .filter(flow -> flow.destination(change).filter(this::isLocal).isPresent())
                .toList();
        for (Flow flow : flows) {
            Ack ack = host.netfilter().execute(Conntrack.delete(flow, change.ipv4()));
            ack.ignoring(ENOENT)
                    .orFail(
                            "forget a flow to port",
                            change.hostPort() + "/" + change.protocol().word());
        }
    }

    private List<Flow> to(ForgetFlows change) {
        try {
            return host.netfilter().dump(Conntrack.flowsTo(change), Conntrack::flow, "flows");
        } catch (KernelException e) {
            if (e.errno() == EINVAL || e.errno() == EOPNOTSUPP) {
                return List.of(); // nobody answers for conntrack (nfnetlink_rcv_msg)
            }
            throw e;
        }
    }

    private boolean isLocal(InetAddress address) {
        return local.computeIfAbsent(address, unknown -> new Routes(host).isLocal(unknown));
    }
}
