package dev.hawser.shim.helper;

import static java.nio.charset.StandardCharsets.UTF_8;

import dev.hawser.run.Phases;
import dev.hawser.shim.wire.CallFrame;
import java.io.IOException;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;

/**
 * Calls that change no more than a set of containers. A container named {@code slow…} takes until {@link #go}, one named {@code
 * away…} waits that long for a server, one named {@code broken…} ends its thread.
 */
final class Ledger implements Calls {

    final Set<String> attached = ConcurrentHashMap.newKeySet();
    final AtomicInteger carriedOut = new AtomicInteger();
    final AtomicInteger takenBack = new AtomicInteger();
    final CountDownLatch go = new CountDownLatch(1);

    @Override
    public int carryOut(CallFrame call, int netns, Reply reply, Phases phases) throws IOException {
        carriedOut.incrementAndGet();
        String container = call.variable("CNI_CONTAINERID");
        if (container.startsWith("slow")) {
            await();
        }
        if (container.startsWith("away")) {
            try (Phases.Scope _ = phases.enter(Phases.Phase.SERVER)) {
                await();
            }
        }
        if (container.startsWith("broken")) {
            throw new StackOverflowError("a call that is broken");
        }
        switch (call.variable("CNI_COMMAND")) {
            case "ADD" -> add(container, reply);
            case "DEL" -> attached.remove(container);
            default -> reply.write(0, "{}".getBytes(UTF_8));
        }
        return 0;
    }

    private void add(String container, Reply reply) throws IOException {
        attached.add(container);
        try {
            reply.log("added " + container);
            reply.write(0, ("{\"container\": \"" + container + "\"}").getBytes(UTF_8));
        } catch (IOException e) {
            attached.remove(container);
            takenBack.incrementAndGet();
            throw e;
        }
    }

    private void await() throws IOException {
        try {
            if (!go.await(30, TimeUnit.SECONDS)) {
                throw new IOException("the test never said go");
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new IOException(e);
        }
    }

    @Override
    public byte[] tryAgainLater(String message, String details) {
        return ("code 11: " + message + ": " + details).getBytes(UTF_8);
    }
}
