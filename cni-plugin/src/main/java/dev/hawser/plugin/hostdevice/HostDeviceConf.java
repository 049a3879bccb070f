package dev.hawser.plugin.hostdevice;

import dev.hawser.addressing.AddressSource;
import dev.hawser.attach.LinkKeys;
import dev.hawser.run.Call;
import dev.hawser.spec.Invocation;
import dev.hawser.spec.Settings;
import java.nio.file.Path;
import java.util.Optional;
import java.util.stream.Stream;

/**
 * The configuration of one attachment, in order.
 *
 * <pre>{@code
 * { "cniVersion": "1.0.0", "name": "fast", "type": "host-device", "pciBusID": "0000:00:1f.6",
 *   "ipam": { "type": "host-local", "subnet": "10.1.2.0/24" } }
 * }</pre>
 *
 * @param device which device is meant: the first of device, hwaddr, kernelpath and the bus ids that is set
 * @param onBus the bus id that is set, whether it is what counts or not: it says whether the kernel drives the device
 * @param userSpace DPDKMode: whether a process drives the device, which is no link then; of no account if there is a bus id
 * @param addresses where its addresses come from
 */
record HostDeviceConf(Device device, Optional<Device> onBus, boolean userSpace, AddressSource addresses) {

    private static final String ANY = "device";

    static HostDeviceConf of(Call call) {
        Settings settings = call.conf().settings();
        Optional<Device> onBus = onBus(settings);
        Optional<Device> device = Stream.of(named(settings), withMac(settings), withKernelPath(settings), onBus)
                .flatMap(Optional::stream)
                .findFirst();
        boolean userSpace = settings.flag("DPDKMode");
        AddressSource addresses = AddressSource.configure(call, settings);
        if (device.isEmpty() && settings.faults().isEmpty()) {
            settings.fault(ANY, "specify either \"device\", \"hwaddr\", \"kernelpath\" or \"pciBusID\"");
        }
        settings.throwIfFaulty();
        return new HostDeviceConf(device.orElseThrow(), onBus, userSpace, addresses);
    }

    /** The runtime's word wins. */
    private static Optional<Device> onBus(Settings settings) {
        Settings runtime = settings.section("runtimeConfig");
        return busId(runtime, "deviceID")
                .<Device>map(Device.Allocated::new)
                .or(() -> busId(settings, "pciBusID").map(id -> new Device.OnPciBus("pciBusID", id)));
    }

    /** A part of a path, which it must not lead out of. */
    private static Optional<String> busId(Settings settings, String key) {
        Optional<String> id = settings.text(key);
        if (id.isPresent() && (id.get().contains("/") || id.get().startsWith("."))) {
            settings.fault(key, "\"" + id.get() + "\" cannot be an id on a bus, such as 0000:00:1f.6");
            return Optional.empty();
        }
        return id;
    }

    private static Optional<Device> named(Settings settings) {
        Optional<String> name = settings.text("device");
        if (name.isPresent() && !Invocation.isInterfaceName(name.get())) {
            settings.fault(
                    "device",
                    "\"" + name.get() + "\" cannot be the name of an interface: it has 1 to 15 bytes, and"
                            + " neither slash, colon nor space");
        }
        return name.map(Device.Named::new);
    }

    private static Optional<Device> withMac(Settings settings) {
        return LinkKeys.mac(settings, "hwaddr").map(Device.WithMac::new);
    }

    private static Optional<Device> withKernelPath(Settings settings) {
        Optional<String> path = settings.text("kernelpath");
        if (path.isPresent() && !Path.of(path.get()).normalize().startsWith("/sys/devices")) {
            settings.fault(
                    "kernelpath", "\"" + path.get() + "\" is not below /sys/devices/, want an absolute path there");
        }
        return path.map(Device.WithKernelPath::new);
    }
}
