@NullMarked
package dev.hawser.plugin.tuning;

import org.jspecify.annotations.NullMarked;
