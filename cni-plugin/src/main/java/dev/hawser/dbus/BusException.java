package dev.hawser.dbus;

/** A bus that cannot be reached, does not answer in time, or does not speak D-Bus; or {@link Refused}. */
public class BusException extends RuntimeException {

    private static final long serialVersionUID = 1L;

    BusException(String message) {
        super(message);
    }

    BusException(String message, Throwable cause) {
        super(message, cause);
    }

    /** Whom we called has answered with an error; its name and its words are the message. */
    public static final class Refused extends BusException {

        private static final long serialVersionUID = 1L;

        private final String words;

        Refused(String method, String name, String words) {
            super(method + ": " + name + ": " + words);
            this.words = words;
        }

        /** Whether these are among the words of the error. */
        public boolean says(String some) {
            return words.contains(some);
        }
    }
}
