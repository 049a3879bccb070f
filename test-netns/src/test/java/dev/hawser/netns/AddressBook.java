package dev.hawser.netns;

import java.util.HashMap;
import java.util.HashSet;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;

/**
 * Who may hold an address, from what callers have asked for and were answered; the pool's own files say nothing here.
 * Thread-safe.
 */
final class AddressBook {

    /** Address to container. */
    private final Map<String, String> holders = new HashMap<>();

    /** Containers from the beginning of their ADD to the end of their DEL, or to a refusal. */
    private final Set<String> involved = new HashSet<>();

    /** For each ADD under way, which others were involved at some time since it began. */
    private final Map<String, Set<String>> others = new HashMap<>();

    /** An ADD is about to be sent. */
    synchronized void adding(String containerId) {
        others.values().forEach(seen -> seen.add(containerId));
        others.put(containerId, new HashSet<>(involved));
        involved.add(containerId);
    }

    /** An ADD has succeeded: nobody may have that address. */
    synchronized void added(String containerId, String address) {
        others.remove(containerId);
        String holder = holders.putIfAbsent(address, containerId);
        if (holder != null) {
            throw new AssertionError(address + " was given to " + containerId + ", and " + holder + " has it");
        }
    }

    /**
     * An ADD was refused, and has left nothing.
     *
     * @return how many addresses others may have had at one time or another meanwhile
     */
    synchronized int refused(String containerId) {
        involved.remove(containerId);
        Set<String> seen = others.remove(containerId);
        return seen == null ? 0 : seen.size();
    }

    /** A DEL is about to be sent: from now on, somebody else may get the address. */
    synchronized void deleting(String containerId) {
        others.remove(containerId);
        holders.values().remove(containerId);
    }

    /** A DEL has succeeded. */
    synchronized void deleted(String containerId) {
        involved.remove(containerId);
    }

    /** The container that has an address, for each address. */
    synchronized Map<String, String> holders() {
        return new TreeMap<>(holders);
    }
}
