/**
 * {@code hawser bench}: what a doubter runs to see how fast we are, beside the reference and beside the kernel itself.
 *
 * <p>{@link dev.hawser.bench.BenchCommand} is the door. It executes plugin files as a container runtime does, through the
 * stopwatch (stopwatch.c), in namespaces of its own, and turns what it measured into a table, a CSV, a chart and JSON. The room
 * knows nothing of what a plugin does inside: it judges by answers, links and time.
 */
@NullMarked
package dev.hawser.bench;

import org.jspecify.annotations.NullMarked;
