package dev.hawser.spec;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

/**
 * CNI_ARGS: {@code IgnoreUnknown=1;K8S_POD_NAMESPACE=shop;K8S_POD_NAME=web;IP=10.1.0.9}.
 *
 * @param values by key, in the order given; keys are case-sensitive
 */
public record CniArgs(Map<String, String> values) {

    private static final String IGNORE_UNKNOWN = "IgnoreUnknown";

    public CniArgs {
        values = Map.copyOf(values);
    }

    /**
     * Reads the arguments of a plugin that understands some keys. Of a key given twice, the last value counts.
     *
     * @param known the keys that the plugin understands, apart from IgnoreUnknown
     * @throws CniException code 4 if a pair has not exactly one {@code =}, even if unknown keys are to be ignored, or if
     *     there are unknown keys and they are not
     */
    public static CniArgs parse(String args, Set<String> known) {
        Map<String, String> values = new LinkedHashMap<>();
        List<String> unknown = new ArrayList<>();
        boolean ignoreUnknown = false;
        for (String pair : pairs(args)) {
            int equals = requireOneEquals(pair);
            String key = pair.substring(0, equals);
            values.put(key, pair.substring(equals + 1));
            if (key.equals(IGNORE_UNKNOWN)) {
                ignoreUnknown = truth(pair, equals);
            } else if (!known.contains(key)) {
                unknown.add(pair);
            }
        }
        if (!unknown.isEmpty() && !ignoreUnknown) {
            throw invalid("ARGS: unknown args " + GoText.quoted(unknown));
        }
        return new CniArgs(values);
    }

    /** What can be understood, for a plugin that takes no arguments but wants to say whose the pod is. Never fails. */
    public static CniArgs lenient(String args) {
        Map<String, String> values = new LinkedHashMap<>();
        for (String pair : pairs(args)) {
            int equals = pair.indexOf('=');
            if (equals > 0) {
                values.put(pair.substring(0, equals), pair.substring(equals + 1));
            }
        }
        return new CniArgs(values);
    }

    private static String[] pairs(String args) {
        return args.isEmpty() ? new String[0] : args.split(";", -1);
    }

    private static int requireOneEquals(String pair) {
        int first = pair.indexOf('=');
        if (first < 0 || pair.indexOf('=', first + 1) >= 0) {
            throw invalid("ARGS: invalid pair " + GoText.quoted(pair));
        }
        return first;
    }

    private static boolean truth(String pair, int equals) {
        String value = pair.substring(equals + 1);
        return switch (value.toLowerCase(Locale.ROOT)) {
            case "1", "true" -> true;
            case "0", "false" -> false;
            default ->
                throw invalid("ARGS: error parsing value of pair " + GoText.quoted(pair)
                        + ": boolean unmarshal error: invalid input " + value);
        };
    }

    private static CniException invalid(String message) {
        return new CniException(ErrorCode.INVALID_ENVIRONMENT, message);
    }

    /** The value of a key; one that is empty counts as not given. */
    public Optional<String> find(String key) {
        return Optional.ofNullable(values.get(key)).filter(value -> !value.isEmpty());
    }

    /** The name of the Kubernetes pod, if the runtime says it. */
    public Optional<String> podName() {
        return find("K8S_POD_NAME");
    }

    /** The Kubernetes namespace of the pod, if the runtime says it. */
    public Optional<String> podNamespace() {
        return find("K8S_POD_NAMESPACE");
    }
}
