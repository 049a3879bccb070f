package dev.hawser.addressing;

import dev.hawser.spec.Dns;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;

/** A file in the form of resolv.conf(5): what it says goes into the result, for the runtime to use. */
final class ResolvConf {

    private ResolvConf() {}

    static Dns read(Path file) {
        try {
            return parse(Files.readAllLines(file));
        } catch (IOException e) {
            throw new UncheckedIOException("ipam.resolvConf: read " + file + ": " + e, e);
        }
    }

    /** {@code nameserver} takes its first word, {@code search} and {@code options} all; the last {@code domain} wins. */
    static Dns parse(List<String> lines) {
        List<String> nameservers = new ArrayList<>();
        List<String> search = new ArrayList<>();
        List<String> options = new ArrayList<>();
        String domain = "";
        for (String line : lines) {
            List<String> words = Arrays.asList(line.strip().split("\\s+"));
            boolean comment = line.startsWith("#") || line.startsWith(";");
            if (comment || words.size() < 2) {
                continue;
            }
            List<String> values = words.subList(1, words.size());
            switch (words.getFirst()) {
                case "nameserver" -> nameservers.add(values.getFirst());
                case "domain" -> domain = values.getFirst();
                case "search" -> search.addAll(values);
                case "options" -> options.addAll(values);
                default -> {} // sortlist and whatever a resolver may learn: not part of a CNI result
            }
        }
        return new Dns(nameservers, domain, search, options);
    }
}
