package dev.hawser.ipam;

import dev.hawser.ipam.Holdings.Holding;
import java.io.IOException;
import java.net.InetAddress;
import java.nio.file.attribute.FileTime;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;

/**
 * Who owns what, kept in memory from turn to turn. It is a copy: the files are the truth, and where the copy is in doubt,
 * the files are looked at.
 *
 * <p><b>Trust.</b> After each turn with a change the directory's mtime is set to a time of our choice, as
 * {@link LeaseIndex} explains. As long as it stands, nobody else has added or removed a file. Else the directory is looked
 * through, and those files are read that were not there before, or were written to since.
 *
 * <p><b>Files written within one tick of the clock.</b> A file that was removed and made anew has another mtime, unless
 * all of that happens within one tick of the kernel's clock (at most 10 ms). That can only befall files that were written
 * last, just before the end of our turn; so those of the last moments are always read again.
 *
 * <p><b>Crashes.</b> What is in memory goes with the process. What it leaves are leases, each of them whole
 * ({@link PoolFiles#create}), perhaps the file that a lease was to be linked to, which the next to lease removes, and a
 * directory whose mtime is that of no stamp, so that whoever comes next looks through it. An address can not be given
 * twice even by a copy that is wrong: a lease is created by link(2), which never replaces another.
 *
 * <p>Not thread-safe: whoever holds the pool's lock uses it.
 */
final class RememberedLeases implements LeaseBook {

    private static final long LAST_MOMENTS_NANOS = 50_000_000;

    private final PoolFiles files;
    private final Holdings holdings = new Holdings();

    /** Read from the files at most once: whoever else leases an address adds a file too, which is noticed. */
    private final Map<Integer, Optional<InetAddress>> lastReserved = new HashMap<>();

    /** By range set: those that are to be written at the end of the turn. */
    private final Map<Integer, InetAddress> unwritten = new HashMap<>();

    /** The directory's mtime after our last turn; nothing if we cannot know all. */
    private Optional<FileTime> stamp = Optional.empty();

    /** What the directory's mtime was when others had set it last. */
    private FileTime changedByOthersAt = FileTime.fromMillis(0);

    private Set<String> faults = Set.of();
    private Set<String> untold = Set.of();
    private boolean complete;
    private boolean changed;

    /** Told what is odd, on behalf of whoever uses the leases now. */
    private Consumer<String> warnings = _ -> {};

    RememberedLeases(PoolFiles files) {
        this.files = files;
    }

    /** To be called at the beginning of a turn. */
    void start() throws IOException {
        changed = false;
        FileTime changedAt = files.changedAt();
        if (!stamp.equals(Optional.of(changedAt))) {
            stamp = Optional.empty();
            changedByOthersAt = changedAt;
            lookThrough();
        }
    }

    /** To be called before the leases are used for somebody else. */
    void warn(Consumer<String> user) {
        warnings = user;
    }

    private void lookThrough() throws IOException {
        complete = true;
        lastReserved.clear();
        Look look = new Look(holdings.writtenLastNanos() - LAST_MOMENTS_NANOS);
        files.lookThrough(look);
        holdings.retain(look.seen);
        untold = new TreeSet<>(look.found);
        untold.removeAll(faults);
        faults = look.found;
    }

    /** Brings the copy up to date with one file after the other. */
    private final class Look implements PoolFiles.Finder {

        private final long settledNanos;
        private final Set<InetAddress> seen = new HashSet<>();
        private final Set<String> found = new TreeSet<>();

        /** @param settledNanos files written before are as they were, if they have the mtime that they had */
        Look(long settledNanos) {
            this.settledNanos = settledNanos;
        }

        @Override
        public void address(PoolFiles.Found file) {
            seen.add(file.address());
            long writtenAt = nanos(file.writtenAt());
            Optional<Holding> known = holdings.at(file.address());
            boolean settled =
                    writtenAt < settledNanos && known.isPresent() && known.get().writtenAtNanos() == writtenAt;
            Holding now = settled ? known.get() : read(file.address(), writtenAt);
            if (!settled) {
                holdings.put(now);
            }
            if (now.owner().isEmpty() && now.writtenAtNanos() != Holdings.UNREAD) {
                found.add(files.ownerless(file.address()));
            }
        }

        private Holding read(InetAddress address, long writtenAt) {
            try {
                return new Holding(address, files.ownerOf(address), writtenAt);
            } catch (IOException e) {
                complete = false;
                found.add(PoolFiles.unread(e));
                return new Holding(address, Optional.empty(), Holdings.UNREAD);
            }
        }

        @Override
        public void fault(String sentence) {
            found.add(sentence);
        }
    }

    @Override
    public List<Lease> of(String containerId) throws IOException {
        if (!areTrue(holdings.of(containerId))) {
            lookThrough();
        }
        return Holdings.leases(holdings.of(containerId).stream());
    }

    /** A file that was overwritten in place does not show in the directory's mtime, but in its own. */
    private boolean areTrue(List<Holding> held) throws IOException {
        for (Holding holding : held) {
            Optional<FileTime> writtenAt = files.writtenAt(holding.address());
            if (writtenAt.isEmpty() || nanos(writtenAt.get()) != holding.writtenAtNanos()) {
                return false;
            }
        }
        return true;
    }

    private static long nanos(FileTime time) {
        return time.to(TimeUnit.NANOSECONDS);
    }

    /** Looks at each file once more: it is said what there is, not what there was. */
    @Override
    public List<Lease> all() throws IOException {
        lookThrough();
        faults.forEach(warnings);
        untold = Set.of();
        return holdings.leases();
    }

    @Override
    public boolean isFree(InetAddress address) {
        return !holdings.has(address);
    }

    @Override
    public Optional<InetAddress> freeFrom(PoolRange range, InetAddress first) {
        return holdings.freeFrom(range.addresses(), first);
    }

    @Override
    public boolean add(Lease lease) throws IOException {
        changed = true;
        boolean added = attempt(() -> files.create(lease.address(), lease.owner()));
        if (added) {
            Optional<Owner> owner = Optional.of(shared(lease.owner()));
            holdings.put(new Holding(lease.address(), owner, writtenAtNanos(lease.address())));
        } else {
            // Somebody who does not know of the lock was here.
            complete = false;
        }
        return added;
    }

    /** The lease is made, so this must not fail; where it cannot be known, the file is read in the next turn. */
    private long writtenAtNanos(InetAddress address) {
        try {
            return files.writtenAt(address).map(RememberedLeases::nanos).orElse(Holdings.UNREAD);
        } catch (IOException unknown) {
            complete = false;
            return Holdings.UNREAD;
        }
    }

    /** Most interfaces have the same few names. */
    private static Owner shared(Owner owner) {
        return new Owner(owner.containerId(), owner.ifName().intern());
    }

    @Override
    public void remove(Lease lease) throws IOException {
        changed = true;
        attempt(() -> files.delete(lease.address()));
        holdings.remove(lease.address());
    }

    private interface Attempt<T> {
        T make() throws IOException;
    }

    /** After a failure the file may be there or not: the next turn has to look. */
    private <T> T attempt(Attempt<T> attempt) throws IOException {
        try {
            return attempt.make();
        } catch (IOException e) {
            complete = false;
            throw e;
        }
    }

    @Override
    public Optional<InetAddress> lastReserved(int setIndex) throws IOException {
        Optional<InetAddress> known = lastReserved.get(setIndex);
        if (known == null) {
            known = files.lastReserved(setIndex);
            lastReserved.put(setIndex, known);
        }
        return known;
    }

    @Override
    public void setLastReserved(int setIndex, InetAddress address) {
        lastReserved.put(setIndex, Optional.of(address));
        unwritten.put(setIndex, address);
    }

    /** To be called at the end of a turn. What fails here costs time, and nothing else. */
    void finish() {
        untold.forEach(warnings);
        untold = Set.of();
        unwritten.forEach(this::writeLastReserved);
        unwritten.clear();
        if (!complete) {
            stamp = Optional.empty();
        } else if (changed || stamp.isEmpty()) {
            stamp();
        }
    }

    private void writeLastReserved(int setIndex, InetAddress address) {
        try {
            files.setLastReserved(setIndex, address);
        } catch (IOException e) {
            warnings.accept("note the last reserved address in " + files.directory() + ": " + PoolException.explain(e)
                    + ": after a restart, addresses may be leased again sooner");
        }
    }

    private void stamp() {
        FileTime time = Stamp.timeBefore(changedByOthersAt);
        try {
            files.setChangedAt(time);
            stamp = Optional.of(time);
        } catch (IOException e) {
            stamp = Optional.empty();
            warnings.accept("keep the leases in " + files.directory() + " in mind: " + PoolException.explain(e)
                    + ": each operation looks through them all until that is mended");
        }
    }

    /** To be called when a turn ended before its time: the next one has to look. */
    void doubt() {
        complete = false;
        stamp = Optional.empty();
        unwritten.clear();
    }

    /** Within a turn: writes what is known for processes that remember nothing. */
    void writeTo(LeaseIndex index) throws IOException {
        if (complete) {
            index.rebuild(holdings.leases());
            stamp = Optional.of(files.changedAt());
        }
    }

    /** How many addresses are taken. */
    int size() {
        return holdings.size();
    }
}
