package dev.hawser.kernel;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.util.Optional;
import org.opentest4j.TestAbortedException;

/**
 * What not every kernel has, and this is how a test says that it needs it, as its first line or before all tests of its class:
 *
 * <pre>{@code
 * KernelFeature.DUMMY.require();
 * }</pre>
 *
 * <p>On a kernel without it the test is skipped, and the reason says what is missing. {@code scripts/matrix.sh} then runs the
 * test again on Debian's kernel in a virtual machine, and fails if it was skipped there, too: nothing has to be listed anywhere. What a kernel without the feature has to do is said the other way round, by {@link #requireAbsent}.
 *
 * <p>In {@link KernelContract}, whose fake has everything, the line is {@code needs(KernelFeature.DUMMY);}.
 */
public enum KernelFeature {
    BRIDGE_VLAN_FILTERING("CONFIG_BRIDGE_VLAN_FILTERING", "ip link add br0 type bridge vlan_filtering 1"),
    DUMMY("CONFIG_DUMMY", "ip link add dummy0 type dummy"),
    /** A link that what another receives is redirected to. */
    IFB("CONFIG_IFB", "ip link add ifb9 type ifb"),
    IPVLAN("CONFIG_IPVLAN", on("ip link add link parent name ipvlan0 type ipvlan mode l2")),
    MACVLAN("CONFIG_MACVLAN", on("ip link add link parent name macvlan0 type macvlan mode bridge")),
    /** A link that puts a tag on what another sends: 802.1Q. */
    VLAN("CONFIG_VLAN_8021Q", on("ip link add link parent name vlan0 type vlan id 100")),
    VRF("CONFIG_NET_VRF", "ip link add vrf0 type vrf table 10");

    private final String option;
    private final String probe;

    /**
     * @param option of the kernel's configuration
     * @param probe what succeeds in an empty network namespace of a kernel that has it, in words for a shell
     */
    KernelFeature(String option, String probe) {
        this.option = option;
        this.probe = probe;
    }

    /** Skips the test that asks if this kernel lacks it. */
    public void require() {
        Optional<String> why = objection();
        assumeTrue(why.isEmpty(), () -> "this kernel has no " + option + ": " + probe + ": " + why.orElseThrow());
    }

    /** Skips the test that asks if this kernel has it. */
    public void requireAbsent() {
        if (isPresent()) {
            throw new NeedlessTestException("this kernel has " + option);
        }
    }

    /** Skips a test of what is missing where nothing is: no other kernel has to make up for that. */
    @SuppressWarnings("serial")
    public static final class NeedlessTestException extends TestAbortedException {

        private NeedlessTestException(String message) {
            super(message);
        }
    }

    public boolean isPresent() {
        return objection().isEmpty();
    }

    /** What is said against it where it is tried: in a namespace without a name, which goes with the shell. */
    private Optional<String> objection() {
        try {
            Process process = new ProcessBuilder("unshare", "--net", "sh", "-ec", probe)
                    .redirectErrorStream(true)
                    .start();
            process.getOutputStream().close();
            String text = new String(process.getInputStream().readAllBytes(), UTF_8).strip();
            return process.waitFor() == 0 ? Optional.empty() : Optional.of(text);
        } catch (IOException e) {
            throw new UncheckedIOException("try " + probe, e);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new IllegalStateException("interrupted while trying " + probe, e);
        }
    }

    /** With a link that others can be made on. */
    private static String on(String words) {
        return "ip link add parent type veth peer name other; " + words;
    }
}
