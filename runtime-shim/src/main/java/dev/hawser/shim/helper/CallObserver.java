package dev.hawser.shim.helper;

import dev.hawser.shim.wire.CallFrame;

/** Told what becomes of calls. Used by many threads at once, the event loop among them: nothing here may wait. */
public interface CallObserver {

    /** Why somebody who came to the socket was sent away. Whoever has a call to make then starts a JVM for it. */
    enum Refusal {
        /** Neither root nor the user that the helper runs as. */
        UID,
        /** What was sent is no frame. */
        MALFORMED,
        /** A launcher of another build. */
        BUILD,
        /** A launcher in another network namespace. */
        NAMESPACE,
        /** A launcher with another root directory. */
        ROOT,
        /** The helper is about to end. */
        STOPPING
    }

    /** Looks away. */
    CallObserver NONE = new CallObserver() {
        @Override
        public boolean follows(CallFrame call) {
            return false;
        }

        @Override
        public void finished(FinishedCall call) {}

        @Override
        public void refused(Refusal why) {}
    };

    /** Whether it is to be told each stay of this call in a phase, and not just their sums. */
    boolean follows(CallFrame call);

    /** A call has ended, for better or worse; its answer, if there was one, has been sent. */
    void finished(FinishedCall call);

    /** A connection was refused. */
    void refused(Refusal why);
}
