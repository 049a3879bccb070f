package dev.hawser.kernel;

/**
 * One line of a plan: what should be true, where, and how to take it back.
 *
 * @param side the namespace that the change is made in
 * @param change what to make true
 * @param undo how to take it back, or why that is not needed
 */
public record Step(Side side, Change change, Undo undo) {

    /** A step that belongs to the attachment, and is taken back by {@code inverse}. */
    public static Step owned(Side side, Change change, Change inverse) {
        return new Step(side, change, new Undo.By(side, inverse));
    }

    /** A step whose effect other attachments rely on too: it stays. */
    public static Step shared(Side side, Change change) {
        return new Step(side, change, new Undo.None("shared"));
    }

    /** A step whose effect vanishes with a link that an earlier step made. */
    public static Step diesWith(String link, Side side, Change change) {
        return new Step(side, change, new Undo.None("dies with " + link));
    }

    /** How a step is taken back. */
    public sealed interface Undo {

        /** Making another change. */
        record By(Side side, Change change) implements Undo {}

        /**
         * Nothing to do.
         *
         * @param reason why: {@code shared}, {@code dies with eth0}
         */
        record None(String reason) implements Undo {}
    }

    /** As a line of a shell: {@code ip -n POD link set eth0 up}. */
    @Override
    public String toString() {
        return change.on(side);
    }
}
