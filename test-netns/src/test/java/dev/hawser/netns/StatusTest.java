package dev.hawser.netns;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** STATUS: whether an ADD could be served. */
class StatusTest {

    @RegisterExtension
    final TestNode node = new TestNode();

    @Test
    void aNodeThatCouldServeAnAddSaysNothing() {
        node.call("STATUS", node.gateway()).answer().succeeded();
        node.call("STATUS", node.layer2()).answer().succeeded();
        node.call("STATUS", node.hostLocal()).answer().succeeded();
    }

    @Test
    void nothingIsMadeByAsking() {
        node.call("STATUS", node.gateway()).answer().succeeded();

        assertEquals(List.of(), node.ip().linkNames());
    }

    @Test
    void anIpamPluginThatIsNowhereIsNotAvailable() {
        node.call("STATUS", node.layer2().with("ipam.type", "nowhere"))
                .answer()
                .fault()
                .is(Answer.PLUGIN_NOT_AVAILABLE, "nowhere");
    }

    /** An error would take the whole node out of service, its running pods with it. */
    @Test
    void anExhaustedPoolIsNoFailure() {
        Conf conf = node.layer3().withJson("ipam.ranges", "[[{\"subnet\": \"10.66.0.0/30\"}]]");
        node.add(conf, node.pod()).result();
        node.add(conf, node.pod()).fault();

        node.call("STATUS", conf).answer().succeeded();
    }

    @ParameterizedTest
    @ValueSource(strings = {"0.4.0", "1.0.0"})
    void thereIsNoStatusBeforeVersion11(String version) {
        node.call("STATUS", node.gateway().with("cniVersion", version))
                .answer()
                .fault()
                .is(Answer.INCOMPATIBLE_VERSION, "STATUS");
    }
}
