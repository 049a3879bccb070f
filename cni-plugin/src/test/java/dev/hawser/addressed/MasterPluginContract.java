package dev.hawser.addressed;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.hawser.kernel.LinkChange;
import dev.hawser.kernel.LinkKind;
import dev.hawser.kernel.Side;
import dev.hawser.run.TestNode.Ended;
import java.util.Optional;
import java.util.OptionalInt;
import org.junit.jupiter.api.Test;

/** What every plugin promises besides whose link is a view on another one; {@link #everything()} names {@code "up0"}. */
public abstract class MasterPluginContract extends LinkPluginContract {

    private String everythingOn(String master) {
        return everything().replace("\"up0\"", "\"" + master + "\"");
    }

    @Test
    void aMasterMayBeInTheContainer() {
        node.kernel.apply(
                Side.POD,
                new LinkChange.AddLink("net1", new LinkKind.Dummy(), Optional.empty(), OptionalInt.of(MASTER_MTU)));

        Ended ended =
                node.call("ADD", type(), everythingOn("net1").replaceFirst("\\{", "{\"linkInContainer\": true, "));

        assertEquals(0, ended.exitStatus(), ended.stdout());
        assertTrue(applied().contains("ip -n POD link add eth0 link net1 "), applied());
    }

    @Test
    void aMasterThatIsNotThereIsNamedByAddAndByStatus() {
        Ended added = node.call("ADD", type(), everythingOn("up7"));
        Ended status = node.call("STATUS", type(), everythingOn("up7"));

        assertRefused(added, "there is no link \\\"up7\\\" on the host");
        assertRefused(status, "there is no link \\\"up7\\\" on the host", "\"code\": 50");
        assertNothingLeft(node, "after ADD");
    }

    @Test
    void checkSeesThatItIsOnAnotherMaster() {
        Ended added = node.call("ADD", type(), everything());

        Ended ended = node.call("CHECK", type(), withPrevious(everythingOn("lo"), added.stdout()));

        assertRefused(ended, "eth0 is not on lo any more");
    }
}
