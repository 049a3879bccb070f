@NullMarked
package dev.hawser.plugin.bridge;

import org.jspecify.annotations.NullMarked;
