package dev.hawser.ip;

/** The text forms of single addresses. */
final class IpText {

    private static final int GROUPS = 8;

    private IpText() {}

    static byte[] parseIpv4(String text) {
        return dottedQuad(text, text);
    }

    /** @param text what to name in a refusal: the address that {@code quad} is all, or the end, of */
    private static byte[] dottedQuad(String quad, String text) {
        String[] parts = quad.split("\\.", -1);
        if (parts.length != 4) {
            throw notAnAddress(text);
        }
        byte[] octets = new byte[4];
        for (int i = 0; i < 4; i++) {
            octets[i] = octet(parts[i], text);
        }
        return octets;
    }

    private static byte octet(String digits, String text) {
        if (!isSmallNumber(digits)) {
            throw notAnAddress(text);
        }
        int value = Integer.parseInt(digits);
        if (value > 255) {
            throw notAnAddress(text);
        }
        return (byte) value;
    }

    /** Whether it is up to three digits, the first of several no zero. */
    static boolean isSmallNumber(String text) {
        boolean leadingZero = text.length() > 1 && text.charAt(0) == '0';
        return !text.isEmpty() && text.length() <= 3 && !leadingZero && allDigits(text);
    }

    private static boolean allDigits(String text) {
        for (int i = 0; i < text.length(); i++) {
            if (text.charAt(i) < '0' || text.charAt(i) > '9') {
                return false;
            }
        }
        return true;
    }

    static byte[] parseIpv6(String text) {
        int gap = text.indexOf("::");
        if (gap < 0) {
            byte[] octets = groups(text, text);
            if (octets.length != 16) {
                throw notAnAddress(text);
            }
            return octets;
        }
        byte[] head = groups(text.substring(0, gap), text);
        byte[] tail = groups(text.substring(gap + 2), text);
        if (head.length + tail.length > 14) {
            throw notAnAddress(text);
        }
        byte[] octets = new byte[16];
        System.arraycopy(head, 0, octets, 0, head.length);
        System.arraycopy(tail, 0, octets, 16 - tail.length, tail.length);
        return octets;
    }

    /** Groups of four hex digits between colons; the last one may be a dotted IPv4 address. */
    private static byte[] groups(String part, String text) {
        if (part.isEmpty()) {
            return new byte[0];
        }
        String[] words = part.split(":", -1);
        boolean dotted = words[words.length - 1].indexOf('.') >= 0 && text.endsWith(part);
        int plain = dotted ? words.length - 1 : words.length;
        byte[] octets = new byte[Math.min(GROUPS + 1, plain) * 2 + (dotted ? 4 : 0)];
        if (plain > GROUPS) {
            throw notAnAddress(text);
        }
        for (int i = 0; i < plain; i++) {
            int group = group(words[i], text);
            octets[2 * i] = (byte) (group >>> 8);
            octets[2 * i + 1] = (byte) group;
        }
        if (dotted) {
            System.arraycopy(dottedQuad(words[plain], text), 0, octets, 2 * plain, 4);
        }
        return octets;
    }

    private static int group(String digits, String text) {
        boolean hex = digits.chars().allMatch(c -> Character.digit(c, 16) >= 0 && c < 128);
        if (digits.isEmpty() || digits.length() > 4 || !hex) {
            throw notAnAddress(text);
        }
        return Integer.parseInt(digits, 16);
    }

    private static IllegalArgumentException notAnAddress(String text) {
        return new IllegalArgumentException("\"" + text + "\" is not an IP address");
    }

    /** RFC 5952: lower case, no leading zeros, the first longest run of two or more zero groups as {@code ::}. */
    static String ipv6(byte[] octets) {
        int[] groups = new int[GROUPS];
        for (int i = 0; i < GROUPS; i++) {
            groups[i] = (octets[2 * i] & 0xff) << 8 | (octets[2 * i + 1] & 0xff);
        }
        int gapStart = -1;
        int gapLength = 1;
        for (int start = 0; start < GROUPS; start++) {
            int length = zerosFrom(groups, start);
            if (length > gapLength) {
                gapStart = start;
                gapLength = length;
            }
        }
        if (gapStart < 0) {
            return join(groups, 0, GROUPS);
        }
        return join(groups, 0, gapStart) + "::" + join(groups, gapStart + gapLength, GROUPS);
    }

    private static int zerosFrom(int[] groups, int start) {
        int end = start;
        while (end < GROUPS && groups[end] == 0) {
            end++;
        }
        return end - start;
    }

    private static String join(int[] groups, int from, int to) {
        StringBuilder text = new StringBuilder();
        for (int i = from; i < to; i++) {
            text.append(i == from ? "" : ":").append(Integer.toHexString(groups[i]));
        }
        return text.toString();
    }
}
