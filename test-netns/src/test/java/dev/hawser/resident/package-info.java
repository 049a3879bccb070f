/**
 * What the tests of other rooms need for their second run, in which a helper makes the calls that a JVM makes in the first.
 *
 * <p>The doors are {@link dev.hawser.resident.ThisRun} and {@link dev.hawser.resident.RunningHelper}; {@link
 * dev.hawser.resident.HelperMetrics} is what any helper says. This room must not know
 * Hawser's classes.
 */
@NullMarked
package dev.hawser.resident;

import org.jspecify.annotations.NullMarked;
