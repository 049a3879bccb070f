package dev.hawser.kernel;

import java.util.Arrays;
import java.util.Locale;
import java.util.Optional;

/** A transport protocol that has ports (linux/in.h, IPPROTO_…). */
public enum Protocol {
    TCP(6),
    UDP(17),
    SCTP(132);

    private final int number;

    Protocol(int number) {
        this.number = number;
    }

    /** Its number in the header of a packet. */
    public int number() {
        return number;
    }

    /** {@code tcp}: as nft(8) and iptables(8) write it. */
    public String word() {
        return name().toLowerCase(Locale.ROOT);
    }

    /** The protocol of this name, in upper or lower case. */
    public static Optional<Protocol> of(String text) {
        return Arrays.stream(values())
                .filter(protocol -> protocol.name().equalsIgnoreCase(text))
                .findFirst();
    }
}
