package dev.hawser.cri;

/**
 * How a command in a container ended.
 *
 * @param exitCode 0 on success
 * @param stdout decoded as UTF-8
 * @param stderr decoded as UTF-8
 */
public record ExecResult(int exitCode, String stdout, String stderr) {}
