@NullMarked
package dev.hawser.plugin.vrf;

import org.jspecify.annotations.NullMarked;
