package dev.hawser.run;

import dev.hawser.dhcp.DhcpException;
import dev.hawser.ipam.PoolException;
import dev.hawser.kernel.KernelException;
import dev.hawser.spec.CniException;
import dev.hawser.spec.ErrorCode;
import java.io.UncheckedIOException;

/** The one mapping from the exceptions of the rooms to the codes of the specification (SPEC, "Error"). */
final class Failures {

    private Failures() {}

    static CniException asCniException(RuntimeException failure) {
        return switch (failure) {
            case CniException known -> known;
            case PoolException pool -> new CniException(codeOf(pool.kind()), text(pool), pool);
            case UncheckedIOException io -> new CniException(ErrorCode.IO_FAILURE, text(io), io);
            case DhcpException dhcp ->
                new CniException(dhcp.isTemporary() ? ErrorCode.TRY_AGAIN_LATER : ErrorCode.INTERNAL, text(dhcp), dhcp);
            case KernelException kernel -> new CniException(ErrorCode.INTERNAL, text(kernel), kernel);
            default ->
                new CniException(
                        ErrorCode.INTERNAL,
                        "this is a defect of Hawser: " + failure + ": please report it with the lines on stderr",
                        failure);
        };
    }

    /** Whether nobody foresaw this exception, so that its stack trace is worth a person's time. */
    static boolean isDefect(RuntimeException failure) {
        return !(failure instanceof CniException
                || failure instanceof PoolException
                || failure instanceof DhcpException
                || failure instanceof UncheckedIOException
                || failure instanceof KernelException);
    }

    private static ErrorCode codeOf(PoolException.Kind kind) {
        return switch (kind) {
            case EXHAUSTED -> ErrorCode.TRY_AGAIN_LATER;
            case IO -> ErrorCode.IO_FAILURE;
            case UNAVAILABLE, DUPLICATE -> ErrorCode.INTERNAL;
        };
    }

    private static String text(Throwable failure) {
        String message = failure.getMessage();
        return message == null ? failure.toString() : message;
    }
}
