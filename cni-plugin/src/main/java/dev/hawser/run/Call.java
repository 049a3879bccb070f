package dev.hawser.run;

import dev.hawser.ipam.Owner;
import dev.hawser.kernel.Attachment;
import dev.hawser.spec.CniArgs;
import dev.hawser.spec.CniException;
import dev.hawser.spec.CniResult;
import dev.hawser.spec.Invocation;
import dev.hawser.spec.NetConf;
import java.util.Optional;
import java.util.Set;
import java.util.function.Consumer;

/**
 * One call of a runtime, its environment and its network configuration found to be in order.
 *
 * @param invocation the CNI_* variables, and the document that came on stdin
 * @param args CNI_ARGS, those that some plugin of ours knows
 */
public record Call(Invocation invocation, CniArgs args) {

    /**
     * The keys of CNI_ARGS that one plugin or another understands. The reference's plugins each know just their own, so that
     * an IP for host-local breaks the bridge that calls it; since both are one process here, both keys are known to both.
     */
    private static final Set<String> KNOWN_ARGS = Set.of("MAC", "IP", "GATEWAY");

    /**
     * A call whose CNI_ARGS are in order.
     *
     * @throws CniException code 4 if CNI_ARGS is malformed, or has unknown keys without IgnoreUnknown
     */
    public static Call of(Invocation invocation) {
        return new Call(invocation, CniArgs.parse(invocation.args(), KNOWN_ARGS));
    }

    /** A call of a plugin that never looks at CNI_ARGS: whatever they are is in order, as with the reference. */
    static Call withoutArgs(Invocation invocation) {
        return new Call(invocation, CniArgs.lenient(invocation.args()));
    }

    /** The same call of a plugin that is given another configuration. */
    public Call with(NetConf conf) {
        return new Call(invocation.with(conf), args);
    }

    /** The network configuration. */
    public NetConf conf() {
        return invocation.netConf();
    }

    /** Whose the kernel objects of this call are. */
    public Attachment attachment() {
        return new Attachment(conf().name(), invocation.containerId(), invocation.ifName());
    }

    /** Whose the leases of this call are. */
    public Owner owner() {
        return new Owner(invocation.containerId(), invocation.ifName());
    }

    public String ifName() {
        return invocation.ifName();
    }

    /** CNI_NETNS of a verb that requires it. */
    public String netns() {
        return invocation.netns().orElseThrow();
    }

    /**
     * What ADD reported, for DEL: a cache that makes no sense must not keep a container from being deleted.
     *
     * @param log told why there is none, if there was one
     */
    public Optional<CniResult> previousIfReadable(Consumer<String> log) {
        try {
            return conf().prevResult();
        } catch (CniException e) {
            log.accept("DEL goes on without prevResult: " + e.getMessage());
            return Optional.empty();
        }
    }
}
