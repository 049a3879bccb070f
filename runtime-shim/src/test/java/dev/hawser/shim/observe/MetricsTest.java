package dev.hawser.shim.observe;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.hawser.ipam.Pools;
import dev.hawser.shim.helper.CallObserver.Refusal;
import dev.hawser.shim.helper.LaneLoad;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

class MetricsTest {

    private static final Pattern METRIC = Pattern.compile("\\b(hawser_[a-z_]+|process_[a-z_]+)\\b");

    private static final Pattern SELECTOR = Pattern.compile("\\b(hawser_[a-z_]+|process_[a-z_]+)\\{([^}]*)}");
    private static final Pattern LABEL = Pattern.compile("([a-z_]+)[=!]~?\"");

    private final Metrics metrics = new Metrics("0.1.0", "b", Set.of("bridge"), 1_000_500);

    @BeforeEach
    void showsAHelper() {
        metrics.show(
                new Source() {
                    @Override
                    public List<LaneLoad> load() {
                        return List.of(new LaneLoad("adds", 3, 2, 4));
                    }

                    @Override
                    public boolean isDraining() {
                        return true;
                    }

                    @Override
                    public List<Pools.Usage> pools() {
                        return List.of(new Pools.Usage(Path.of("/var/lib/cni/networks/pods"), 12, 253));
                    }
                },
                () -> 7);
    }

    @Test
    void aCallIsCountedWithItsPhases() {
        metrics.count(CallRecord.of(Finished.add("c1")));

        assertShows("hawser_call_duration_seconds_count{plugin=\"bridge\",verb=\"ADD\"} 1");
        assertShows("hawser_call_duration_seconds_bucket{plugin=\"bridge\",verb=\"ADD\",le=\"0.001\"} 0");
        assertShows("hawser_call_duration_seconds_bucket{plugin=\"bridge\",verb=\"ADD\",le=\"0.0025\"} 1");
        assertShows("hawser_call_phase_duration_seconds_count{phase=\"kernel\",plugin=\"bridge\",verb=\"ADD\"} 1");
        assertFalse(metrics.text().contains("phase=\"firewall\""), "a phase that the call was not in");
        assertEquals(Map.of("ADD", 1L), metrics.callsByVerb());
    }

    @Test
    void errorsAreCountedByTheirCode() {
        metrics.count(CallRecord.of(Finished.call(Map.of(), "{\"code\": 11, \"msg\": \"full\"}", "")));
        metrics.count(CallRecord.of(Finished.call(Map.of(), "", "the launcher is gone")));

        assertShows("hawser_call_errors_total{code=\"11\",plugin=\"bridge\",verb=\"ADD\"} 1");
        assertShows("hawser_call_errors_total{code=\"lost\",plugin=\"bridge\",verb=\"ADD\"} 1");
        assertEquals(Map.of("11", 1L, "lost", 1L), metrics.errorsBy("code"));
    }

    @Test
    void whateverCallersWriteMakesNoNewSeries() {
        for (int i = 0; i < 100; i++) {
            String error = "{\"code\": " + (1000 + i) + ", \"msg\": \"m\"}";
            metrics.count(CallRecord.of(Finished.call(Map.of("CNI_COMMAND", "X" + i), error, "")));
        }

        assertShows("hawser_call_errors_total{code=\"other\",plugin=\"bridge\",verb=\"other\"} 100");
    }

    @Test
    void theHelperIsSeenAsItIs() {
        metrics.countRefusal(Refusal.BUILD);
        metrics.countGroup("link_deletes", 3);
        metrics.countRestored(400);

        assertShows("hawser_queue_depth{lane=\"adds\"} 3");
        assertShows("hawser_calls_running{lane=\"adds\"} 2");
        assertShows("hawser_draining 1");
        assertShows("hawser_nft_elements_restored_total 400");
        assertShows("hawser_pool_leases{pool=\"/var/lib/cni/networks/pods\"} 12");
        assertShows("hawser_pool_addresses{pool=\"/var/lib/cni/networks/pods\"} 253");
        assertShows("hawser_connections_refused_total{reason=\"build\"} 1");
        assertShows("hawser_connections_refused_total{reason=\"uid\"} 0");
        assertShows("hawser_group_size_bucket{what=\"link_deletes\",le=\"4.0\"} 1");
        assertShows("hawser_log_lines_dropped_total 7");
        assertShows("hawser_build_info{build=\"b\",version=\"0.1.0\"} 1");
        assertEquals(Map.of("link_deletes", new Metrics.Groups(1, 3)), metrics.groups());
    }

    @Test
    void alertRulesSpeakOfMetricsThatThereAre() throws IOException {
        metrics.count(CallRecord.of(Finished.call(Map.of(), "", "the launcher is gone")));
        Set<String> there = names(metrics.text());
        Set<String> wanted = names(Files.readString(Path.of("../conf/hawser-alerts.yml")));

        assertTrue(wanted.size() > 5, wanted.toString());
        wanted.removeAll(there);
        assertEquals(Set.of(), wanted);
    }

    /** {@code metric{label="value",…}}; what Prometheus adds itself is not ours to show. */
    @Test
    void alertRulesChooseByLabelsThatTheMetricsHave() throws IOException {
        metrics.count(CallRecord.of(Finished.call(Map.of(), "{\"code\": 11, \"msg\": \"m\"}", "")));
        String shown = metrics.text();
        Matcher selector = SELECTOR.matcher(Files.readString(Path.of("../conf/hawser-alerts.yml")));

        int labels = 0;
        while (selector.find()) {
            Matcher label = LABEL.matcher(selector.group(2));
            while (label.find()) {
                assertTrue(hasLabel(shown, selector.group(1), label.group(1)), selector.group());
                labels++;
            }
        }
        assertTrue(labels >= 3, "verb, code and reason are chosen by");
    }

    private static boolean hasLabel(String shown, String metric, String label) {
        return label.equals("job")
                || shown.lines().anyMatch(line -> line.matches(metric + "\\{([^}]*,)?" + label + "=\".*"));
    }

    private static Set<String> names(String text) {
        Set<String> names = new TreeSet<>();
        Matcher matcher = METRIC.matcher(text);
        while (matcher.find()) {
            names.add(matcher.group(1));
        }
        return names;
    }

    private void assertShows(String line) {
        String text = metrics.text();
        assertTrue(text.lines().anyMatch(line::equals) || text.lines().anyMatch((line + ".0")::equals), text);
    }
}
