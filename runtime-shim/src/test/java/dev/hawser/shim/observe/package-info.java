@NullMarked
package dev.hawser.shim.observe;

import org.jspecify.annotations.NullMarked;
