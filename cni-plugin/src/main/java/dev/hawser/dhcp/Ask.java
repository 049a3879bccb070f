package dev.hawser.dhcp;

import static java.nio.charset.StandardCharsets.UTF_8;

import dev.hawser.kernel.Attachment;
import java.util.Arrays;
import java.util.Collection;
import java.util.Map;
import java.util.OptionalInt;
import java.util.SortedSet;
import java.util.TreeSet;

/**
 * What a client tells of itself, and what it wants to know.
 *
 * @param provided goes with every message; has the client identifier
 * @param requested the codes of the parameter request list
 */
public record Ask(Options provided, SortedSet<Integer> requested) {

    /** How long a value in the configuration may be, in bytes. */
    public static final int LONGEST_VALUE = 255;

    /** What the reference's configuration calls them. */
    private static final Map<String, Integer> NAMES = Map.of(
            "dhcp-client-identifier", OptionCode.CLIENT_IDENTIFIER,
            "subnet-mask", OptionCode.SUBNET_MASK,
            "routers", OptionCode.ROUTER,
            "host-name", OptionCode.HOST_NAME,
            "user-class", OptionCode.USER_CLASS,
            "vendor-class-identifier", OptionCode.VENDOR_CLASS_IDENTIFIER);

    private static final int LONGEST_IDENTITY = 254;

    /**
     * An ask of nothing for an attachment. Its client identifier is the reference's, so that a server goes on with what it has
     * leased to that: a zero, and {@code containerID/network/ifName}, cut to 254 bytes.
     */
    public static Ask of(Attachment attachment) {
        String name = attachment.containerId() + "/" + attachment.network() + "/" + attachment.ifName();
        byte[] text = name.getBytes(UTF_8);
        byte[] identifier = new byte[1 + Math.min(LONGEST_IDENTITY, text.length)];
        System.arraycopy(text, 0, identifier, 1, identifier.length - 1);
        return new Ask(Options.NONE.with(OptionCode.CLIENT_IDENTIFIER, identifier), new TreeSet<>());
    }

    /** The same, and a text. */
    public Ask provide(int code, String value) {
        return new Ask(provided.with(code, value.getBytes(UTF_8)), requested);
    }

    /** The same, and these. */
    public Ask request(Collection<Integer> codes) {
        SortedSet<Integer> more = new TreeSet<>(requested);
        more.addAll(codes);
        return new Ask(provided, more);
    }

    /** The same, and what an address is of no use without: the mask of its subnet and the routers. */
    public Ask requestDefaults() {
        return request(Arrays.asList(OptionCode.SUBNET_MASK, OptionCode.ROUTER));
    }

    /** The code of an option that a configuration names, by name or number; empty if there is none. */
    public static OptionalInt code(String nameOrNumber) {
        if (NAMES.containsKey(nameOrNumber)) {
            return OptionalInt.of(NAMES.get(nameOrNumber));
        }
        if (!nameOrNumber.matches("[0-9]{1,3}")) {
            return OptionalInt.empty();
        }
        int code = Integer.parseInt(nameOrNumber);
        return Options.isCode(code) ? OptionalInt.of(code) : OptionalInt.empty();
    }

    /** The names that {@link #code} knows. */
    public static SortedSet<String> names() {
        return new TreeSet<>(NAMES.keySet());
    }

    /** The parameter request list. */
    byte[] parameterRequestList() {
        byte[] list = new byte[requested.size()];
        int i = 0;
        for (int code : requested) {
            list[i++] = (byte) code;
        }
        return list;
    }
}
