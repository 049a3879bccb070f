@NullMarked
package dev.hawser.plugin.portmap;

import org.jspecify.annotations.NullMarked;
