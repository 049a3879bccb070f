@NullMarked
package dev.hawser.plugin.vlan;

import org.jspecify.annotations.NullMarked;
