package dev.hawser.ipam;

/**
 * Who holds a lease: one interface of one container.
 *
 * @param containerId as the runtime names the container; white space around it is dropped, and there is none inside
 * @param ifName the interface in the container, such as {@code eth0}; empty for a lease written by an old version of
 *     {@code host-local}, which knew containers only
 */
public record Owner(String containerId, String ifName) {

    public Owner {
        containerId = containerId.strip();
        if (!isValid(containerId, ifName)) {
            throw new IllegalArgumentException("\"" + containerId + "\" with \"" + ifName
                    + "\" cannot own a lease: a container id and an interface name are words without white space");
        }
    }

    static boolean isValid(String containerId, String ifName) {
        return !containerId.isEmpty() && isOneWord(containerId) && isOneWord(ifName);
    }

    private static boolean isOneWord(String text) {
        int c;
        for (int i = 0; i < text.length(); i += Character.charCount(c)) {
            c = text.codePointAt(i);
            if (!isInWord(c)) {
                return false;
            }
        }
        return true;
    }

    /** White space and line ends separate the words in lease files; half a surrogate pair has no bytes. */
    private static boolean isInWord(int c) {
        return !Character.isWhitespace(c)
                && !Character.isSpaceChar(c)
                && !Character.isISOControl(c)
                && Character.getType(c) != Character.SURROGATE;
    }

    /** Whether the lease was written before leases named the interface. */
    public boolean isLegacy() {
        return ifName.isEmpty();
    }

    /** {@code containerId/ifName}. */
    @Override
    public String toString() {
        return isLegacy() ? containerId : containerId + "/" + ifName;
    }
}
