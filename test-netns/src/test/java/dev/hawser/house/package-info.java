/** The rules of the house that only the whole house can break. */
@NullMarked
package dev.hawser.house;

import org.jspecify.annotations.NullMarked;
