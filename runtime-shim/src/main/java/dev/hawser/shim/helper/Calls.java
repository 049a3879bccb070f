package dev.hawser.shim.helper;

import dev.hawser.run.Phases;
import dev.hawser.shim.wire.CallFrame;
import java.io.IOException;

/** Carries out calls. Used by many threads at once. */
public interface Calls {

    /**
     * Carries out a call on the calling thread, which is a platform thread.
     *
     * @param call what the launcher relayed
     * @param netns the descriptor of CNI_NETNS, valid until this returns; meaningless if {@link CallFrame#netnsErrno} is not 0
     * @param reply takes the answer
     * @param phases to be told what the time of the call is spent on; in {@link Phases.Phase#SERVER} others run in its place
     * @return the exit status
     * @throws IOException if the answer could not be delivered; what ADD did has been taken back then
     */
    int carryOut(CallFrame call, int netns, Reply reply, Phases phases) throws IOException;

    /** The document of an error of CNI, for calls that are not carried out. */
    byte[] tryAgainLater(String message, String details);

    /** Where the answer of one call goes. */
    interface Reply {

        /**
         * Delivers the one document of the answer: when it returns, the runtime has it.
         *
         * @throws IOException if the launcher is gone, or the deadline of the call has passed
         */
        void write(int exitStatus, byte[] document) throws IOException;

        /** A line for a person; what comes before the answer is printed by the launcher too. */
        void log(String line);
    }
}
