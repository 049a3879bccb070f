package dev.hawser.ipam;

import java.io.IOException;
import java.net.InetAddress;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.function.Consumer;

/**
 * Who owns what, for the length of one operation: from the index where it can be trusted, else from the files. An index
 * that cannot be read or written costs time and a warning, and nothing else.
 */
final class FiledLeases implements LeaseBook {

    private final PoolFiles files;
    private final PoolFiles.Taken taken;
    private final Consumer<String> warnings;
    private Optional<LeaseIndex> index;

    /** What was read of the index, and the container for whose sake. */
    private Optional<Bucket> bucket = Optional.empty();

    private String containerId = "";

    /** As they are now: of all containers, or of the one. */
    private final List<Lease> leases = new ArrayList<>();

    private boolean changed;

    FiledLeases(PoolFiles files, Optional<LeaseIndex> index, Consumer<String> warnings) {
        this.files = files;
        this.taken = files.taken();
        this.index = index;
        this.warnings = warnings;
    }

    /** From the files. Unless that is all of them, the index must not say so. */
    @Override
    public List<Lease> all() throws IOException {
        List<Lease> all = readAll();
        leases.addAll(all);
        return all;
    }

    private List<Lease> readAll() throws IOException {
        PoolFiles.Content content = files.readAll();
        content.faults().forEach(warnings);
        if (!content.complete()) {
            index = Optional.empty();
        }
        return content.leases();
    }

    @Override
    public List<Lease> of(String id) throws IOException {
        containerId = id;
        bucket = indexed();
        Optional<List<Lease>> known = bucket.flatMap(read -> read.leasesOf(id));
        List<Lease> own = known.isPresent() && isTrue(known.get()) ? known.get() : read();
        leases.addAll(own);
        return own;
    }

    private Optional<Bucket> indexed() {
        if (index.isEmpty()) {
            return Optional.empty();
        }
        try {
            return index.get().bucketOf(containerId);
        } catch (IOException e) {
            goOnWithoutIndex(e);
            return Optional.empty();
        }
    }

    /** A file that was overwritten in place does not show in the directory's mtime. */
    private boolean isTrue(List<Lease> indexed) throws IOException {
        for (Lease lease : indexed) {
            if (!files.ownerOf(lease.address()).equals(Optional.of(lease.owner()))) {
                return false;
            }
        }
        return true;
    }

    private List<Lease> read() throws IOException {
        List<Lease> all = readAll();
        writeIndex(writable -> writable.rebuild(all));
        bucket = Optional.of(Bucket.around(containerId, all));
        return all.stream()
                .filter(lease -> lease.owner().containerId().equals(containerId))
                .toList();
    }

    @Override
    public boolean isFree(InetAddress address) throws IOException {
        return !taken.holds(address);
    }

    /** Unknown before it is tried. */
    @Override
    public Optional<InetAddress> freeFrom(PoolRange range, InetAddress first) {
        return Optional.of(first);
    }

    @Override
    public boolean add(Lease lease) throws IOException {
        changed = true;
        boolean added = attempt(() -> files.create(lease.address(), lease.owner()));
        if (added) {
            leases.add(lease);
        }
        return added;
    }

    @Override
    public void remove(Lease lease) throws IOException {
        changed = true;
        attempt(() -> files.delete(lease.address()));
        leases.remove(lease);
    }

    private interface FileChange {
        boolean make() throws IOException;
    }

    /** After a failure the file may be there or not: an index must not say either. */
    private boolean attempt(FileChange change) throws IOException {
        try {
            return change.make();
        } catch (IOException e) {
            index = Optional.empty();
            throw e;
        }
    }

    @Override
    public Optional<InetAddress> lastReserved(int setIndex) throws IOException {
        return files.lastReserved(setIndex);
    }

    @Override
    public void setLastReserved(int setIndex, InetAddress address) throws IOException {
        changed = true;
        files.setLastReserved(setIndex, address);
    }

    /** To be called at the end of a turn: brings the index up to date. */
    void finish() {
        if (changed) {
            leases.sort(Lease.BY_ADDRESS);
            writeIndex(
                    bucket.isPresent()
                            ? writable -> writable.save(bucket.get().with(containerId, leases))
                            : writable -> writable.rebuild(leases));
        }
    }

    private interface IndexChange {
        void applyTo(LeaseIndex index) throws IOException;
    }

    private void writeIndex(IndexChange change) {
        if (index.isEmpty()) {
            return;
        }
        try {
            change.applyTo(index.get());
        } catch (IOException e) {
            goOnWithoutIndex(e);
        }
    }

    private void goOnWithoutIndex(IOException e) {
        index = Optional.empty();
        warnings.accept("keep an index of the leases in " + files.directory() + ": " + PoolException.explain(e)
                + ": each operation reads them all until that is mended");
    }
}
