package dev.hawser.app;

import dev.hawser.addressing.AddressSource;
import dev.hawser.addressing.PoolReport;
import dev.hawser.ip.IpMath;
import dev.hawser.ipam.Lease;
import dev.hawser.run.Plugin;
import dev.hawser.spec.Json;
import dev.hawser.spec.Settings;
import java.io.IOException;
import java.io.PrintWriter;
import java.math.BigDecimal;
import java.math.BigInteger;
import java.math.RoundingMode;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

/** {@code hawser ipam}. */
@Command(
        name = "ipam",
        mixinStandardHelpOptions = true,
        description = "Look at address pools.",
        subcommands = IpamCommand.Show.class)
final class IpamCommand implements Runnable {

    @Spec
    private CommandSpec spec = CommandSpec.create();

    @Override
    public void run() {
        spec.commandLine().usage(spec.commandLine().getOut());
    }

    /** {@code hawser ipam show}. */
    @Command(
            name = "show",
            mixinStandardHelpOptions = true,
            description = {
                "Show the pools of the networks in NETCONFPATH (/etc/cni/net.d): how full each range is, and who has which"
                        + " address.",
            })
    static final class Show implements Callable<Integer> {

        private static final int BAR_WIDTH = 20;

        @Spec
        private CommandSpec spec = CommandSpec.create();

        @Parameters(arity = "0..1", paramLabel = "<network>", description = "Only this network's pool.")
        private String network = "";

        @Option(names = "--json", description = "Print JSON, for scripts.")
        private boolean json;

        @Override
        public Integer call() throws IOException {
            List<PoolReport> reports = reports();
            PrintWriter out = spec.commandLine().getOut();
            if (json) {
                out.println(new Json.Arr(reports.stream().map(Show::document).toList()).pretty());
            } else if (reports.isEmpty()) {
                out.println("no network here has a pool");
            } else {
                print(out, reports);
            }
            out.flush();
            return 0;
        }

        private List<PoolReport> reports() throws IOException {
            Path directory = Path.of(System.getenv().getOrDefault("NETCONFPATH", "/etc/cni/net.d"));
            List<NetworkList> lists = new ArrayList<>();
            if (network.isEmpty()) {
                for (Path file : NetworkList.all(directory)) {
                    lists.add(NetworkList.read(file));
                }
            } else {
                lists.add(NetworkList.find(directory, network));
            }
            List<PoolReport> reports = new ArrayList<>();
            for (NetworkList list : lists) {
                pool(list)
                        .ifPresent(conf -> reports.add(PoolReport.of(conf, Wiring.node("hawser: ", System.getenv()))));
            }
            return reports;
        }

        /** The configuration of the first plugin of a network that has a pool. */
        private static Optional<Json.Obj> pool(NetworkList list) {
            return list.plugins().stream()
                    .filter(plugin -> hasPool(plugin))
                    .findFirst()
                    .map(plugin -> list.configurationOf(plugin, Optional.empty(), Json.Obj.EMPTY));
        }

        private static boolean hasPool(Json.Obj plugin) {
            String type = Settings.of(plugin).section("ipam").text("type", "");
            return Plugin.typeOf(type).equals(AddressSource.POOL_TYPE);
        }

        private static void print(PrintWriter out, List<PoolReport> reports) {
            Table pools = new Table("NETWORK", "RANGE", "USED", "SIZE", "FULL");
            Table leases = new Table("NETWORK", "ADDRESS", "CONTAINER", "INTERFACE");
            for (PoolReport report : reports) {
                for (PoolReport.Usage usage : report.usages()) {
                    pools.add(
                            report.network(),
                            usage.range(),
                            String.valueOf(usage.used()),
                            usage.size().toString(),
                            bar(usage));
                }
                for (Lease lease : report.leases()) {
                    leases.add(
                            report.network(),
                            IpMath.text(lease.address()),
                            lease.owner().containerId(),
                            lease.owner().ifName());
                }
            }
            out.print(pools);
            boolean leased =
                    reports.stream().anyMatch(report -> !report.leases().isEmpty());
            out.print(leased ? "\n" + leases : "\nno address is leased\n");
        }

        /** {@code ####................ 20 %}. */
        private static String bar(PoolReport.Usage usage) {
            BigDecimal share = new BigDecimal(BigInteger.valueOf(usage.used()))
                    .divide(new BigDecimal(usage.size()), 4, RoundingMode.HALF_UP);
            int filled = share.multiply(BigDecimal.valueOf(BAR_WIDTH))
                    .setScale(0, RoundingMode.CEILING)
                    .min(BigDecimal.valueOf(BAR_WIDTH))
                    .intValue();
            BigDecimal percent = share.movePointRight(2).setScale(0, RoundingMode.HALF_UP);
            return "#".repeat(filled) + ".".repeat(BAR_WIDTH - filled) + " " + percent + " %";
        }

        private static Json document(PoolReport report) {
            List<Json> usages = new ArrayList<>();
            for (PoolReport.Usage usage : report.usages()) {
                usages.add(Json.object()
                        .put("range", usage.range())
                        .put("used", usage.used())
                        .put("size", new Json.Num(usage.size().toString()))
                        .build());
            }
            List<Json> leases = new ArrayList<>();
            for (Lease lease : report.leases()) {
                leases.add(Json.object()
                        .put("address", IpMath.text(lease.address()))
                        .put("containerId", lease.owner().containerId())
                        .put("ifName", lease.owner().ifName())
                        .build());
            }
            return Json.object()
                    .put("network", report.network())
                    .put("directory", report.directory().toString())
                    .put("ranges", new Json.Arr(usages))
                    .put("leases", new Json.Arr(leases))
                    .build();
        }
    }
}
