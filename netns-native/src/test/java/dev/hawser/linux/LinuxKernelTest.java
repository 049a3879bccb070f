package dev.hawser.linux;

import dev.hawser.kernel.Kernel;
import dev.hawser.kernel.KernelContract;
import dev.hawser.kernel.KernelFeature;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.condition.EnabledIf;

/** The contract on the real kernel. */
@EnabledIf(value = "isRoot", disabledReason = "making network namespaces needs root")
class LinuxKernelTest extends KernelContract {

    private final TestNetns host = new TestNetns();
    private final TestNetns pod = new TestNetns();
    private final LinuxKernel kernel = LinuxKernel.open(host.open(), pod.open());

    static boolean isRoot() {
        return "root".equals(System.getProperty("user.name"));
    }

    @AfterEach
    void close() {
        kernel.close();
        pod.close();
        host.close();
    }

    @Override
    protected Kernel kernel() {
        return kernel;
    }

    @Override
    protected void needs(KernelFeature feature) {
        feature.require();
    }
}
