package dev.hawser.netns;

import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.HexFormat;

/** A container and one interface of it. */
record Pod(Netns netns, String containerId, String ifName) {

    Pod withIfName(String other) {
        return new Pod(netns, containerId, other);
    }

    Ip ip() {
        return new Ip(netns);
    }

    /** CNI_NETNS. */
    String path() {
        return netns.path().toString();
    }

    /** The name that Hawser gives to the host's end of the veth. */
    String hostVeth() {
        byte[] text = (containerId + "\0" + ifName).getBytes(StandardCharsets.UTF_8);
        try {
            byte[] hash = MessageDigest.getInstance("SHA-256").digest(text);
            return "veth" + HexFormat.of().formatHex(hash).substring(0, 11);
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException("every JDK has SHA-256", e);
        }
    }
}
