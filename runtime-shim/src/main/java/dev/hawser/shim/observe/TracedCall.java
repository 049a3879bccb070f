package dev.hawser.shim.observe;

import dev.hawser.run.Phases.Phase;
import dev.hawser.spec.Json;
import java.util.Locale;

/**
 * A call as JSON.
 *
 * <pre>{@code
 * { "started": "2026-11-24T00:30:01.123Z", "verb": "ADD", "plugin": "bridge", "network": "pods", "containerId": "c1",
 *   "ifName": "eth0", "exitStatus": 0, "totalNanos": 1234567,
 *   "phaseNanos": { "launcher": 210000, "queue": 90000, "parse": 150000, … } }
 * }</pre>
 */
final class TracedCall {

    private TracedCall() {}

    static Json document(CallRecord call) {
        Json.Builder phases = Json.object();
        for (Phase phase : Phase.values()) {
            phases.put(phase.name().toLowerCase(Locale.ROOT), call.times().of(phase));
        }
        Json.Builder document = Json.object()
                .put("started", call.started().toString())
                .put("verb", call.verb())
                .put("plugin", call.plugin())
                .put("network", call.network())
                .put("containerId", call.containerId())
                .put("ifName", call.ifName())
                .put("exitStatus", call.exitStatus());
        call.code().ifPresent(code -> document.put("code", code));
        return document.putUnlessEmpty("message", call.message())
                .put("totalNanos", call.times().total())
                .put("phaseNanos", phases.build())
                .build();
    }
}
