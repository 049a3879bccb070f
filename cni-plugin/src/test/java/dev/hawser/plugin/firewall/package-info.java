@NullMarked
package dev.hawser.plugin.firewall;

import org.jspecify.annotations.NullMarked;
