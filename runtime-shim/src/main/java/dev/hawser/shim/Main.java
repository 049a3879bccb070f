package dev.hawser.shim;

import dev.hawser.app.Commands;
import dev.hawser.bench.BenchCommand;
import java.util.List;

/** Everything but plugin calls: what a person types. */
public final class Main {

    private Main() {}

    /** Runs one command and ends the JVM with its exit status. */
    public static void main(String[] args) {
        int exitStatus = Commands.run(
                Commands.argv0(),
                List.of(args),
                List.of(new HelperCommand(), new TraceCommand(), new BenchCommand(Commands.home())));
        if (exitStatus != 0) {
            System.exit(exitStatus);
        }
    }
}
