package dev.hawser.run;

import java.util.Map;

/** How long a call was in each of the {@link Phases}, in nanoseconds. */
public record PhaseTimes(
        long launcher, long queue, long parse, long lease, long server, long kernel, long firewall, long answer) {

    /** Those that are missing were never entered. */
    public static PhaseTimes of(Map<Phases.Phase, Long> nanos) {
        return new PhaseTimes(
                nanos.getOrDefault(Phases.Phase.LAUNCHER, 0L),
                nanos.getOrDefault(Phases.Phase.QUEUE, 0L),
                nanos.getOrDefault(Phases.Phase.PARSE, 0L),
                nanos.getOrDefault(Phases.Phase.LEASE, 0L),
                nanos.getOrDefault(Phases.Phase.SERVER, 0L),
                nanos.getOrDefault(Phases.Phase.KERNEL, 0L),
                nanos.getOrDefault(Phases.Phase.FIREWALL, 0L),
                nanos.getOrDefault(Phases.Phase.ANSWER, 0L));
    }

    /** The nanoseconds of one phase. */
    public long of(Phases.Phase phase) {
        return switch (phase) {
            case LAUNCHER -> launcher;
            case QUEUE -> queue;
            case PARSE -> parse;
            case LEASE -> lease;
            case SERVER -> server;
            case KERNEL -> kernel;
            case FIREWALL -> firewall;
            case ANSWER -> answer;
        };
    }

    /** The nanoseconds of all phases: of the whole call, from the start of its launcher. */
    public long total() {
        return launcher + queue + parse + lease + server + kernel + firewall + answer;
    }
}
