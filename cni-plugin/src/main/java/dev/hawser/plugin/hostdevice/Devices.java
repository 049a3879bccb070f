package dev.hawser.plugin.hostdevice;

import dev.hawser.kernel.Kernel;
import dev.hawser.kernel.Link;
import dev.hawser.kernel.MacAddress;
import dev.hawser.kernel.Side;
import dev.hawser.run.Node;
import dev.hawser.spec.CniException;
import dev.hawser.spec.ErrorCode;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;

/** How the device that a configuration means is found on the node. */
final class Devices {

    private final HostDeviceConf conf;
    private final DeviceFiles files;

    Devices(HostDeviceConf conf, Node node) {
        this.conf = conf;
        this.files = new DeviceFiles(node);
    }

    /** Whether a process drives it: then there is no link to move. As the reference does, asked of the bus if there is one. */
    boolean isForUserSpace() {
        return conf.onBus().map(this::isForUserSpace).orElse(conf.userSpace());
    }

    private boolean isForUserSpace(Device device) {
        return switch (device) {
            case Device.OnPciBus(String key, String id) -> files.isForUserSpace(id);
            case Device.Allocated(String id) -> files.isForUserSpace(id);
            case Device.Named _, Device.WithMac _, Device.WithKernelPath _ -> conf.userSpace();
        };
    }

    /**
     * The device.
     *
     * @throws CniException if it is not there
     */
    Link find(Kernel kernel) {
        Device device = conf.device();
        return switch (device) {
            case Device.Named(String name) ->
                kernel.link(Side.HOST, name)
                        .orElseThrow(() ->
                                missing("there is no link of this name on the host: has another container taken it?"));
            case Device.WithMac(MacAddress mac) -> byMac(kernel, mac);
            case Device.WithKernelPath(String path) -> below(files.path(path), kernel);
            case Device.OnPciBus(String key, String id) ->
                below(files.pci(id).orElseThrow(() -> missing("there is no such device on the PCI bus")), kernel);
            case Device.Allocated(String id) -> below(files.allocated(id), kernel);
        };
    }

    /** A dump, as nothing finds a link by its MAC; the first one has it, those on top of it may have it too. */
    private Link byMac(Kernel kernel, MacAddress mac) {
        return kernel.links(Side.HOST).stream()
                .filter(link -> link.mac().equals(Optional.of(mac)))
                .findFirst()
                .orElseThrow(() -> missing("no link on the host has this MAC"));
    }

    private Link below(Path directory, Kernel kernel) {
        List<String> names = files.links(directory);
        return names.stream()
                .flatMap(name -> kernel.link(Side.HOST, name).stream())
                .findFirst()
                .orElseThrow(() -> missing(directory + " has no network interface on the host"
                        + (names.isEmpty()
                                ? ": has another container taken it, or has it another driver?"
                                : " but " + names)));
    }

    private CniException missing(String why) {
        return new CniException(
                ErrorCode.INTERNAL,
                "failed to find host device: " + conf.device().words() + ": " + why);
    }
}
