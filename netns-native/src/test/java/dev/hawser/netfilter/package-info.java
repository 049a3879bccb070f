@NullMarked
package dev.hawser.netfilter;

import org.jspecify.annotations.NullMarked;
