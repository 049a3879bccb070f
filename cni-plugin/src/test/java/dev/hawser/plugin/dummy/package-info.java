@NullMarked
package dev.hawser.plugin.dummy;

import org.jspecify.annotations.NullMarked;
