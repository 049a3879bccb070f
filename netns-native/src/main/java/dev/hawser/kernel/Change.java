package dev.hawser.kernel;

/**
 * Something that should become true of a network namespace. Every change is an <em>ensure</em>: what is already so counts
 * as done, unless its comment says otherwise.
 *
 * <p>A new word is one record of one of the families below; the compiler then asks for it in every kernel.
 */
public sealed interface Change permits LinkChange, IpChange, FirewallChange, QdiscChange, Change.SetSysctl {

    /** This change as the arguments of {@code ip}, {@code bridge}, {@code sysctl}, {@code nft} or {@code tc}. */
    String words();

    /** This change as a line of a shell, made on {@code side}. */
    default String on(Side side) {
        String words = words();
        if (side == Side.HOST) {
            return words;
        }
        return words.startsWith("ip ") || words.startsWith("bridge ")
                ? words.replaceFirst(" ", " -n POD ")
                : "ip netns exec POD " + words;
    }

    /**
     * A kernel parameter has this value; one that has it already is not written.
     *
     * @param key below /proc/sys, with slashes: {@code net/ipv4/ip_forward}
     * @param required whether it is an error if the parameter cannot be set
     */
    record SetSysctl(String key, String value, boolean required) implements Change {
        @Override
        public String words() {
            return "sysctl -w " + key + "=" + value + (required ? "" : "  # if it can be");
        }
    }
}
