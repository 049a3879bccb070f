@NullMarked
package dev.hawser.plugin.fused;

import org.jspecify.annotations.NullMarked;
