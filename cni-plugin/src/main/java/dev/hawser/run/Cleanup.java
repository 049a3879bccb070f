package dev.hawser.run;

import dev.hawser.kernel.Kernel;
import dev.hawser.kernel.LinkChange;
import dev.hawser.kernel.Side;
import dev.hawser.spec.CniError;
import dev.hawser.spec.CniException;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/**
 * DEL and GC: attempt everything, whatever fails. "Already gone" is success and never gets here; real failures are collected
 * and reported together, so that the runtime tries again.
 */
public final class Cleanup implements AutoCloseable {

    private final List<CniException> failures = new ArrayList<>();
    private final List<String> leaving = new ArrayList<>();
    private Optional<Kernel> kernel = Optional.empty();

    /** The kernel, with the container's side if that is still there; opened once, and closed with this. */
    public Kernel kernel(Node node, Call call) {
        Kernel opened = kernel.orElseGet(() -> node.withPodIfThere(call));
        kernel = Optional.of(opened);
        return opened;
    }

    /**
     * Runs the action; a failure is kept for {@link #throwIfFailed()}.
     *
     * @return whether it succeeded, for what must not happen otherwise
     */
    public boolean attempt(Runnable action) {
        try {
            action.run();
            return true;
        } catch (RuntimeException e) {
            failures.add(Failures.asCniException(e));
            return false;
        }
    }

    /**
     * Has a link of the host go with the next one that {@link #deleteLink} deletes, or at the end: the end of a link takes the
     * kernel some 20 ms, and that of two no longer.
     */
    public void deleteWithNext(String link) {
        leaving.add(link);
    }

    /** Deletes a link of the host, and those that were to go with it. */
    public void deleteLink(Kernel host, String link) {
        List<String> links = new ArrayList<>(leaving);
        leaving.clear();
        links.add(link);
        host.apply(Side.HOST, new LinkChange.DeleteLink(links));
    }

    private void deleteLeaving(Kernel host) {
        List<String> links = List.copyOf(leaving);
        leaving.clear();
        if (!links.isEmpty()) {
            attempt(() -> host.apply(Side.HOST, new LinkChange.DeleteLink(links)));
        }
    }

    /**
     * Reports what failed: with the code of the first failure, and the text of all.
     *
     * @throws CniException if anything failed
     */
    public void throwIfFailed() {
        kernel.ifPresent(this::deleteLeaving);
        if (failures.isEmpty()) {
            return;
        }
        if (failures.size() == 1) {
            throw failures.getFirst();
        }
        List<String> texts = failures.stream().map(CniException::getMessage).toList();
        CniException all = new CniException(new CniError(failures.getFirst().code(), String.join("; ", texts), ""));
        failures.forEach(all::addSuppressed);
        throw all;
    }

    /** Closes the kernel, if there was need of one. */
    @Override
    public void close() {
        kernel.ifPresent(Kernel::close);
    }
}
