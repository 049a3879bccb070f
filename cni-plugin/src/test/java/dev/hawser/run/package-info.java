@NullMarked
package dev.hawser.run;

import org.jspecify.annotations.NullMarked;
