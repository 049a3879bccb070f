/**
 * The {@code ptp} plugin: a veth pair between the container and the node, with no bridge: the node routes.
 *
 * <p>{@link dev.hawser.plugin.ptp.PtpPlugin} is the door. {@code PtpConf} reads the configuration, and {@code PtpBlueprint} turns
 * it into steps and looks whether they still hold. This room knows no other plugin, no stdin and no exit status.
 */
@NullMarked
package dev.hawser.plugin.ptp;

import org.jspecify.annotations.NullMarked;
