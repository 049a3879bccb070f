package dev.hawser.bench;

import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.OptionalDouble;

/**
 * One row: a kind of work, and how long each took for it.
 *
 * @param id a word for scripts: {@code add}, {@code del.leases.50000}
 * @param work for people
 * @param reference the peer's figures, if one was named
 * @param floor what nobody can do without
 * @param goals that are set for this work
 */
record Result(
        String id, String work, Optional<Figures> reference, Figures hawser, Optional<Floor> floor, List<Goal> goals) {

    Result {
        goals = List.copyOf(goals);
    }

    /**
     * Work that is measured beside, without any plugin.
     *
     * @param what it is: {@code the kernel alone}
     */
    record Floor(String what, Figures figures) {}

    /** How many times the reference's median is ours. */
    OptionalDouble ratio() {
        return reference.isPresent() ? OptionalDouble.of(reference.get().p50() / hawser.p50()) : OptionalDouble.empty();
    }

    /** How many times our median is the floor's. */
    OptionalDouble timesFloor() {
        return floor.isPresent()
                ? OptionalDouble.of(hawser.p50() / floor.get().figures().p50())
                : OptionalDouble.empty();
    }

    /** All who were measured, in the order of the columns. */
    List<Entry> entries() {
        List<Entry> entries = new ArrayList<>();
        reference.ifPresent(figures -> entries.add(new Entry("reference", figures)));
        entries.add(new Entry("hawser", hawser));
        floor.ifPresent(beside -> entries.add(new Entry(beside.what(), beside.figures())));
        return entries;
    }

    /** One of those that were measured. */
    record Entry(String who, Figures figures) {}
}
