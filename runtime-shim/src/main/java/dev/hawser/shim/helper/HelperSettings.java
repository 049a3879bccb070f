package dev.hawser.shim.helper;

import java.nio.file.Path;
import java.time.Duration;
import java.util.OptionalInt;

/**
 * How a helper is to be.
 *
 * @param socket where launchers look for it
 * @param activated the listening socket that systemd passed (sd_listen_fds(3)), if it started the helper
 * @param program the file that was executed, with its directory: if that leads elsewhere one day, a new release is installed
 * @param build of which it is; launchers of other builds are refused
 * @param addThreads how many ADDs and CHECKs at once, beside those that wait for a server of the network
 * @param deleteThreads how many DELs and GCs at once
 * @param queueLimit how many of each may wait
 * @param deadline of a call, from its arrival
 * @param drain how long a stopping helper waits for the calls that run
 */
public record HelperSettings(
        Path socket,
        OptionalInt activated,
        Path program,
        String build,
        int addThreads,
        int deleteThreads,
        int queueLimit,
        Duration deadline,
        Duration drain) {}
