package dev.hawser.shim;

import dev.hawser.app.Table;
import java.util.Locale;

/** The state of a helper as a person wants to see it. What there is none of is left out. */
final class StatusText {

    private final Figures status;
    private final StringBuilder text = new StringBuilder();

    private StatusText(Figures status) {
        this.status = status;
    }

    static String of(Figures status) {
        StatusText page = new StatusText(status);
        page.about();
        page.calls();
        page.lanes();
        page.pools();
        page.groups();
        page.counts("errors", "code", "ERROR", "CALLS");
        page.counts("refused", "reason", "REFUSED", "CONNECTIONS");
        return page.text.toString();
    }

    private void about() {
        Figures process = status.object("process");
        Table about = new Table();
        about.add(
                "helper",
                status.text("state") + ", running since " + status.text("started") + ", pid " + status.text("pid"));
        about.add("version", status.text("version") + ", build " + status.text("build"));
        about.add(
                "process",
                process.mebibytes("residentBytes") + ", " + process.text("threads") + " threads, "
                        + process.text("openFiles") + " open files");
        text.append(about);
    }

    private void calls() {
        Table calls = new Table("VERB", "CALLS", "FAILED", "P50", "P99", "OF THE LAST");
        for (Figures verb : status.list("calls")) {
            boolean remembered = verb.number("remembered") > 0;
            calls.add(
                    verb.text("verb"),
                    verb.text("count"),
                    verb.text("failed"),
                    remembered ? verb.millis("p50Nanos") : "-",
                    remembered ? verb.millis("p99Nanos") : "-",
                    verb.text("remembered"));
        }
        section("calls", calls);
    }

    private void lanes() {
        Table lanes = new Table("LANE", "WAITING", "RUNNING", "THREADS");
        for (Figures lane : status.list("lanes")) {
            lanes.add(lane.text("lane"), lane.text("waiting"), lane.text("running"), lane.text("threads"));
        }
        section("lanes", lanes);
    }

    private void pools() {
        Table pools = new Table("POOL", "LEASED", "ADDRESSES", "FULL");
        for (Figures pool : status.list("pools")) {
            pools.add(
                    pool.text("directory"),
                    pool.text("leases"),
                    pool.text("addresses"),
                    Figures.bar(pool.number("leases"), pool.number("addresses")));
        }
        section("pools", pools);
    }

    private void groups() {
        Table groups = new Table("MADE TOGETHER", "CHANGES", "GROUPS", "OF EACH");
        for (Figures group : status.list("groups")) {
            double mean = (double) group.number("changes") / Math.max(1, group.number("groups"));
            groups.add(
                    group.text("what").replace('_', ' '),
                    group.text("changes"),
                    group.text("groups"),
                    String.format(Locale.ROOT, "%.1f", mean));
        }
        section("groups", groups);
    }

    private void counts(String list, String key, String heading, String counted) {
        Table table = new Table(heading, counted);
        for (Figures item : status.list(list)) {
            if (item.number("count") > 0) {
                table.add(item.text(key), item.text("count"));
            }
        }
        boolean any = status.list(list).stream().anyMatch(item -> item.number("count") > 0);
        if (any) {
            text.append('\n').append(table);
        }
    }

    private void section(String list, Table table) {
        if (!status.list(list).isEmpty()) {
            text.append('\n').append(table);
        }
    }
}
