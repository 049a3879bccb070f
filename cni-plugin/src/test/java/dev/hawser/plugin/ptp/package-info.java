@NullMarked
package dev.hawser.plugin.ptp;

import org.jspecify.annotations.NullMarked;
