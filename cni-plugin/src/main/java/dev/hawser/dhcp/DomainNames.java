package dev.hawser.dhcp;

import static java.nio.charset.StandardCharsets.US_ASCII;

import java.util.ArrayList;
import java.util.List;

/**
 * The names of a domain search list (RFC 3397): labels with their lengths before them, and where a name goes on as an earlier
 * one, a pointer to that (RFC 1035, 4.1.4).
 */
final class DomainNames {

    private static final int POINTER = 0xc0;
    private static final int LONGEST_NAME = 255;

    private final byte[] list;

    private DomainNames(byte[] list) {
        this.list = list;
    }

    /** Reads a list; it ends before a name that makes no sense. */
    static List<String> parse(byte[] list) {
        return new DomainNames(list).all();
    }

    private List<String> all() {
        List<String> names = new ArrayList<>();
        int at = 0;
        while (at < list.length) {
            List<String> labels = new ArrayList<>();
            int next = name(at, labels);
            if (next < 0) {
                break;
            }
            at = next;
            if (!labels.isEmpty()) {
                names.add(String.join(".", labels));
            }
        }
        return names;
    }

    /** Adds the labels of the name that begins there; returns where it ends, or -1 if it is no name. */
    private int name(int start, List<String> labels) {
        int at = start;
        int limit = start;
        int length = 0;
        int end = -1;
        while (at < list.length) {
            int head = Byte.toUnsignedInt(list[at]);
            if (head == 0) {
                return end < 0 ? at + 1 : end;
            }
            if ((head & POINTER) == POINTER) {
                int target = at + 1 < list.length ? (head & 0x3f) << 8 | Byte.toUnsignedInt(list[at + 1]) : list.length;
                // Only ever further back: so it comes to an end.
                if (target >= limit) {
                    return -1;
                }
                end = end < 0 ? at + 2 : end;
                limit = target;
                at = target;
                continue;
            }
            length += head + 1;
            if ((head & POINTER) != 0 || at + 1 + head > list.length || length > LONGEST_NAME) {
                return -1;
            }
            labels.add(new String(list, at + 1, head, US_ASCII));
            at += 1 + head;
        }
        return -1;
    }
}
