package dev.hawser.shim;

import dev.hawser.app.Table;
import dev.hawser.spec.ErrorCode;
import java.util.List;
import java.util.Locale;
import java.util.stream.Stream;

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
        page.errors();
        page.refused();
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
        Table calls = new Table("VERB", "CALLS", "FAILED", "P50", "P99", "OF THE LAST").withNumbersIn(1, 2, 3, 4, 5);
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
        Table lanes = new Table("LANE", "WAITING", "RUNNING", "THREADS").withNumbersIn(1, 2, 3);
        for (Figures lane : status.list("lanes")) {
            lanes.add(lane.text("lane"), lane.text("waiting"), lane.text("running"), lane.text("threads"));
        }
        section("lanes", lanes);
    }

    private void pools() {
        Table pools = new Table("POOL", "LEASED", "ADDRESSES", "FULL").withNumbersIn(1, 2);
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
        Table groups = new Table("MADE TOGETHER", "CHANGES", "GROUPS", "OF EACH").withNumbersIn(1, 2, 3);
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

    private void errors() {
        Table errors = new Table("ERROR", "CALLS", "MEANING").withNumbersIn(0, 1);
        for (Figures error : status.list("errors")) {
            errors.add(error.text("code"), error.text("count"), meaning(error.text("code")));
        }
        section("errors", errors);
    }

    private static String meaning(String code) {
        return Stream.of(ErrorCode.values())
                .filter(known -> Integer.toString(known.number()).equals(code))
                .map(known -> known.name().toLowerCase(Locale.ROOT).replace('_', ' '))
                .findFirst()
                .orElse(code.equals("lost") ? "nobody took the answer" : "");
    }

    private void refused() {
        Table refused = new Table("REFUSED", "CONNECTIONS").withNumbersIn(1);
        List<Figures> some = status.list("refused").stream()
                .filter(reason -> reason.number("count") > 0)
                .toList();
        some.forEach(reason -> refused.add(reason.text("reason"), reason.text("count")));
        if (!some.isEmpty()) {
            text.append('\n').append(refused);
        }
    }

    private void section(String list, Table table) {
        if (!status.list(list).isEmpty()) {
            text.append('\n').append(table);
        }
    }
}
