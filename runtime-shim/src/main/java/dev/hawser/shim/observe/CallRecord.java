package dev.hawser.shim.observe;

import static java.nio.charset.StandardCharsets.UTF_8;

import dev.hawser.run.PhaseTimes;
import dev.hawser.run.Plugin;
import dev.hawser.shim.helper.FinishedCall;
import dev.hawser.spec.CniError;
import dev.hawser.spec.CniException;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.List;
import java.util.OptionalInt;

/**
 * What is kept of a call. Its texts came from outside, and are cut to a length that a book of many calls can afford.
 *
 * @param started when its launcher began
 * @param verb CNI_COMMAND
 * @param plugin which the runtime executed
 * @param network empty if the call did not come that far
 * @param exitStatus that of the answer
 * @param code that of the error, if it is one of CNI
 * @param message what went wrong; empty if nothing did
 * @param times what its time was spent on
 */
record CallRecord(
        Instant started,
        String verb,
        String plugin,
        String network,
        String containerId,
        String ifName,
        int exitStatus,
        OptionalInt code,
        String message,
        PhaseTimes times) {

    private static final int LONGEST_NAME = 128;
    private static final int LONGEST_MESSAGE = 1024;

    CallRecord {
        verb = cut(verb, LONGEST_NAME);
        plugin = cut(plugin, LONGEST_NAME);
        network = cut(network, LONGEST_NAME);
        containerId = cut(containerId, LONGEST_NAME);
        ifName = cut(ifName, LONGEST_NAME);
        message = cut(message, LONGEST_MESSAGE);
    }

    static CallRecord of(FinishedCall call) {
        boolean answeredByError = !call.error().isEmpty();
        CniError error = answeredByError ? error(call.error()) : new CniError(0, "", "");
        List<String> arguments = call.frame().arguments();
        return new CallRecord(
                call.started().truncatedTo(ChronoUnit.MILLIS),
                call.frame().variable("CNI_COMMAND"),
                Plugin.typeOf(arguments.subList(1, arguments.size()), arguments.getFirst()),
                call.network(),
                call.frame().variable("CNI_CONTAINERID"),
                call.frame().variable("CNI_IFNAME"),
                call.exitStatus(),
                answeredByError ? OptionalInt.of(error.code()) : OptionalInt.empty(),
                joined(error.toString(), call.trouble()),
                call.times());
    }

    private static CniError error(String document) {
        try {
            return CniError.parse(document.getBytes(UTF_8));
        } catch (CniException e) {
            return new CniError(0, "an answer that is no error of CNI: " + document, "");
        }
    }

    private static String joined(String error, String trouble) {
        return error.isEmpty() || trouble.isEmpty() ? error + trouble : error + "; " + trouble;
    }

    /** Not between the two halves of a character. */
    private static String cut(String text, int length) {
        if (text.length() <= length) {
            return text;
        }
        int end = Character.isHighSurrogate(text.charAt(length - 1)) ? length - 1 : length;
        return text.substring(0, end) + "…";
    }

    /** Whether the runtime did not get what it asked for. */
    boolean failed() {
        return exitStatus != 0 || !message.isEmpty();
    }
}
