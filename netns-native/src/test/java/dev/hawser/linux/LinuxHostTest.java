package dev.hawser.linux;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.hawser.ip.Cidr;
import dev.hawser.kernel.Attachment;
import dev.hawser.kernel.Change;
import dev.hawser.kernel.Errno;
import dev.hawser.kernel.FirewallChange;
import dev.hawser.kernel.Kernel;
import dev.hawser.kernel.KernelException;
import dev.hawser.kernel.LinkChange;
import dev.hawser.kernel.MacAddress;
import dev.hawser.kernel.NftChain;
import dev.hawser.kernel.Side;
import dev.hawser.sys.Netns;
import dev.hawser.sys.NetnsThread;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.Queue;
import java.util.concurrent.Callable;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.FutureTask;
import java.util.function.BiConsumer;
import java.util.function.Function;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.EnabledIf;

@EnabledIf(value = "dev.hawser.linux.LinuxKernelTest#isRoot", disabledReason = "making network namespaces needs root")
class LinuxHostTest {

    private static final Attachment OWNER = new Attachment("net", "c1", "eth0");
    private static final int MANY = 60;

    private final TestNetns hostNetns = new TestNetns();
    private final TestNetns podNetns = new TestNetns();
    private final Netns netns = hostNetns.open();
    private final NetnsThread inside = NetnsThread.start(netns);
    private final Map<String, Queue<Integer>> groups = new ConcurrentHashMap<>();
    private final LinuxHost host = inside.call(() -> LinuxHost.open(this::committed));

    private void committed(String what, int size) {
        groups.computeIfAbsent(what, key -> new ConcurrentLinkedQueue<>()).add(size);
    }

    @AfterEach
    void close() {
        host.close();
        inside.close();
        netns.close();
        podNetns.close();
        hostNetns.close();
    }

    @Test
    void oneDeleteGoesAlone() {
        addVeths(1);

        apply(new LinkChange.DeleteLink("veth0"));

        assertEquals(List.of("lo"), links());
        assertEquals(List.of(1), sizes(LinuxHost.LINK_DELETES));
    }

    @Test
    void deletesThatWaitTogetherGoTogether() {
        addVeths(MANY);

        together(MANY, (kernel, i) -> kernel.apply(Side.HOST, new LinkChange.DeleteLink("veth" + i)));

        assertEquals(List.of("lo"), links());
        List<Integer> sizes = sizes(LinuxHost.LINK_DELETES);
        assertEquals(MANY, sizes.stream().mapToInt(size -> size).sum());
        assertTrue(sizes.size() < MANY / 2, sizes::toString);
    }

    @Test
    void aLinkThatCannotBeDeletedFailsAlone() {
        addVeths(MANY);
        Queue<Integer> failures = new ConcurrentLinkedQueue<>();

        together(MANY + 1, (kernel, i) -> {
            if (i < MANY) {
                kernel.apply(Side.HOST, new LinkChange.DeleteLink("veth" + i));
            } else {
                Change loopback = new LinkChange.DeleteLink("lo");
                failures.add(assertThrows(KernelException.class, () -> kernel.apply(Side.HOST, loopback))
                        .errno());
            }
        });

        assertEquals(List.of(Errno.EOPNOTSUPP), List.copyOf(failures));
        assertEquals(List.of("lo"), links());
        assertTrue(hostNetns.ip("link show lo").contains("\"group\":\"default\""));
    }

    @Test
    void linksThatAreGoneAreDeletedAlreadyAlsoInAGroup() {
        addVeths(MANY);

        together(2 * MANY, (kernel, i) -> kernel.apply(Side.HOST, new LinkChange.DeleteLink("veth" + i / 2)));

        assertEquals(List.of("lo"), links());
    }

    @Test
    void elementsThatWaitTogetherGoTogether() {
        together(MANY, (kernel, i) -> kernel.apply(Side.HOST, masquerade(i)));
        int added = inside.call(
                () -> with(host.kernel(), kernel -> kernel.masquerades().size()));
        together(MANY, (kernel, i) -> kernel.apply(Side.HOST, undo(masquerade(i))));

        assertEquals(MANY, added);
        assertEquals(List.of(), masquerades());
        List<Integer> sizes = sizes(LinuxHost.NFT_ELEMENTS);
        assertTrue(sizes.stream().anyMatch(size -> size > 1), sizes::toString);
    }

    @Test
    void aBadChangeDoesNotFailThoseThatItWaitedWith() {
        apply(masquerade(0));
        hostNetns.exec("nft", "add table inet foreign");
        hostNetns.exec("nft", "add chain inet foreign used");
        hostNetns.exec("nft", "add chain inet foreign user");
        hostNetns.exec("nft", "add rule inet foreign user jump used");
        Change impossible = new FirewallChange.DeleteNftChain(new NftChain("inet", "foreign", "used"));
        Queue<Integer> failures = new ConcurrentLinkedQueue<>();

        together(MANY, (kernel, i) -> {
            if (i % 10 == 0) {
                failures.add(assertThrows(KernelException.class, () -> kernel.apply(Side.HOST, impossible))
                        .errno());
            } else {
                kernel.apply(Side.HOST, masquerade(i));
            }
        });

        assertEquals(Stream.generate(() -> Errno.EBUSY).limit(MANY / 10).toList(), List.copyOf(failures));
        assertEquals(1 + MANY - MANY / 10, masquerades().size());
    }

    @Test
    void aThreadThatWorkedInThePodIsHomeAgain() {
        Optional<String> forwarding = inside.call(() -> with(host.kernel(podNetns.open()), kernel -> {
            kernel.apply(Side.POD, new Change.SetSysctl("net/ipv4/ip_forward", "1", true));
            assertThrows(
                    KernelException.class,
                    () -> kernel.apply(Side.POD, new Change.SetSysctl("net/ipv4/no_such", "1", true)));
            return kernel.sysctl(Side.POD, "net/ipv4/ip_forward");
        }));

        assertEquals(Optional.of("1"), forwarding);
        boolean home = inside.call(() -> {
            try (Netns here = Netns.own()) {
                return here.sameAs(netns);
            }
        });
        assertTrue(home);
    }

    @Test
    void socketsServeOneKernelAfterAnother() {
        useBothSides();
        long before = descriptors();

        IntStream.range(0, 20).forEach(i -> useBothSides());

        assertEquals(before, descriptors());
    }

    @Test
    void closingGivesEveryDescriptorBack() {
        long before = descriptors();
        LinuxHost another = inside.call(() -> LinuxHost.open((what, size) -> {}));
        inside.call(() -> with(another.kernel(podNetns.open()), kernel -> {
            kernel.apply(Side.HOST, masquerade(1));
            return kernel.links(Side.POD);
        }));

        another.close();
        another.close();

        assertEquals(before, descriptors());
        assertThrows(IllegalStateException.class, another::kernel);
    }

    @Test
    void aClosedKernelTouchesNothingMore() {
        Kernel kernel = inside.call(() -> host.kernel());
        kernel.close();
        kernel.close();

        assertThrows(IllegalStateException.class, () -> kernel.links(Side.HOST));
        assertThrows(IllegalStateException.class, kernel::masquerades);
    }

    private void useBothSides() {
        List<String> names = inside.call(() -> with(host.kernel(podNetns.open()), kernel -> {
            kernel.links(Side.HOST);
            return kernel.links(Side.POD).stream().map(link -> link.name()).toList();
        }));
        assertFalse(names.isEmpty());
    }

    private static long descriptors() {
        try (Stream<Path> open = Files.list(Path.of("/proc/self/fd"))) {
            return open.count();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private static FirewallChange.AddMasquerade masquerade(int i) {
        return new FirewallChange.AddMasquerade(Cidr.parse("10.1.1." + i + "/16"), OWNER);
    }

    private static Change undo(FirewallChange.AddMasquerade add) {
        return new FirewallChange.DeleteMasquerade(add.address(), add.owner());
    }

    private void addVeths(int count) {
        inside.call(() -> with(host.kernel(podNetns.open()), kernel -> {
            for (int i = 0; i < count; i++) {
                kernel.apply(Side.HOST, veth(i));
            }
            return kernel;
        }));
    }

    private static Change veth(int i) {
        return new LinkChange.AddVeth(
                "veth" + i,
                MacAddress.locallyAdministered(2L * i),
                Optional.empty(),
                Side.POD,
                "eth" + i,
                MacAddress.locallyAdministered(2L * i + 1),
                OptionalInt.empty());
    }

    private void apply(Change change) {
        inside.call(() -> with(host.kernel(), kernel -> {
            kernel.apply(Side.HOST, change);
            return change;
        }));
    }

    private List<FirewallChange.AddMasquerade> masquerades() {
        return inside.call(() -> with(host.kernel(), Kernel::masquerades));
    }

    private List<String> links() {
        return inside.call(() -> with(
                host.kernel(),
                kernel -> kernel.links(Side.HOST).stream()
                        .map(link -> link.name())
                        .toList()));
    }

    private List<Integer> sizes(String what) {
        return List.copyOf(groups.getOrDefault(what, new ConcurrentLinkedQueue<>()));
    }

    /** On a thread and a kernel for each; threads live where the one lives that starts them. */
    private void together(int count, BiConsumer<Kernel, Integer> change) {
        List<FutureTask<Boolean>> tasks = new ArrayList<>();
        inside.call(() -> {
            for (int i = 0; i < count; i++) {
                int number = i;
                tasks.add(started(() -> with(host.kernel(), kernel -> {
                    change.accept(kernel, number);
                    return true;
                })));
            }
            return tasks;
        });
        for (FutureTask<Boolean> task : tasks) {
            boolean done = NetnsThread.here(task::get);
            assertTrue(done);
        }
    }

    private static FutureTask<Boolean> started(Callable<Boolean> callable) {
        FutureTask<Boolean> task = new FutureTask<>(callable);
        Thread.ofPlatform().start(task);
        return task;
    }

    private static <T> T with(Kernel kernel, Function<Kernel, T> use) {
        try (kernel) {
            return use.apply(kernel);
        }
    }
}
