/** Tests of the launcher, which is no Java. */
@NullMarked
package dev.hawser.shim;

import org.jspecify.annotations.NullMarked;
