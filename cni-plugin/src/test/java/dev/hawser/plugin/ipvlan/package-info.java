@NullMarked
package dev.hawser.plugin.ipvlan;

import org.jspecify.annotations.NullMarked;
