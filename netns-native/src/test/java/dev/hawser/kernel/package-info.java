@NullMarked
package dev.hawser.kernel;

import org.jspecify.annotations.NullMarked;
