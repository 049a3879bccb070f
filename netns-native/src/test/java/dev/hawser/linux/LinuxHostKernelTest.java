package dev.hawser.linux;

import dev.hawser.kernel.Kernel;
import dev.hawser.kernel.KernelContract;
import dev.hawser.kernel.KernelFeature;
import dev.hawser.sys.Netns;
import dev.hawser.sys.NetnsThread;
import java.lang.reflect.Method;
import java.util.Optional;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.condition.EnabledIf;
import org.junit.jupiter.api.extension.ExtensionContext;
import org.junit.jupiter.api.extension.InvocationInterceptor;
import org.junit.jupiter.api.extension.ReflectiveInvocationContext;
import org.junit.jupiter.api.extension.RegisterExtension;

/** The contract on the kernels of a process that serves many calls. */
@EnabledIf(value = "dev.hawser.linux.LinuxKernelTest#isRoot", disabledReason = "making network namespaces needs root")
class LinuxHostKernelTest extends KernelContract {

    private final TestNetns hostNetns = new TestNetns();
    private final TestNetns podNetns = new TestNetns();
    private Optional<LinuxHost> host = Optional.empty();
    private Optional<Kernel> kernel = Optional.empty();

    /** Each test runs on a thread of the host's namespace. */
    @RegisterExtension
    final InvocationInterceptor inside = new InvocationInterceptor() {
        @Override
        public void interceptTestMethod(
                Invocation<Void> test, ReflectiveInvocationContext<Method> method, ExtensionContext context)
                throws Throwable {
            try (Netns netns = hostNetns.open()) {
                Optional<Throwable> failure = NetnsThread.call(netns, () -> failureOf(test));
                if (failure.isPresent()) {
                    throw failure.get();
                }
            }
        }
    };

    @SuppressWarnings("IllegalCatch")
    private static Optional<Throwable> failureOf(InvocationInterceptor.Invocation<Void> test) {
        try {
            test.proceed();
            return Optional.empty();
        } catch (Throwable e) {
            return Optional.of(e);
        }
    }

    @AfterEach
    void close() {
        kernel.ifPresent(Kernel::close);
        host.ifPresent(LinuxHost::close);
        podNetns.close();
        hostNetns.close();
    }

    @Override
    protected Kernel kernel() {
        if (kernel.isEmpty()) {
            LinuxHost opened = LinuxHost.open((what, size) -> {});
            host = Optional.of(opened);
            kernel = Optional.of(opened.kernel(podNetns.open()));
        }
        return kernel.get();
    }

    @Override
    protected void needs(KernelFeature feature) {
        feature.require();
    }
}
