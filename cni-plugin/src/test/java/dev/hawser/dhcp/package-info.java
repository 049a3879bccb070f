@NullMarked
package dev.hawser.dhcp;

import org.jspecify.annotations.NullMarked;
