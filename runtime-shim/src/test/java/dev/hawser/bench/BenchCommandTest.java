package dev.hawser.bench;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.PrintWriter;
import java.io.StringWriter;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import picocli.CommandLine;

class BenchCommandTest {

    @TempDir
    private Path home = Path.of("");

    private final StringWriter out = new StringWriter();
    private final StringWriter err = new StringWriter();

    @Test
    void helpTeachesByExamples() {
        assertEquals(0, execute("--help"));

        assertTrue(out.toString().contains("hawser bench --peer /opt/cni/bin"), out.toString());
        assertTrue(out.toString().contains("masquerade"), out.toString());
    }

    @Test
    void allWrongNumbersAreNamedAtOnce() {
        int exitStatus = execute(
                "--runs", "0", "--parallel", "5000", "--leases", "-1", "--attachments", "1024", "--peer", "/nowhere");

        assertEquals(2, exitStatus);
        for (String fault : new String[] {
            "--runs 0: choose 1 to 1,000,000",
            "--parallel 5000: choose 1 to 300",
            "--leases -1: choose 0 to",
            "--attachments 1024: choose 0 to 1,022",
            "--peer /nowhere: there is no program bridge in it",
            "--peer /nowhere: there is no program host-local in it",
        }) {
            assertTrue(err.toString().contains(fault), fault + " in " + err);
        }
    }

    @Test
    void anUnknownRowIsNamedWithTheKnownOnes() {
        assertEquals(2, execute("--rows", "serial,fast"));

        assertTrue(err.toString().contains("'fast'"), err.toString());
        assertTrue(err.toString().contains("masquerade"), err.toString());
    }

    @Test
    void withoutATreeNothingIsMeasured() {
        assertEquals(1, execute("--rows", "version"));

        assertTrue(err.toString().contains("there is no " + home + "/bin/hawser"), err.toString());
    }

    private int execute(String... arguments) {
        return new CommandLine(new BenchCommand(home))
                .setOut(new PrintWriter(out))
                .setErr(new PrintWriter(err))
                .execute(arguments);
    }
}
