package dev.hawser.addressing;

import dev.hawser.run.Programs;
import dev.hawser.spec.CniError;
import dev.hawser.spec.CniException;
import dev.hawser.spec.ErrorCode;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;

/** What a delegate said when it failed: its own code, message and details if it spoke CNI, else what can be told. */
final class DelegateError {

    private DelegateError() {}

    static CniException of(Path program, Programs.Finished finished) {
        if (finished.stdout().isBlank()) {
            return new CniException(ErrorCode.INTERNAL, silent(program, finished));
        }
        try {
            return new CniException(CniError.parse(finished.stdout().getBytes(StandardCharsets.UTF_8)));
        } catch (CniException notAnError) {
            return new CniException(
                    ErrorCode.INTERNAL,
                    "netplugin failed but error parsing its diagnostic message \""
                            + finished.stdout().strip() + "\"",
                    program + " ended with exit status " + finished.exitStatus());
        }
    }

    private static String silent(Path program, Programs.Finished finished) {
        String status = "exit status " + finished.exitStatus();
        return finished.stderr().isBlank()
                ? "netplugin failed with no error message: " + program + ": " + status
                : "netplugin failed: \"" + finished.stderr().strip() + "\": " + status;
    }
}
