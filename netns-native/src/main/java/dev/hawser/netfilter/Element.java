package dev.hawser.netfilter;

import static dev.hawser.netfilter.NfTables.NFTA_DATA_VALUE;
import static dev.hawser.netfilter.NfTables.NFTA_LIST_ELEM;
import static dev.hawser.netfilter.NfTables.NFTA_SET_ELEM_DATA;
import static dev.hawser.netfilter.NfTables.NFTA_SET_ELEM_KEY;
import static dev.hawser.netfilter.NfTables.NFTA_SET_ELEM_LIST_ELEMENTS;
import static dev.hawser.netfilter.NfTables.NFTA_SET_ELEM_USERDATA;

import dev.hawser.netlink.AttrReader;
import dev.hawser.netlink.AttrWriter;
import java.util.List;

/**
 * One element of a set or of a map.
 *
 * @param key in network byte order, a concatenation with each part padded to four bytes
 * @param data what a map leads to, in the same form; {@link Key#NONE} in a set
 * @param comment empty if there is none
 */
record Element(Key key, Key data, String comment) {

    /** An element of a set. */
    Element(Key key, String comment) {
        this(key, Key.NONE, comment);
    }

    /** An element as it is deleted or looked up: by its key. */
    static Element of(Key key) {
        return new Element(key, "");
    }

    /**
     * Writes elements as NFTA_SET_ELEM_LIST_ELEMENTS:
     *
     * {@snippet lang=text :
     *  NFTA_SET_ELEM_LIST_ELEMENTS
     *    NFTA_LIST_ELEM                  // one for each element
     *      NFTA_SET_ELEM_KEY
     *        NFTA_DATA_VALUE             0a 01 00 05
     *      NFTA_SET_ELEM_DATA            // of a map
     *        NFTA_DATA_VALUE             0a 01 00 09
     *      NFTA_SET_ELEM_USERDATA        00 0c "net/c1/eth0" 00
     * }
     */
    static void writeAll(List<Element> elements, AttrWriter out) {
        out.nested(NFTA_SET_ELEM_LIST_ELEMENTS, list -> elements.forEach(element -> element.writeTo(list)));
    }

    private void writeTo(AttrWriter list) {
        list.nested(NFTA_LIST_ELEM, element -> {
            element.nested(NFTA_SET_ELEM_KEY, value -> value.bytes(NFTA_DATA_VALUE, key.octets()));
            if (!data.equals(Key.NONE)) {
                element.nested(NFTA_SET_ELEM_DATA, value -> value.bytes(NFTA_DATA_VALUE, data.octets()));
            }
            if (!comment.isEmpty()) {
                element.bytes(NFTA_SET_ELEM_USERDATA, Userdata.ofComment(comment));
            }
        });
    }

    /** The element that an NFTA_LIST_ELEM holds. */
    static Element read(AttrReader attrs) {
        Key key = Key.NONE;
        Key data = Key.NONE;
        String comment = "";
        while (attrs.next()) {
            switch (attrs.type()) {
                case NFTA_SET_ELEM_KEY -> key = readKey(attrs.nested());
                case NFTA_SET_ELEM_DATA -> data = readKey(attrs.nested());
                case NFTA_SET_ELEM_USERDATA -> comment = Userdata.comment(attrs.bytes());
                default -> {} // counters, timeouts, flags
            }
        }
        return new Element(key, data, comment);
    }

    private static Key readKey(AttrReader data) {
        Key key = Key.NONE;
        while (data.next()) {
            if (data.type() == NFTA_DATA_VALUE) {
                key = new Key(data.bytes());
            }
        }
        return key;
    }
}
