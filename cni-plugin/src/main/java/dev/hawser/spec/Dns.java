package dev.hawser.spec;

import java.util.List;

/**
 * How names are resolved on a network (SPEC, "DNS", the {@code dns} of a configuration and of a result).
 *
 * <pre>{@code
 * {"nameservers": ["10.1.0.1"], "domain": "example.com", "search": ["example.com"], "options": ["ndots:5"]}
 * }</pre>
 *
 * @param nameservers addresses, in order of preference; not checked, as by the reference
 * @param domain the local domain; may be empty
 */
public record Dns(List<String> nameservers, String domain, List<String> search, List<String> options) {

    public static final Dns NONE = new Dns(List.of(), "", List.of(), List.of());

    public Dns {
        nameservers = List.copyOf(nameservers);
        search = List.copyOf(search);
        options = List.copyOf(options);
    }

    /** Reads the members that there are; faults are noted in {@code settings}. */
    public static Dns of(Settings settings) {
        return new Dns(
                settings.texts("nameservers"),
                settings.text("domain", ""),
                settings.texts("search"),
                settings.texts("options"));
    }

    /** Whether it says nothing. */
    public boolean isEmpty() {
        return nameservers.isEmpty() && domain.isEmpty() && search.isEmpty() && options.isEmpty();
    }

    Json.Obj json() {
        return Json.object()
                .putUnlessEmpty("nameservers", Json.texts(nameservers).items())
                .putUnlessEmpty("domain", domain)
                .putUnlessEmpty("search", Json.texts(search).items())
                .putUnlessEmpty("options", Json.texts(options).items())
                .build();
    }
}
