@NullMarked
package dev.hawser.addressed;

import org.jspecify.annotations.NullMarked;
