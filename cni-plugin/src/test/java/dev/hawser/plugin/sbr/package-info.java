@NullMarked
package dev.hawser.plugin.sbr;

import org.jspecify.annotations.NullMarked;
