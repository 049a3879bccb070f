package dev.hawser.plugin.fused;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.hawser.spec.CniException;
import dev.hawser.spec.Json;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Stream;
import net.jqwik.api.Arbitraries;
import net.jqwik.api.Arbitrary;
import net.jqwik.api.Combinators;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.Provide;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class FusedFormTest {

    private static Json.Obj json(String text) {
        return Json.parseObject(text.replace('\'', '"').getBytes(UTF_8));
    }

    private static List<String> partsOf(String document) {
        return FusedForm.parts(json(document)).stream()
                .map(part ->
                        part.type() + " " + part.configuration().without("type").compact())
                .toList();
    }

    @Test
    void alonePartsAreJustABridge() {
        List<String> parts = partsOf("{'name':'n','type':'hawser','bridge':'cni0'}");

        assertEquals(List.of("bridge {\"name\":\"n\",\"bridge\":\"cni0\"}"), parts);
    }

    @Test
    void declaredCapabilitiesBringTheirPlugins() {
        List<String> parts =
                partsOf("{'name':'n','main':'ptp','capabilities':{'portMappings':true,'bandwidth':true,'ips':true},"
                        + "'runtimeConfig':{'portMappings':[1],'bandwidth':{'ingressRate':8},'ips':['10.0.0.2']}}");

        assertEquals(
                List.of(
                        "bandwidth {\"name\":\"n\",\"runtimeConfig\":{\"bandwidth\":{\"ingressRate\":8}}}",
                        "portmap {\"name\":\"n\",\"runtimeConfig\":{\"portMappings\":[1]}}"),
                parts.subList(1, 3));
        assertTrue(parts.getFirst().startsWith("ptp "), parts.getFirst());
    }

    @Test
    void keysOfTuningMayStandBesideTheOthers() {
        List<String> parts =
                partsOf("{'name':'n','sysctl':{'net.a':'1'},'promisc':true,'mtu':1400,'tuning':{'txQLen':5}}");

        assertEquals(
                "tuning {\"name\":\"n\",\"txQLen\":5,\"sysctl\":{\"net.a\":\"1\"},\"promisc\":true}", parts.getLast());
    }

    @Test
    void falseSwitchesAPluginOffAndTrueOn() {
        List<String> parts =
                partsOf("{'name':'n','portmap':false,'firewall':true,'capabilities':{'portMappings':true}}");

        assertEquals(List.of("firewall {\"name\":\"n\"}"), parts.subList(1, parts.size()));
    }

    @Test
    void whatTheRuntimeSaysReachesEveryPart() {
        List<String> parts = partsOf("{'cniVersion':'1.1.0','name':'n','firewall':{},'prevResult':{'ips':[]},"
                + "'cni.dev/valid-attachments':null}");

        assertEquals(
                "firewall {\"cniVersion\":\"1.1.0\",\"name\":\"n\",\"prevResult\":{\"ips\":[]},"
                        + "\"cni.dev/valid-attachments\":null}",
                parts.getLast());
    }

    @ParameterizedTest
    @ValueSource(strings = {"{'name':'n','main':'portmap'}", "{'name':'n','firewall':7}", "{'name':'n','main':1}"})
    void aWrongFormIsAFault(String document) {
        CniException fault = assertThrows(CniException.class, () -> FusedForm.parts(json(document)));

        assertEquals(7, fault.code());
    }

    @Test
    void podmansChainBecomesOnePlugin() {
        Folding folding = Folding.of(List.of(
                json("{'type':'bridge','bridge':'cni-podman0','isGateway':true,'ipMasq':true,'hairpinMode':true,"
                        + "'ipam':{'type':'host-local'}}"),
                json("{'type':'portmap','capabilities':{'portMappings':true}}"),
                json("{'type':'firewall','backend':''}"),
                json("{'type':'tuning'}")));

        assertEquals(List.of(), folding.remarks());
        assertEquals(
                List.of("{\"type\":\"hawser\",\"bridge\":\"cni-podman0\",\"isGateway\":true,\"ipMasq\":true,"
                        + "\"hairpinMode\":true,\"ipam\":{\"type\":\"host-local\"},"
                        + "\"capabilities\":{\"portMappings\":true},\"firewall\":{\"backend\":\"\"},\"tuning\":{}}"),
                folding.plugins().stream().map(Json::compact).toList());
    }

    @Test
    void whatCannotBeFoldedStaysWithAllThatComesAfterIt() {
        List<Json.Obj> chain = List.of(
                json("{'type':'bridge'}"),
                json("{'type':'istio-cni'}"),
                json("{'type':'portmap','capabilities':{'portMappings':true}}"));

        Folding folding = Folding.of(chain);

        assertEquals(chain.subList(1, 3), folding.plugins().subList(1, 3));
        assertEquals(
                List.of(
                        "istio-cni is none of the plugins that can be folded",
                        "portmap comes after a plugin that is not folded"),
                folding.remarks());
    }

    @Test
    void aCapabilityThatWouldReachTheBridgeIsNotFolded() {
        Folding folding =
                Folding.of(List.of(json("{'type':'bridge'}"), json("{'type':'tuning','capabilities':{'mac':true}}")));

        assertEquals(2, folding.plugins().size());
        assertTrue(
                folding.remarks().getFirst().contains("mac"), folding.remarks().toString());
    }

    @Test
    void aChainThatMakesNoInterfaceIsLeftAlone() {
        List<Json.Obj> chain = List.of(json("{'type':'calico'}"), json("{'type':'portmap'}"));

        assertEquals(chain, Folding.of(chain).plugins());
    }

    /** Folding and taking apart are inverses: each plugin is told what it was told in the chain. */
    @Property
    void aFoldedChainTellsEachPluginWhatTheChainDid(@ForAll("chains") List<Json.Obj> chain) {
        Json.Obj capabilityArguments = json("{'portMappings':[{'hostPort':1}],'bandwidth':{'ingressRate':1}}");

        Folding folding = Folding.of(chain);

        assertEquals(List.of(), folding.remarks());
        assertEquals(1, folding.plugins().size());
        Json.Obj fused = called(folding.plugins().getFirst(), capabilityArguments);
        List<Json> told = FusedForm.parts(fused).stream()
                .skip(1)
                .<Json>map(part -> part.configuration().sorted())
                .toList();
        List<Json> wanted = new ArrayList<>();
        FusedForm.CHAINED.forEach(chained -> chain.stream()
                .filter(plugin -> plugin.find("type").equals(java.util.Optional.of(Json.of(chained.type()))))
                .forEach(plugin -> wanted.add(called(plugin, capabilityArguments)
                        .without("capabilities")
                        .sorted())));
        assertEquals(wanted, told);
    }

    /** As a runtime calls it: with its name, and with the arguments of the capabilities that it declares. */
    private static Json.Obj called(Json.Obj plugin, Json.Obj arguments) {
        Json.Builder heard = Json.object();
        Json.Obj declared = plugin.find("capabilities").map(Json::asObject).orElse(Json.Obj.EMPTY);
        arguments.members().stream()
                .filter(argument -> declared.has(argument.name()))
                .forEach(argument -> heard.put(argument.name(), argument.value()));
        Json.Obj named = plugin.with("name", Json.of("n"));
        Json.Obj runtimeConfig = heard.build();
        return runtimeConfig.members().isEmpty() ? named : named.with("runtimeConfig", runtimeConfig);
    }

    @Provide
    Arbitrary<List<Json.Obj>> chains() {
        Arbitrary<List<Json.Obj>> chained = Arbitraries.of(
                        "{'type':'portmap','capabilities':{'portMappings':true}}",
                        "{'type':'portmap','snat':false,'capabilities':{'portMappings':true}}",
                        "{'type':'portmap'}",
                        "{'type':'firewall'}",
                        "{'type':'firewall','backend':'iptables','ingressPolicy':'isolated'}",
                        "{'type':'bandwidth','capabilities':{'bandwidth':true}}",
                        "{'type':'bandwidth','ingressRate':8,'ingressBurst':8}",
                        "{'type':'tuning','sysctl':{'net.core.somaxconn':'5'},'mtu':1400}",
                        "{'type':'tuning'}",
                        "{'type':'sbr'}")
                .map(FusedFormTest::json)
                .list()
                .ofMaxSize(4)
                .uniqueElements(plugin -> plugin.find("type"));
        Arbitrary<Json.Obj> main = Arbitraries.of(
                        "{'type':'bridge','bridge':'cni0','mtu':1300}", "{'type':'ptp','ipam':{'type':'host-local'}}")
                .map(FusedFormTest::json);
        return Combinators.combine(main, chained)
                .as((first, others) ->
                        Stream.concat(Stream.of(first), others.stream()).toList());
    }
}
