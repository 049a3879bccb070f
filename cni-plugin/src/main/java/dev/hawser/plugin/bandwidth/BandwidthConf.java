package dev.hawser.plugin.bandwidth;

import dev.hawser.kernel.Tbf;
import dev.hawser.run.Call;
import dev.hawser.spec.Settings;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.stream.Stream;

/**
 * The configuration of one attachment, in order: limits from the network's configuration or, if it has none, from the runtime.
 * Rates are bits per second, bursts bits.
 *
 * <pre>{@code
 * { "cniVersion": "1.0.0", "name": "mynet", "type": "bandwidth", "capabilities": {"bandwidth": true}, "latencyMillis": 50,
 *   "runtimeConfig": { "bandwidth": { "ingressRate": 8000000, "ingressBurst": 80000 } } }
 * }</pre>
 *
 * <p>{@code shapedSubnets} and {@code unshapedSubnets} mean nothing: the reference had them in releases 1.5 only.
 *
 * @param ingress of what the container receives
 * @param egress of what the container sends
 */
record BandwidthConf(Optional<Tbf> ingress, Optional<Tbf> egress) {

    private static final List<String> KEYS = List.of("ingressRate", "ingressBurst", "egressRate", "egressBurst");
    private static final String LATENCY = "latencyMillis";
    private static final int DEFAULT_LATENCY_MILLIS = 25;
    private static final int LONGEST_LATENCY_MILLIS = 60_000;
    private static final long BITS_PER_BYTE = 8;
    private static final long BURST_BYTES_END = 0xffff_ffffL;

    static BandwidthConf of(Call call) {
        Settings settings = call.conf().settings();
        Settings ofRuntime = settings.section("runtimeConfig").section("bandwidth");
        Settings limits = KEYS.stream().anyMatch(settings::isSet) ? settings : ofRuntime;
        Duration latency = Duration.ofMillis((ofRuntime.isSet(LATENCY) ? ofRuntime : settings)
                .whole(LATENCY, 1, LONGEST_LATENCY_MILLIS)
                .orElse(DEFAULT_LATENCY_MILLIS));
        BandwidthConf conf = new BandwidthConf(limit(limits, "ingress", latency), limit(limits, "egress", latency));
        settings.throwIfFaulty();
        return conf;
    }

    /** Nothing or 0 is no limit. */
    private static Optional<Tbf> limit(Settings settings, String direction, Duration latency) {
        String rateKey = direction + "Rate";
        String burstKey = direction + "Burst";
        long rate = settings.wholeLong(rateKey, 0, Long.MAX_VALUE).orElse(0);
        long burst = settings.wholeLong(burstKey, 0, Long.MAX_VALUE).orElse(0);
        if (rate == 0 && burst == 0) {
            return Optional.empty();
        }
        if (rate == 0) {
            settings.fault(rateKey, "if burst is set, rate must also be set: " + burstKey + " is " + burst);
        } else if (burst == 0) {
            settings.fault(burstKey, "if rate is set, burst must also be set: " + rateKey + " is " + rate);
        } else if (burst / BITS_PER_BYTE >= BURST_BYTES_END) {
            settings.fault(burstKey, "burst cannot be more than 4GB: " + burst + " bits are");
        } else if (rate < BITS_PER_BYTE || burst < BITS_PER_BYTE) {
            settings.fault(rate < BITS_PER_BYTE ? rateKey : burstKey, "is less than a byte: want at least 8 bits");
        } else {
            return Optional.of(Tbf.of(rate / BITS_PER_BYTE, burst / BITS_PER_BYTE, latency));
        }
        return Optional.empty();
    }

    boolean isUnlimited() {
        return ingress.isEmpty() && egress.isEmpty();
    }

    /** Warnings: a packet that is larger than the burst never gets through. */
    List<String> smallBursts(int mtuBytes) {
        return Stream.of(smallBurst("ingressBurst", ingress, mtuBytes), smallBurst("egressBurst", egress, mtuBytes))
                .flatMap(Optional::stream)
                .toList();
    }

    private static Optional<String> smallBurst(String key, Optional<Tbf> tbf, int mtuBytes) {
        return tbf.map(Tbf::burstBytes)
                .filter(burst -> burst < mtuBytes)
                .map(burst -> key + " is " + burst + " bytes, less than the MTU of " + mtuBytes
                        + ": larger packets will be dropped");
    }
}
