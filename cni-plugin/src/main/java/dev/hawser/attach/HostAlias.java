package dev.hawser.attach;

import dev.hawser.ip.Cidr;
import dev.hawser.kernel.Alias;
import dev.hawser.kernel.Attachment;
import dev.hawser.kernel.Kernel;
import dev.hawser.kernel.Link;
import dev.hawser.kernel.LinkChange;
import dev.hawser.kernel.MacAddress;
import dev.hawser.kernel.Side;
import dev.hawser.kernel.Step;
import dev.hawser.run.Call;
import dev.hawser.spec.CniArgs;
import java.util.List;
import java.util.Optional;
import java.util.function.UnaryOperator;

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

    /** The host's end of this attachment, if there is one that is ours: its alias says whose it is. */
    public static Optional<Link> hostEnd(Kernel kernel, Attachment attachment) {
        String name = VethNames.of(attachment).hostEnd();
        return kernel.link(Side.HOST, name)
                .filter(link -> Alias.parse(link.alias())
                        .filter(alias -> alias.attachment().abbreviated().equals(attachment.abbreviated()))
                        .isPresent());
    }

    /**
     * The step that has a host's end say something more, so that the helper makes it again when somebody else has flushed it.
     * None if it says that already.
     *
     * @param hostEnd as it is
     * @param saying what its alias becomes
     */
    public static Optional<Step> step(Link hostEnd, UnaryOperator<Alias> saying) {
        return change(hostEnd, saying)
                .map(change -> Step.owned(Side.HOST, change, new LinkChange.SetAlias(hostEnd.name(), hostEnd.alias())));
    }

    /** Has the host's end of this attachment say less, before that goes: so that nobody makes it again. */
    public static void forget(Kernel kernel, Attachment attachment, UnaryOperator<Alias> saying) {
        hostEnd(kernel, attachment)
                .flatMap(link -> change(link, saying))
                .ifPresent(change -> kernel.apply(Side.HOST, change));
    }

    private static Optional<LinkChange.SetAlias> change(Link hostEnd, UnaryOperator<Alias> saying) {
        return Alias.parse(hostEnd.alias())
                .map(alias -> saying.apply(alias).toString())
                .filter(alias -> !alias.equals(hostEnd.alias()))
                .map(alias -> new LinkChange.SetAlias(hostEnd.name(), alias));
    }

    private static Optional<String> pod(Call call) {
        CniArgs args = CniArgs.lenient(call.invocation().args());
        return args.podName()
                .map(pod ->
                        args.podNamespace().map(namespace -> namespace + "/").orElse("") + pod);
    }
}
