@NullMarked
package dev.hawser.plugin.hostdevice;

import org.jspecify.annotations.NullMarked;
