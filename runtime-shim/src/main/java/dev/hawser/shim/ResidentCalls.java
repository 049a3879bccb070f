package dev.hawser.shim;

import dev.hawser.app.Resident;
import dev.hawser.run.Phases;
import dev.hawser.shim.helper.Calls;
import dev.hawser.shim.wire.CallFrame;
import java.io.IOException;
import java.nio.file.Path;
import java.util.OptionalInt;

/** The calls that a helper receives, made by the same code as cold ones. */
record ResidentCalls(Resident resident) implements Calls {

    @Override
    public int carryOut(CallFrame call, int netns, Reply reply, Phases phases) throws IOException {
        Resident.Caller caller = new Resident.Caller(
                call.arguments(),
                call.environment(),
                Path.of(call.directory()),
                call.netnsErrno() == 0 ? OptionalInt.of(netns) : OptionalInt.empty(),
                call.netnsErrno());
        byte[] stdin = new byte[call.stdin().remaining()];
        call.stdin().duplicate().get(stdin);
        return resident.carryOut(caller, stdin, reply::write, reply::log, phases);
    }

    @Override
    public byte[] tryAgainLater(String message, String details) {
        return resident.tryAgainLater(message, details);
    }
}
