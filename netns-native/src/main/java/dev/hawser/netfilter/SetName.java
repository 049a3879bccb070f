package dev.hawser.netfilter;

import static dev.hawser.netfilter.NfTables.NFTA_SET_ELEM_LIST_SET;
import static dev.hawser.netfilter.NfTables.NFTA_SET_ELEM_LIST_TABLE;
import static dev.hawser.netfilter.NfTables.NFT_MSG_DELSETELEM;
import static dev.hawser.netfilter.NfTables.NFT_MSG_GETSETELEM;
import static dev.hawser.netfilter.NfTables.NFT_MSG_NEWSETELEM;
import static dev.hawser.netlink.Netlink.NLM_F_CREATE;
import static dev.hawser.netlink.Netlink.NLM_F_EXCL;

import dev.hawser.netlink.AttrWriter;
import dev.hawser.netlink.Request;
import java.util.List;

/** A set or map of our table in this family, and the requests about its elements. {@link Elements} reads the answers. */
record SetName(Family family, String name) {

    /** A new element: EEXIST if there is one of this key (EBUSY if it leads elsewhere), ENOENT if there is no such set. */
    Request add(Element element) {
        return add(List.of(element));
    }

    /** The same of many elements, some hundreds at most. */
    Request add(List<Element> elements) {
        return change(NFT_MSG_NEWSETELEM, NLM_F_CREATE | NLM_F_EXCL, elements);
    }

    /** An element that may be there already; EBUSY if it leads elsewhere, ENOENT if there is no such set. */
    Request ensure(Element element) {
        return change(NFT_MSG_NEWSETELEM, NLM_F_CREATE, List.of(element));
    }

    /** The end of the element of this key, whatever else it has; ENOENT if there is none. */
    Request delete(Key key) {
        return delete(List.of(Element.of(key)));
    }

    /** The same of many elements, some hundreds at most. */
    Request delete(List<Element> elements) {
        return change(
                NFT_MSG_DELSETELEM,
                0,
                elements.stream().map(element -> Element.of(element.key())).toList());
    }

    /** Looks up the element of one key, in constant time. ENOENT if there is none. */
    Request lookUp(Key key) {
        return Request.question(NFT_MSG_GETSETELEM, out -> write(out, List.of(Element.of(key))));
    }

    /** Dumps all elements. ENOENT if there is no such set. */
    Request dump() {
        return Request.dump(NFT_MSG_GETSETELEM, this::writeTo);
    }

    private Request change(int type, int flags, List<Element> elements) {
        return Request.acknowledged(type, flags, out -> write(out, elements));
    }

    private void write(AttrWriter out, List<Element> elements) {
        writeTo(out);
        Element.writeAll(elements, out);
    }

    private void writeTo(AttrWriter out) {
        out.fixed(new NfGenMsg(family.number, 0))
                .string(NFTA_SET_ELEM_LIST_TABLE, Ruleset.TABLE)
                .string(NFTA_SET_ELEM_LIST_SET, name);
    }
}
