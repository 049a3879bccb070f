@NullMarked
package dev.hawser.spec;

import org.jspecify.annotations.NullMarked;
