package dev.hawser.ipam;

import java.nio.file.attribute.FileTime;
import java.time.DateTimeException;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.BitSet;
import java.util.HexFormat;
import java.util.Optional;
import java.util.concurrent.ThreadLocalRandom;

/**
 * What makes the index trustworthy: the time that the pool's directory must bear, and which buckets there must be.
 *
 * @param changedAt the directory's mtime after our last change
 * @param filled one bit for each bucket, set if its file exists
 */
record Stamp(Instant changedAt, BitSet filled) {

    /** Of the stamp and of all buckets: the index of a build with another format is not understood, but written anew. */
    private static final String FORMAT = "1";

    /** Up to a quarter of an hour, and at random: see {@link LeaseIndex}. */
    private static final long MAX_BACKDATE_MICROS = 1_000_000_000;

    /** A time that no other change can have left. Whole microseconds: not every file system keeps nanoseconds. */
    static FileTime timeBefore(FileTime present) {
        long backdate = ThreadLocalRandom.current().nextLong(1, MAX_BACKDATE_MICROS);
        return FileTime.from(present.toInstant().truncatedTo(ChronoUnit.MICROS).minus(backdate, ChronoUnit.MICROS));
    }

    String text() {
        return FORMAT + " " + changedAt.getEpochSecond() + " " + changedAt.getNano() + " "
                + HexFormat.of().formatHex(filled.toByteArray());
    }

    static Optional<Stamp> read(String text) {
        String[] words = text.split(" ", -1);
        if (words.length != 4 || !words[0].equals(FORMAT)) {
            return Optional.empty();
        }
        try {
            Instant changedAt = Instant.ofEpochSecond(Long.parseLong(words[1]), Integer.parseInt(words[2]));
            return Optional.of(
                    new Stamp(changedAt, BitSet.valueOf(HexFormat.of().parseHex(words[3]))));
        } catch (IllegalArgumentException | DateTimeException | ArithmeticException other) {
            return Optional.empty();
        }
    }
}
