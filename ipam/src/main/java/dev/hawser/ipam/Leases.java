package dev.hawser.ipam;

import java.io.IOException;
import java.util.List;
import java.util.Optional;
import java.util.function.Consumer;

/**
 * Who owns what, for the length of one operation under the lock: from the index where it can be trusted, else from the
 * files. An index that cannot be read or written costs time and a warning, and nothing else.
 */
final class Leases {

    private final PoolFiles files;
    private final Consumer<String> warnings;
    private Optional<LeaseIndex> index;
    private Optional<Bucket> bucket = Optional.empty();

    Leases(PoolFiles files, Optional<LeaseIndex> index, Consumer<String> warnings) {
        this.files = files;
        this.index = index;
        this.warnings = warnings;
    }

    /** All leases, from the files, ordered by address. Unless that is all of them, the index must not say so. */
    List<Lease> all() throws IOException {
        PoolFiles.Content content = files.readAll();
        content.faults().forEach(warnings);
        if (!content.complete()) {
            index = Optional.empty();
        }
        return content.leases();
    }

    /** The leases of one container. */
    List<Lease> of(String containerId) throws IOException {
        bucket = indexed(containerId);
        Optional<List<Lease>> known = bucket.flatMap(read -> read.leasesOf(containerId));
        return known.isPresent() && isTrue(known.get()) ? known.get() : read(containerId);
    }

    private List<Lease> read(String containerId) throws IOException {
        List<Lease> all = all();
        writeIndex(writable -> writable.rebuild(all));
        bucket = Optional.of(Bucket.around(containerId, all));
        return all.stream()
                .filter(lease -> lease.owner().containerId().equals(containerId))
                .toList();
    }

    private Optional<Bucket> indexed(String containerId) {
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

    /** To be called after the files were changed for the container that was asked for last. */
    void changed(String containerId, List<Lease> now) {
        Bucket changed = bucket.orElseThrow().with(containerId, now);
        writeIndex(writable -> writable.save(changed));
    }

    /** To be called after the files were changed for any containers. */
    void allChanged(List<Lease> now) {
        writeIndex(writable -> writable.rebuild(now));
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
