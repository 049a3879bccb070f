package dev.hawser.kernel;

import java.util.Optional;

/**
 * Whose a kernel object is: one interface of one container on one network. Written into the ifalias of a link and the
 * comment of a set element, so that GC finds them without any other state, and a person reading {@code ip link} or
 * {@code nft list ruleset} knows whom to ask.
 *
 * @param network the name of the network
 * @param containerId the runtime's id of the container
 * @param ifName the name of the interface inside the container
 */
public record Attachment(String network, String containerId, String ifName) {

    /** NFTNL_UDATA_COMMENT_MAXLEN of nft(8): what it prints, but refuses to read if it is longer. */
    private static final int COMMENT_CHARACTERS = 128;

    /** The ids of containerd, CRI-O, docker and podman. */
    private static final int CONTAINER_ID_CHARACTERS = 64;

    /** IFNAMSIZ - 1. */
    private static final int INTERFACE_CHARACTERS = 15;

    private static final int NETWORK_CHARACTERS =
            COMMENT_CHARACTERS - CONTAINER_ID_CHARACTERS - INTERFACE_CHARACTERS - "//".length();

    /** Of SHA-256: enough that nobody meets a collision. */
    private static final int HASH_DIGITS = 32;

    /** Reads what {@link #toString()} wrote. */
    public static Optional<Attachment> parse(String text) {
        String[] parts = text.split("/", -1);
        return parts.length == 3 ? Optional.of(new Attachment(parts[0], parts[1], parts[2])) : Optional.empty();
    }

    /**
     * This attachment as it is written where space is short: a part that is too long or that nft(8) could not read back
     * stands as {@code #} and the first 32 (for an interface, 14) hex digits of its SHA-256. What comes from the kernel is
     * in this form; abbreviate the other side too before comparing. Abbreviating twice changes nothing.
     *
     * @return at most 128 characters of plain ASCII as text; usually just this attachment
     */
    public Attachment abbreviated() {
        return new Attachment(
                abbreviated(network, NETWORK_CHARACTERS),
                abbreviated(containerId, CONTAINER_ID_CHARACTERS),
                abbreviated(ifName, INTERFACE_CHARACTERS));
    }

    private static String abbreviated(String part, int maxCharacters) {
        boolean fits = part.length() <= maxCharacters && isPlain(part);
        return fits ? part : "#" + Sha256.hex(part, Math.min(HASH_DIGITS, maxCharacters - 1));
    }

    /** Whether nft(8) reads it back from between two quotes, as a part of three. */
    private static boolean isPlain(String part) {
        for (int i = 0; i < part.length(); i++) {
            char c = part.charAt(i);
            if (c < ' ' || c > '~' || c == '"' || c == '\\' || c == '/') {
                return false;
            }
        }
        return true;
    }

    /** {@code network/containerId/ifName}: none of the three may hold a slash (SPEC, "Parameters"). */
    @Override
    public String toString() {
        return network + "/" + containerId + "/" + ifName;
    }
}
