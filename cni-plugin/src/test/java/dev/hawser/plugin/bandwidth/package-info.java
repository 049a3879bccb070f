@NullMarked
package dev.hawser.plugin.bandwidth;

import org.jspecify.annotations.NullMarked;
