@NullMarked
package dev.hawser.addressing;

import org.jspecify.annotations.NullMarked;
