package dev.hawser.shim;

import dev.hawser.app.Table;
import dev.hawser.spec.Json;
import java.util.List;

/** What the time of calls was spent on, as a person wants to see it. */
final class TraceText {

    private TraceText() {}

    static String of(List<Figures> calls) {
        StringBuilder text = new StringBuilder();
        String container = "";
        for (Figures call : calls) {
            text.append(text.isEmpty() ? "" : "\n");
            if (!call.text("containerId").equals(container)) {
                container = call.text("containerId");
                text.append("container ").append(container).append("\n\n");
            }
            text.append(headline(call)).append('\n');
            text.append(phases(call).toString().indent(2));
        }
        return text.toString();
    }

    private static String headline(Figures call) {
        String error = call.text("message").isEmpty()
                ? ""
                : "\n  failed: " + (call.text("code").isEmpty() ? "" : "code " + call.text("code") + ": ")
                        + call.text("message");
        return call.text("started") + "  " + call.text("verb") + "  " + call.text("plugin") + "  "
                + call.text("network") + "  " + call.text("ifName") + "  " + call.millis("totalNanos") + error;
    }

    private static Table phases(Figures call) {
        Table phases = new Table().withNumbersIn(1);
        Figures nanos = call.object("phaseNanos");
        long total = call.number("totalNanos");
        for (Json.Member phase : nanos.document().members()) {
            long spent = nanos.number(phase.name());
            phases.add(phase.name(), Figures.millis(spent), Figures.bar(spent, total));
        }
        return phases;
    }
}
