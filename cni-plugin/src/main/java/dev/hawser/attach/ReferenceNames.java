package dev.hawser.attach;

import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.HexFormat;

/** How the reference plugins derive names of chains, links and comments, so that a node can change between the two. */
public final class ReferenceNames {

    private ReferenceNames() {}

    /**
     * The first hex digits of the SHA-512 of a text.
     *
     * @param text of a network and a container, without anything between them
     * @param digits at most 128
     */
    public static String digest(String text, int digits) {
        try {
            byte[] digest = MessageDigest.getInstance("SHA-512").digest(text.getBytes(StandardCharsets.UTF_8));
            return HexFormat.of().formatHex(digest).substring(0, digits);
        } catch (NoSuchAlgorithmException e) {
            throw new AssertionError("every Java platform has SHA-512", e);
        }
    }
}
