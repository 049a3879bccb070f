@NullMarked
package dev.hawser.netlink;

import org.jspecify.annotations.NullMarked;
