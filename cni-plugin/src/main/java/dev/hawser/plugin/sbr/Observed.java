package dev.hawser.plugin.sbr;

import dev.hawser.attach.ResultRoutes;
import dev.hawser.kernel.Kernel;
import dev.hawser.kernel.Link;
import dev.hawser.kernel.PolicyRule;
import dev.hawser.kernel.Route;
import dev.hawser.kernel.Side;
import dev.hawser.spec.CniResult;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;

/**
 * What is so in the container: an input of the plan.
 *
 * @param usedTables the tables that a rule or a route of any interface names. The reference does not see the routes of
 *     other tables than main
 * @param routes of table main, through the interface
 */
record Observed(Set<Integer> usedTables, List<Route> routes) {

    /** The first table that is ours to take: those below have names, or are administrators'. */
    private static final int FIRST_TABLE = 100;

    Observed {
        usedTables = Set.copyOf(usedTables);
        routes = List.copyOf(routes);
    }

    static Observed of(Kernel kernel, String ifName) {
        kernel.linkOrThrow(Side.POD, ifName);
        Set<Integer> tables = new HashSet<>();
        kernel.policyRules(Side.POD).stream().map(PolicyRule::table).forEach(tables::add);
        for (Link link : kernel.links(Side.POD)) {
            kernel.routes(Side.POD, link.name())
                    .forEach(route -> tables.add(route.table().orElse(Route.MAIN_TABLE)));
        }
        return new Observed(
                tables,
                kernel.routes(Side.POD, ifName).stream().filter(Route::isMain).toList());
    }

    /** What will be so in a container that is not there yet. */
    static Observed expected(CniResult previous, List<CniResult.Ip> ips) {
        List<Route> routes = new ArrayList<>();
        ips.forEach(ip -> routes.add(Route.to(ip.address(), Optional.empty())));
        ResultRoutes.of(previous).stream().filter(Route::isMain).forEach(routes::add);
        return new Observed(Set.of(), routes);
    }

    /** The first table that nobody uses, not before this one. */
    int freeTable(int notBefore) {
        int table = Math.max(notBefore, FIRST_TABLE);
        while (usedTables.contains(table)) {
            table++;
        }
        return table;
    }
}
