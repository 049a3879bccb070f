package dev.hawser.linux;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.hawser.kernel.Errno;
import dev.hawser.netlink.Ack;
import dev.hawser.netlink.AttrReader;
import dev.hawser.netlink.FixedHeader;
import dev.hawser.netlink.Netlink;
import dev.hawser.netlink.Request;
import java.util.List;
import java.util.Optional;
import java.util.OptionalInt;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** Against the kernel, reading only. */
class NetlinkSocketTest {

    private static final int RTM_GETLINK = 18;
    private static final int IFLA_IFNAME = 3;

    /** An empty struct ifinfomsg. */
    private static final FixedHeader NO_LINK = out -> out.putLong(0).putLong(0);

    private final NetlinkSocket socket = NetlinkSocket.open(Netlink.NETLINK_ROUTE, NetlinkSocket.newBuffer());

    @AfterEach
    void close() {
        socket.close();
    }

    @Test
    void looksUpOneLinkByName() {
        Optional<String> name = socket.find(question("lo"), NetlinkSocketTest::nameOf, Errno.ENODEV, "lo");

        assertEquals(Optional.of("lo"), name);
    }

    @Test
    void findsNothingWhereThereIsNothing() {
        Optional<String> name = socket.find(question("no-such"), NetlinkSocketTest::nameOf, Errno.ENODEV, "no-such");

        assertEquals(Optional.empty(), name);
    }

    @Test
    void dumpsAllLinks() {
        List<String> names =
                socket.dump(Request.dump(RTM_GETLINK, out -> out.fixed(NO_LINK)), NetlinkSocketTest::nameOf, "links");

        assertTrue(names.contains("lo"), names::toString);
    }

    @Test
    void returnsTheKernelsWordsOnAnError() {
        FixedHeader withFlags = out -> out.putLong(0).putInt(1).putInt(0);

        Ack ack = socket.execute(Request.acknowledged(RTM_GETLINK, 0, out -> out.fixed(withFlags)));

        assertEquals(new Ack(Errno.EINVAL, "Invalid values in header for get link request", OptionalInt.empty()), ack);
    }

    @Test
    void servesTheNextRequestAfterAnError() {
        socket.execute(byName("no-such"));

        assertTrue(socket.execute(byName("lo")).isOk());
    }

    @Test
    void servesTheNextRequestAfterAQuestionThatWasAcknowledgedToo() {
        socket.find(byName("lo"), NetlinkSocketTest::nameOf, Errno.ENODEV, "lo");

        assertEquals(Errno.ENODEV, socket.execute(byName("no-such")).errno());
    }

    private static Request question(String name) {
        return Request.question(RTM_GETLINK, out -> out.fixed(NO_LINK).string(IFLA_IFNAME, name));
    }

    private static Request byName(String name) {
        return Request.acknowledged(RTM_GETLINK, 0, out -> out.fixed(NO_LINK).string(IFLA_IFNAME, name));
    }

    private static String nameOf(AttrReader body) {
        body.fixed(16);
        String name = "";
        while (body.next()) {
            name = body.type() == IFLA_IFNAME ? body.string() : name;
        }
        return name;
    }
}
