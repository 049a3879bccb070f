package dev.hawser.ipam;

import static java.nio.charset.StandardCharsets.UTF_8;

import java.nio.ByteBuffer;
import java.nio.charset.CharacterCodingException;
import java.util.Optional;

/**
 * What a lease file says: {@code 0a1b2c…<CR><LF>eth0}, with no line end after it. host-local before 0.8 wrote the
 * container id alone.
 */
final class LeaseText {

    private static final String SEPARATOR = "\r\n";

    private LeaseText() {}

    static byte[] write(Owner owner) {
        String text = owner.isLegacy() ? owner.containerId() : owner.containerId() + SEPARATOR + owner.ifName();
        return text.getBytes(UTF_8);
    }

    /** Nothing, if no owner would have written this. */
    static Optional<Owner> read(byte[] octets) {
        try {
            String text = UTF_8.newDecoder().decode(ByteBuffer.wrap(octets)).toString();
            return read(text.strip());
        } catch (CharacterCodingException notText) {
            return Optional.empty();
        }
    }

    private static Optional<Owner> read(String text) {
        int end = text.indexOf(SEPARATOR);
        String containerId = end < 0 ? text : text.substring(0, end);
        String ifName = end < 0 ? "" : text.substring(end + SEPARATOR.length());
        return Owner.isValid(containerId, ifName) ? Optional.of(new Owner(containerId, ifName)) : Optional.empty();
    }
}
