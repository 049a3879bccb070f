/**
 * Which tests this kernel could run. {@link dev.hawser.outcome.OutcomeLog} hears of every test of the modules that have it on their
 * class path, and {@code scripts/matrix.sh} reads what it has written. It knows no single test.
 */
@NullMarked
package dev.hawser.outcome;

import org.jspecify.annotations.NullMarked;
