@NullMarked
package dev.hawser.plugin.tap;

import org.jspecify.annotations.NullMarked;
