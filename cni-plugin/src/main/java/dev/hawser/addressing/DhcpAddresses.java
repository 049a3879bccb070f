package dev.hawser.addressing;

import dev.hawser.dhcp.Ask;
import dev.hawser.dhcp.Dhcp;
import dev.hawser.dhcp.DhcpLease;
import dev.hawser.ip.Cidr;
import dev.hawser.kernel.Attachment;
import dev.hawser.kernel.Kernel;
import dev.hawser.run.Call;
import dev.hawser.run.Cleanup;
import dev.hawser.run.Node;
import dev.hawser.run.Phases.Phase;
import dev.hawser.run.Transaction;
import dev.hawser.spec.CniArgs;
import dev.hawser.spec.CniException;
import dev.hawser.spec.CniResult;
import dev.hawser.spec.ErrorCode;
import dev.hawser.spec.Settings;
import dev.hawser.spec.ValidAttachments;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.OptionalInt;

/**
 * Addresses from DHCP servers that the container's link reaches. They are leased for a time, and renewed by a helper; without
 * one they are used until they expire, and nobody notices: then servers must give long leases.
 *
 * <pre>{@code
 * "ipam": { "type": "dhcp",
 *           "provide": [{ "option": "host-name", "fromArg": "K8S_POD_NAME" }, { "option": "60", "value": "hawser" }],
 *           "request": [{ "option": "6" }, { "option": "subnet-mask", "skipDefault": true }],
 *           "priority": 100, "resendTimeout": 30 }
 * }</pre>
 *
 * <p>{@code daemonSocketPath} is not looked at: no daemon is needed. {@code resendTimeout} is ours, in seconds; to the
 * reference's daemon it is told on its command line.
 *
 * @param call whose addresses they are
 * @param ask what servers are told and asked
 * @param priority the metric of all routes, if they have one
 * @param resendTimeout how long to look for a server that answers
 */
record DhcpAddresses(Call call, Ask ask, OptionalInt priority, Duration resendTimeout) implements AddressSource {

    private static final int LONGEST_TIMEOUT_SECONDS = 3600;

    static DhcpAddresses of(Call call, Settings settings) {
        Settings ipam = settings.section("ipam");
        int seconds =
                ipam.whole("resendTimeout", 1, LONGEST_TIMEOUT_SECONDS).orElse((int) Dhcp.LONGEST_SEARCH.toSeconds());
        return new DhcpAddresses(
                call,
                requested(ipam, provided(call, ipam)),
                ipam.whole("priority", 0, Integer.MAX_VALUE),
                Duration.ofSeconds(seconds));
    }

    private static Ask provided(Call call, Settings ipam) {
        Ask ask = Ask.of(call.attachment());
        CniArgs args = CniArgs.lenient(call.invocation().args());
        for (Settings entry : ipam.objects("provide")) {
            OptionalInt code = code(entry);
            // Both may be there; the runtime knows better.
            Optional<String> value = entry.text("fromArg").flatMap(args::find).or(() -> entry.text("value"));
            if (code.isPresent() && value.isPresent() && isShort(entry, value.get())) {
                ask = ask.provide(code.getAsInt(), value.get());
            }
        }
        return ask;
    }

    private static boolean isShort(Settings entry, String value) {
        int length = value.getBytes(StandardCharsets.UTF_8).length;
        if (length > Ask.LONGEST_VALUE) {
            entry.fault("value", "has " + length + " bytes, and an option at most " + Ask.LONGEST_VALUE);
        }
        return length <= Ask.LONGEST_VALUE;
    }

    private static Ask requested(Settings ipam, Ask ask) {
        List<Integer> codes = new ArrayList<>();
        boolean skipDefault = false;
        for (Settings entry : ipam.objects("request")) {
            code(entry).ifPresent(codes::add);
            skipDefault |= entry.flag("skipDefault");
        }
        Ask more = ask.request(codes);
        return skipDefault ? more : more.requestDefaults();
    }

    private static OptionalInt code(Settings entry) {
        Optional<String> name = entry.text("option");
        if (name.isEmpty()) {
            entry.missing("option");
            return OptionalInt.empty();
        }
        OptionalInt code = Ask.code(name.get());
        if (code.isEmpty()) {
            entry.fault(
                    "option",
                    "\"" + name.get() + "\" is no option of DHCP: want a number from 1 to 254 or one of "
                            + String.join(", ", Ask.names()));
        }
        return code;
    }

    @Override
    public boolean needsLink() {
        return true;
    }

    /** The link is there by now. */
    @Override
    public CniResult lease(Node node, Transaction transaction) {
        Kernel pod = transaction.kernel(node, call);
        Dhcp dhcp = node.dhcp().get();
        DhcpLease lease = node.phases()
                .get(Phase.SERVER, () -> dhcp.acquire(pod, call.attachment(), netns(node), ask, resendTimeout));
        transaction.onRollback(
                "release " + lease.address() + ", the DHCP lease of " + call.attachment(),
                () -> node.phases().in(Phase.LEASE, () -> dhcp.release(call.attachment(), () -> pod(node))));
        if (!dhcp.areKept()) {
            node.log()
                    .accept("the DHCP lease of " + lease.address() + " is not renewed as long as no helper runs"
                            + " (hawser helper run)");
        }
        return lease.result(priority);
    }

    private String netns(Node node) {
        return node.paths().apply(call.netns()).toAbsolutePath().toString();
    }

    /** Only a server knows, and asking it would be an ADD. */
    @Override
    public CniResult preview(Node node) {
        return CniResult.EMPTY;
    }

    @Override
    public List<Cidr> held(Node node) {
        return node.dhcp().get().find(call.attachment()).stream()
                .map(DhcpLease::address)
                .toList();
    }

    @Override
    public void release(Node node, Cleanup cleanup) {
        cleanup.attempt(() -> node.dhcp().get().release(call.attachment(), () -> pod(node)));
    }

    /** A kernel of its own, for it is closed afterwards: that of the transaction is still needed by older undos. */
    private Optional<Kernel> pod(Node node) {
        return node.podIsThere(call) ? Optional.of(node.withPod(call)) : Optional.empty();
    }

    @Override
    public void check(Node node) {
        Dhcp dhcp = node.dhcp().get();
        DhcpLease lease = dhcp.find(call.attachment())
                .orElseThrow(() -> new CniException(
                        ErrorCode.INTERNAL, "dhcp: there is no lease of " + call.attachment() + " on this node"));
        lease.whyOver(dhcp.clocks()).ifPresent(why -> {
            throw new CniException(
                    ErrorCode.INTERNAL, "dhcp: the lease of " + lease.address() + " is no longer valid: " + why);
        });
        call.conf().prevResult().ifPresent(previous -> requireAddress(lease.address(), previous));
    }

    private static void requireAddress(Cidr leased, CniResult previous) {
        boolean there = previous.ips().stream().anyMatch(ip -> ip.address().equals(leased));
        if (!there) {
            throw new CniException(
                    ErrorCode.INTERNAL, "dhcp: prevResult does not have the address " + leased + ", which is leased");
        }
    }

    @Override
    public void collect(Node node, ValidAttachments.Listed valid, Cleanup cleanup) {
        cleanup.attempt(() -> node.dhcp().get().collect(call.conf().name(), attachment -> isValid(attachment, valid)));
    }

    private static boolean isValid(Attachment attachment, ValidAttachments.Listed valid) {
        return valid.contains(attachment.containerId(), attachment.ifName());
    }

    @Override
    public void status(Node node) {}
}
