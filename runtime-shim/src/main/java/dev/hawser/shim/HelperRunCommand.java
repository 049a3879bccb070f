package dev.hawser.shim;

import dev.hawser.app.Commands;
import dev.hawser.app.Resident;
import dev.hawser.shim.helper.Helper;
import dev.hawser.shim.helper.HelperSettings;
import dev.hawser.sys.Fd;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.concurrent.Callable;
import java.util.concurrent.CountDownLatch;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;

/** {@code hawser helper run}. */
@Command(
        name = "run",
        mixinStandardHelpOptions = true,
        showDefaultValues = true,
        description = "Serve plugin calls until SIGTERM.",
        footerHeading = "%nEnvironment:%n",
        footer = {
            "  HAWSER_SOCKET   the socket, for the helper and for the plugin files (default: /run/hawser/hawser.sock);",
            "                  empty for a plugin file: do not ask a helper",
            "  LISTEN_FDS      set by systemd, which then owns the socket",
            "",
            "When `hawser install` has put another release in its place, it ends as soon as its calls are done; systemd then",
            "starts the new one. At SIGTERM it waits the calls that run, and gives back those that wait (CNI error",
            "11, try again later).",
            "Everything works without a helper too, only slower.",
        })
final class HelperRunCommand implements Callable<Integer> {

    private static final String DEFAULT_SOCKET = "/run/hawser/hawser.sock";

    /** SD_LISTEN_FDS_START of sd_listen_fds(3). */
    private static final int FIRST_PASSED_DESCRIPTOR = 3;

    @Option(names = "--add-threads", paramLabel = "N", description = "How many ADDs at once.")
    private int addThreads = Math.max(4, 2 * Runtime.getRuntime().availableProcessors());

    @Option(
            names = "--delete-threads",
            paramLabel = "N",
            description = "How many DELs at once: they share the kernel's wait.")
    private int deleteThreads = 64;

    @Option(names = "--queue", paramLabel = "N", description = "How many calls of a kind may wait.")
    private int queueLimit = 1024;

    @Option(names = "--deadline", paramLabel = "SECONDS", description = "When a call that is not done is given back.")
    private int deadlineSeconds = 120;

    @Option(names = "--drain", paramLabel = "SECONDS", description = "How long to wait for running calls at the end.")
    private int drainSeconds = 20;

    @Override
    public Integer call() throws IOException, InterruptedException {
        CountDownLatch replaced = new CountDownLatch(1);
        Resident resident = Resident.open((what, size) -> {});
        Helper helper = Helper.start(
                settings(System.getenv()), new ResidentCalls(resident), replaced::countDown, HelperRunCommand::log);
        Thread atSigterm = Thread.ofPlatform().unstarted(() -> {
            end(helper, resident, true);
            // The status of a helper that was asked to stop is 0, not that of a signal.
            Runtime.getRuntime().halt(0);
        });
        Runtime.getRuntime().addShutdownHook(atSigterm);
        replaced.await();
        if (Runtime.getRuntime().removeShutdownHook(atSigterm)) {
            log("another release has taken the place of this one: ending when all calls are done");
            end(helper, resident, false);
        }
        return 0;
    }

    private static void end(Helper helper, Resident resident, boolean giveBackWaiting) {
        try (resident) {
            helper.stop(giveBackWaiting);
        } catch (IOException e) {
            log("stop: " + e.getMessage());
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    private HelperSettings settings(Map<String, String> environment) throws IOException {
        return new HelperSettings(
                Path.of(Optional.ofNullable(environment.get("HAWSER_SOCKET"))
                        .filter(socket -> !socket.isEmpty())
                        .orElse(DEFAULT_SOCKET)),
                activated(environment),
                Path.of(Commands.argv0()),
                Files.readString(Commands.home().resolve("BUILD")).strip(),
                addThreads,
                deleteThreads,
                queueLimit,
                Duration.ofSeconds(deadlineSeconds),
                Duration.ofSeconds(drainSeconds));
    }

    /** The variables may be inherited from a process that they were meant for: LISTEN_PID says whom they mean. */
    private static OptionalInt activated(Map<String, String> environment) {
        String own = Long.toString(ProcessHandle.current().pid());
        boolean meant = own.equals(environment.get("LISTEN_PID")) && "1".equals(environment.get("LISTEN_FDS"));
        if (!meant) {
            return OptionalInt.empty();
        }
        Fd.setNonBlocking(FIRST_PASSED_DESCRIPTOR);
        return OptionalInt.of(FIRST_PASSED_DESCRIPTOR);
    }

    private static void log(String line) {
        System.err.println(line);
    }
}
