package dev.hawser.plugin.portmap;

import dev.hawser.ip.IpMath;
import dev.hawser.kernel.Attachment;
import dev.hawser.kernel.Change;
import dev.hawser.kernel.FirewallChange;
import dev.hawser.kernel.Protocol;
import dev.hawser.kernel.PublishedPort.Masqueraded;
import dev.hawser.kernel.Side;
import dev.hawser.kernel.Step;
import dev.hawser.spec.CniException;
import dev.hawser.spec.ErrorCode;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.stream.Stream;

/** What an ADD does, as steps: ports, then the flows that know nothing of them, then the way for the host itself. Pure. */
final class PortmapPlan {

    private final Attachment attachment;
    private final PortmapConf conf;
    private final ContainerAddresses addresses;
    private final Observed observed;
    private final List<Step> steps = new ArrayList<>();

    private PortmapPlan(Attachment attachment, PortmapConf conf, ContainerAddresses addresses, Observed observed) {
        this.attachment = attachment;
        this.conf = conf;
        this.addresses = addresses;
        this.observed = observed;
    }

    /** The steps of an ADD; none if nothing is to be published. */
    static List<Step> of(Attachment attachment, PortmapConf conf, ContainerAddresses addresses, Observed observed) {
        return new PortmapPlan(attachment, conf, addresses, observed).steps();
    }

    /** What the maps of nftables shall have. */
    static FirewallChange.PublishPorts publication(
            Attachment attachment, PortmapConf conf, ContainerAddresses addresses) {
        return new FirewallChange.PublishPorts(
                attachment, PortMapping.published(conf.mappings(), addresses, conf), conf.masqueraded());
    }

    private List<Step> steps() {
        conf.mappings().forEach(this::requireFamily);
        FirewallChange.PublishPorts publication = publication(attachment, conf, addresses);
        if (!publication.ports().isEmpty()) {
            if (observed.byIptables()) {
                publishByIptables();
            } else {
                publish(publication);
                observed.hostEnd()
                        .flatMap(end -> end.step(alias -> alias.with(Optional.of(publication))))
                        .ifPresent(steps::add);
            }
            flows(conf.mappings(), addresses)
                    .forEach(change -> steps.add(new Step(Side.HOST, change, new Step.Undo.None("they come again"))));
            observed.localLink().ifPresent(this::routeLocalhost);
        }
        return List.copyOf(steps);
    }

    private void publishByIptables() {
        Stream.of(observed.natIpv4(), observed.natIpv6())
                .flatMap(
                        nat -> addresses
                                .of(nat.ipv4())
                                .map(address -> new IptablesPorts(attachment, conf, address, nat).step())
                                .stream())
                .forEach(steps::add);
    }

    /** {@code ::} asks for nothing of a container that has IPv4 only; {@code 2001:db8::1} asks for what cannot be. */
    private void requireFamily(PortMapping mapping) {
        mapping.hostAddress().ifPresent(host -> {
            boolean ipv4 = IpMath.isIpv4(host);
            if (addresses.of(ipv4).isEmpty()) {
                throw new CniException(
                        ErrorCode.INVALID_NETWORK_CONFIG,
                        "invalid network config: runtimeConfig." + mapping.key() + ".hostIP: \"" + IpMath.text(host)
                                + "\" is an address of " + (ipv4 ? "IPv4" : "IPv6")
                                + ", of which the container has none");
            }
        });
    }

    private void publish(FirewallChange.PublishPorts publication) {
        steps.add(Step.owned(
                Side.HOST,
                publication,
                new FirewallChange.UnpublishPorts(attachment, publication.ports(), publication.masqueraded())));
    }

    /** What is to be forgotten when these ports come or go, of both families if no address is known. */
    static List<FirewallChange.ForgetFlows> flows(List<PortMapping> mappings, ContainerAddresses addresses) {
        return mappings.stream()
                .filter(mapping -> mapping.protocol() == Protocol.UDP)
                .flatMap(mapping -> Stream.of(true, false)
                        .filter(ipv4 -> addresses.equals(ContainerAddresses.NONE)
                                || addresses.of(ipv4).isPresent())
                        .filter(mapping::isOf)
                        .map(ipv4 -> new FirewallChange.ForgetFlows(
                                ipv4, mapping.protocol(), mapping.hostAddress(), mapping.hostPort())))
                .distinct()
                .toList();
    }

    /** So that the host's own connections from 127.0.0.0/8 may leave by this link. */
    private void routeLocalhost(String link) {
        steps.add(Step.shared(Side.HOST, new Change.SetSysctl(localnetKey(link), "1", true)));
    }

    static String localnetKey(String link) {
        return "net/ipv4/conf/" + link + "/route_localnet";
    }

    /** Whether the host's 127.0.0.0/8 is to reach the container. IPv6 has no way to route its ::1. */
    static boolean routesLocalhost(PortmapConf conf, ContainerAddresses addresses) {
        return conf.masqueraded() != Masqueraded.NOBODY && addresses.ipv4().isPresent();
    }
}
