package dev.hawser.attach;

import dev.hawser.ip.Cidr;
import dev.hawser.kernel.Alias;
import dev.hawser.kernel.Attachment;
import dev.hawser.kernel.Kernel;
import dev.hawser.kernel.LinkChange;
import dev.hawser.kernel.MacAddress;
import dev.hawser.kernel.Side;
import dev.hawser.kernel.Step;
import dev.hawser.run.Call;
import dev.hawser.spec.CniArgs;
import java.util.List;
import java.util.Optional;
import java.util.function.UnaryOperator;

/**
 * What is written to the host's end of an attachment.
 *
 * @param hostEnd the name of the link
 * @param text its alias
 * @param alias the same as it is understood
 */
public record HostAlias(String hostEnd, String text, Alias alias) {

    /**
     * The alias of the attachment that this call is about.
     *
     * @param masquerades the addresses that are elements of our sets
     * @param guard the only MAC that the port accepts, if it is guarded
     */
    public static String of(Call call, List<Cidr> masquerades, Optional<MacAddress> guard) {
        return new Alias(call.attachment(), pod(call), masquerades, guard).toString();
    }

    /** The host's end of this attachment, if there is one that is ours: its alias says whose it is. */
    public static Optional<HostAlias> find(Kernel kernel, Attachment attachment) {
        return kernel.link(Side.HOST, VethNames.of(attachment).hostEnd())
                .flatMap(
                        link -> Alias.parse(link.alias()).map(alias -> new HostAlias(link.name(), link.alias(), alias)))
                .filter(end -> end.alias.attachment().abbreviated().equals(attachment.abbreviated()));
    }

    /**
     * The step that has the host's end say something more, so that the helper makes it again when somebody else has flushed it.
     * None if it says that already.
     *
     * @param saying what its alias becomes
     */
    public Optional<Step> step(UnaryOperator<Alias> saying) {
        return change(saying).map(change -> Step.owned(Side.HOST, change, new LinkChange.SetAlias(hostEnd, text)));
    }

    /** Has the host's end of this attachment say less, before that goes: so that nobody makes it again. */
    public static void forget(Kernel kernel, Attachment attachment, UnaryOperator<Alias> saying) {
        find(kernel, attachment)
                .flatMap(end -> end.change(saying))
                .ifPresent(change -> kernel.apply(Side.HOST, change));
    }

    private Optional<LinkChange.SetAlias> change(UnaryOperator<Alias> saying) {
        String more = saying.apply(alias).toString();
        return more.equals(text) ? Optional.empty() : Optional.of(new LinkChange.SetAlias(hostEnd, more));
    }

    private static Optional<String> pod(Call call) {
        CniArgs args = CniArgs.lenient(call.invocation().args());
        return args.podName()
                .map(pod ->
                        args.podNamespace().map(namespace -> namespace + "/").orElse("") + pod);
    }
}
