package dev.hawser.ipam;

import static java.nio.charset.StandardCharsets.UTF_8;

import java.nio.ByteBuffer;
import java.nio.charset.CharacterCodingException;
import java.util.HexFormat;
import java.util.Optional;
import java.util.zip.CRC32;

/** Text after a line with its CRC-32 in eight hex digits, so that a cut or damaged file is known for what it is. */
final class SealedText {

    private static final int SEAL_LENGTH = 9;

    private SealedText() {}

    static byte[] seal(String text) {
        byte[] octets = text.getBytes(UTF_8);
        byte[] seal = sealOf(octets, 0);
        byte[] sealed = new byte[SEAL_LENGTH + octets.length];
        System.arraycopy(seal, 0, sealed, 0, SEAL_LENGTH);
        System.arraycopy(octets, 0, sealed, SEAL_LENGTH, octets.length);
        return sealed;
    }

    /** The text, if all of it is there, unchanged. */
    static Optional<String> open(byte[] sealed) {
        if (sealed.length < SEAL_LENGTH) {
            return Optional.empty();
        }
        ByteBuffer seal = ByteBuffer.wrap(sealed, 0, SEAL_LENGTH);
        if (!seal.equals(ByteBuffer.wrap(sealOf(sealed, SEAL_LENGTH)))) {
            return Optional.empty();
        }
        return decode(ByteBuffer.wrap(sealed, SEAL_LENGTH, sealed.length - SEAL_LENGTH));
    }

    private static byte[] sealOf(byte[] octets, int from) {
        CRC32 crc = new CRC32();
        crc.update(octets, from, octets.length - from);
        return (HexFormat.of().toHexDigits((int) crc.getValue()) + "\n").getBytes(UTF_8);
    }

    private static Optional<String> decode(ByteBuffer octets) {
        try {
            return Optional.of(UTF_8.newDecoder().decode(octets).toString());
        } catch (CharacterCodingException notText) {
            return Optional.empty();
        }
    }
}
