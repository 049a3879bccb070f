@NullMarked
package dev.hawser.plugin.macvlan;

import org.jspecify.annotations.NullMarked;
