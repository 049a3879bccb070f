@NullMarked
package dev.hawser.sys;

import org.jspecify.annotations.NullMarked;
