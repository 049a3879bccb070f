@NullMarked
package dev.hawser.linux;

import org.jspecify.annotations.NullMarked;
