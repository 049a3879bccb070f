package dev.hawser.cri;

import io.grpc.Status;
import io.grpc.StatusRuntimeException;
import java.nio.file.Path;
import java.util.Optional;

/** A call that the runtime did not serve, in the runtime's own words. */
public final class CriException extends RuntimeException {

    private static final long serialVersionUID = 1L;

    private CriException(String message, Throwable cause) {
        super(message, cause);
    }

    static CriException of(String call, Path socket, StatusRuntimeException failure) {
        Status status = failure.getStatus();
        String detail = Optional.ofNullable(status.getDescription())
                .map(text -> ": " + text)
                .orElse("");
        return new CriException(call + " at " + socket + ": " + status.getCode() + detail + advice(status), failure);
    }

    private static String advice(Status status) {
        return switch (status.getCode()) {
            case UNAVAILABLE -> " (does the runtime run, and is this its socket?)";
            case UNIMPLEMENTED -> " (the runtime does not speak CRI v1)";
            default -> "";
        };
    }
}
