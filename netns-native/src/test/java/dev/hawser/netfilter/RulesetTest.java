package dev.hawser.netfilter;

import static org.junit.jupiter.api.Assertions.assertEquals;

import dev.hawser.ip.Cidr;
import dev.hawser.kernel.NftChain;
import dev.hawser.kernel.Protocol;
import dev.hawser.kernel.PublishedPort;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;

class RulesetTest {

    @Test
    void saysHowManyRulesEachChainHas() {
        assertEquals(Map.of(chain("forward"), 4, chain("forwarded"), 1), Ruleset.rulesOfChains(Ruleset.forwarding()));
        assertEquals(Map.of(chain("ingress"), 1), Ruleset.rulesOfChains(Ruleset.closedBridges()));
        assertEquals(
                Map.of(chain("subnet-10.1.0.0-16"), 2),
                Ruleset.rulesOfChains(Ruleset.masquerade(Cidr.parse("10.1.0.5/16"))));
        assertEquals(
                Map.of(new NftChain("bridge", "hawser", "prerouting"), 1), Ruleset.rulesOfChains(Ruleset.macGuard()));
    }

    @Test
    void aChainThatIsFilledTwiceHasItsRulesOnce() {
        List<PublishedPort> ports = Stream.of("10.1.0.5/16", "10.2.0.5/16")
                .map(address -> new PublishedPort(Protocol.TCP, Optional.empty(), 8080, Cidr.parse(address), 80, ""))
                .toList();
        String script = PublishedPorts.ruleset(ports, PublishedPort.Masqueraded.SUBNET);

        assertEquals(
                Map.of(
                        chain("published-ip"), 2,
                        chain("published-ip-prerouting"), 1,
                        chain("published-ip-output"), 1,
                        chain("hairpin-10.1.0.0-16"), 2,
                        chain("hairpin-10.1.0.0-16-ports"), 3,
                        chain("hairpin-10.2.0.0-16"), 2,
                        chain("hairpin-10.2.0.0-16-ports"), 3,
                        chain("localhost"), 1),
                Ruleset.rulesOfChains(script));
    }

    private static NftChain chain(String name) {
        return new NftChain("inet", "hawser", name);
    }
}
