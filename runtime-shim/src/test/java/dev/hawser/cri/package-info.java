@NullMarked
package dev.hawser.cri;

import org.jspecify.annotations.NullMarked;
