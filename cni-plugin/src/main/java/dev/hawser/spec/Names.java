package dev.hawser.spec;

import java.nio.charset.StandardCharsets;

/** What containers, networks and interfaces may be called. */
final class Names {

    /** IFNAMSIZ of linux/if.h, less the zero at its end. */
    private static final int LONGEST_INTERFACE_NAME_BYTES = 15;

    private Names() {}

    /**
     * SPEC, "Parameters": {@code [a-zA-Z0-9][a-zA-Z0-9_.-]*}, and nothing else, not even a newline after it. Such a name
     * can be part of a file's name.
     */
    static boolean isIdentifier(String text) {
        if (text.isEmpty() || !isAlphanumeric(text.charAt(0))) {
            return false;
        }
        for (int i = 1; i < text.length(); i++) {
            char c = text.charAt(i);
            if (!isAlphanumeric(c) && c != '_' && c != '.' && c != '-') {
                return false;
            }
        }
        return true;
    }

    private static boolean isAlphanumeric(char c) {
        return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9');
    }

    static void requireContainerId(String text) {
        if (!isIdentifier(text)) {
            throw new CniException(ErrorCode.INVALID_ENVIRONMENT, "invalid characters in containerID", text);
        }
    }

    /** The rules of the kernel's dev_valid_name(), with Unicode's white space for the kernel's. */
    static void requireInterfaceName(String text) {
        if (text.getBytes(StandardCharsets.UTF_8).length > LONGEST_INTERFACE_NAME_BYTES) {
            throw new CniException(
                    ErrorCode.INVALID_ENVIRONMENT,
                    "interface name is too long",
                    "interface name should be less than 16 characters");
        }
        if (text.equals(".") || text.equals("..")) {
            throw new CniException(ErrorCode.INVALID_ENVIRONMENT, "interface name is . or ..");
        }
        if (hasSeparator(text)) {
            throw new CniException(
                    ErrorCode.INVALID_ENVIRONMENT, "interface name contains / or : or whitespace characters");
        }
    }

    private static boolean hasSeparator(String text) {
        for (int i = 0; i < text.length(); i++) {
            char c = text.charAt(i);
            if (c == '/' || c == ':' || isSpace(c)) {
                return true;
            }
        }
        return false;
    }

    /** Go's unicode.IsSpace: the separators of Unicode, and the controls that move a cursor. */
    private static boolean isSpace(char c) {
        return Character.isSpaceChar(c) || (c >= '\t' && c <= '\r') || c == 0x85;
    }
}
