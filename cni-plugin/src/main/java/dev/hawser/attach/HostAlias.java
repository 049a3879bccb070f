package dev.hawser.attach;

import dev.hawser.ip.Cidr;
import dev.hawser.kernel.Alias;
import dev.hawser.kernel.MacAddress;
import dev.hawser.run.Call;
import dev.hawser.spec.CniArgs;
import java.util.List;
import java.util.Optional;

/** What is written to the host's end of an attachment. */
public final class HostAlias {

    private HostAlias() {}

    /**
     * The alias of the attachment that this call is about.
     *
     * @param masquerades the addresses that are elements of our sets
     * @param guard the only MAC that the port accepts, if it is guarded
     */
    public static String of(Call call, List<Cidr> masquerades, Optional<MacAddress> guard) {
        return new Alias(call.attachment(), pod(call), masquerades, guard).toString();
    }

    private static Optional<String> pod(Call call) {
        CniArgs args = CniArgs.lenient(call.invocation().args());
        return args.podName()
                .map(pod ->
                        args.podNamespace().map(namespace -> namespace + "/").orElse("") + pod);
    }
}
