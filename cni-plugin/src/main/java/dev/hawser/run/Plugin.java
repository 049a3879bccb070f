package dev.hawser.run;

import dev.hawser.spec.CniException;
import dev.hawser.spec.CniResult;
import dev.hawser.spec.CniVersion;
import dev.hawser.spec.ValidAttachments;
import java.util.List;
import java.util.Optional;

/** A type of the {@code type} key of a configuration. */
public interface Plugin {

    /** The type's name: {@code bridge}. */
    String type();

    /**
     * The type that a file name or a configuration means: {@code hawser-bridge} and {@code bridge} are the same.
     */
    static String typeOf(String name) {
        return name.startsWith("hawser-") ? name.substring("hawser-".length()) : name;
    }

    /**
     * The type that a command line means.
     *
     * @param arguments {@code --type bridge} says it, whatever the file is called
     * @param argv0 the file that was executed, with or without its directory
     */
    static String typeOf(List<String> arguments, String argv0) {
        boolean named = arguments.size() == 2 && arguments.getFirst().equals("--type");
        return named ? arguments.getLast() : typeOf(argv0.substring(argv0.lastIndexOf('/') + 1));
    }

    /** The versions of the specification that it speaks, oldest first. */
    default List<CniVersion> versions() {
        return CniVersion.ALL;
    }

    /** Whether it looks at CNI_ARGS, so that unknown ones are an error. */
    default boolean readsArgs() {
        return false;
    }

    /**
     * Reads a configuration. Pure: nothing is touched before this has succeeded.
     *
     * @throws CniException that names every fault, with key and value
     */
    Configured configure(Call call);

    /** A plugin that has read its configuration: the verbs of the specification. Each runs at most once. */
    interface Configured {

        /**
         * Attaches the container. What was done before a failure is taken back by {@code transaction}.
         *
         * @param previous what the plugins before this one in a chain have answered; a plugin that makes an interface of its
         *     own needs none
         */
        CniResult add(Node node, Optional<CniResult> previous, Transaction transaction);

        /**
         * What {@link #add} would do now; touches nothing.
         *
         * @param previous as for {@link #add}, perhaps of a plan too
         */
        Plan plan(Node node, Optional<CniResult> previous);

        /**
         * Looks whether everything that ADD made is still there.
         *
         * @throws CniException that names what is not
         */
        void check(Node node);

        /** Detaches the container, whatever of it is left. */
        void delete(Node node, Cleanup cleanup);

        /** Removes everything of this network that belongs to no valid attachment. */
        void collect(Node node, ValidAttachments.Listed valid, Cleanup cleanup);

        /**
         * Says whether ADD can succeed, fast.
         *
         * @throws CniException with code 50 or 51 if it cannot
         */
        void status(Node node);
    }
}
