package dev.hawser.kernel;

import static java.nio.charset.StandardCharsets.UTF_8;

import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.HexFormat;

/** Short names for long texts. */
public final class Sha256 {

    private Sha256() {}

    /** The first of the 64 hex digits of a text's SHA-256. */
    static String hex(String text, int digits) {
        return HexFormat.of().formatHex(octets(text)).substring(0, digits);
    }

    /** The 32 octets of a text's SHA-256. */
    public static byte[] octets(String text) {
        try {
            return MessageDigest.getInstance("SHA-256").digest(text.getBytes(UTF_8));
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException("every Java has SHA-256", e);
        }
    }
}
