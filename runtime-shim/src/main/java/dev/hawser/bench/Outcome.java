package dev.hawser.bench;

/**
 * How a job went.
 *
 * @param startNanos just before the program was started, on a clock that all jobs share
 * @param endNanos when it had been reaped
 * @param waitStatus of waitpid(2): 0 means that it exited with status 0
 * @param stdout at most 1 MiB of it
 * @param stderr at most 1 MiB of it
 */
record Outcome(long startNanos, long endNanos, int waitStatus, String stdout, String stderr) {

    long nanos() {
        return endNanos - startNanos;
    }

    boolean succeeded() {
        return waitStatus == 0;
    }

    /** How it ended and what it said, for people: {@code exit status 1: {"code": 7 …}}. */
    String words() {
        int signal = waitStatus & 0x7f;
        String end = signal == 0 ? "exit status " + (waitStatus >> 8 & 0xff) : "killed by signal " + signal;
        return (end + ": " + stdout.strip() + " " + stderr.strip()).strip();
    }
}
