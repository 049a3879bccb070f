package dev.hawser.attach;

import dev.hawser.kernel.Attachment;
import dev.hawser.kernel.MacAddress;
import dev.hawser.kernel.Sha256;
import dev.hawser.run.Call;
import java.nio.ByteBuffer;
import java.util.HexFormat;

/**
 * What the two ends of an attachment's veth pair are called, found again from the attachment alone: DEL needs no state and
 * no namespace.
 *
 * @param hostEnd {@code veth} and 11 hex digits of SHA-256(first, 0, second): 15 bytes, as long as a name may be
 * @param hostMac explicit, so that udev (systemd.link(5), MACAddressPolicy) does not rewrite it
 * @param podMac the container's, unless the configuration names another
 */
public record VethNames(String hostEnd, MacAddress hostMac, MacAddress podMac) {

    private static final int NAME_DIGITS = 11;

    /** The names of the pair of the attachment that this call is about. */
    public static VethNames of(Call call) {
        return of(call.attachment());
    }

    /** The names of the pair of an attachment. */
    public static VethNames of(Attachment attachment) {
        return of(attachment.containerId(), attachment.ifName());
    }

    /** The names of the pair that {@code first} and {@code second}, containerId and ifName, stand for. */
    public static VethNames of(String first, String second) {
        byte[] digest = Sha256.octets(first + "\0" + second);
        ByteBuffer bytes = ByteBuffer.wrap(digest);
        return new VethNames(
                "veth" + HexFormat.of().formatHex(digest).substring(0, NAME_DIGITS),
                MacAddress.locallyAdministered(bytes.getLong(8)),
                MacAddress.locallyAdministered(bytes.getLong(16)));
    }
}
