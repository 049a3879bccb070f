package dev.hawser.plugin.hostdevice;

import dev.hawser.run.Node;
import dev.hawser.spec.CniException;
import dev.hawser.spec.ErrorCode;
import java.io.IOException;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Set;

/** What sysfs says about devices (sysfs(5), Documentation/ABI/testing/sysfs-bus-pci). */
final class DeviceFiles {

    private static final String PCI = "/sys/bus/pci/devices/";
    private static final String AUXILIARY = "/sys/bus/auxiliary/devices/";

    /** Those that hand a device to a process. */
    private static final Set<String> USER_SPACE_DRIVERS = Set.of("vfio-pci", "uio_pci_generic", "igb_uio");

    private final Node node;

    DeviceFiles(Node node) {
        this.node = node;
    }

    /** The directory of a device on a bus. */
    Path allocated(String id) {
        return pci(id).or(() -> existing(AUXILIARY + id))
                .orElseThrow(() -> new CniException(
                        ErrorCode.INVALID_NETWORK_CONFIG,
                        "runtime config DeviceID " + id + " not found or unsupported",
                        "there is neither " + PCI + id + " nor " + AUXILIARY + id));
    }

    /** The directory of a device on the PCI bus, if it is there. */
    Optional<Path> pci(String id) {
        return existing(PCI + id);
    }

    /** Whether a process drives a device on the PCI bus. */
    boolean isForUserSpace(String id) {
        return pci(id).map(device -> device.resolve("driver"))
                .filter(Files::exists)
                .map(DeviceFiles::target)
                .filter(USER_SPACE_DRIVERS::contains)
                .isPresent();
    }

    private static String target(Path link) {
        try {
            return link.toRealPath().getFileName().toString();
        } catch (IOException e) {
            return "";
        }
    }

    /** The names of the network interfaces of a device; those of virtio are one directory further down. */
    List<String> links(Path device) {
        List<String> links = new ArrayList<>(entries(device.resolve("net"), "*"));
        if (links.isEmpty()) {
            entries(device, "virtio*")
                    .forEach(virtio ->
                            links.addAll(entries(device.resolve(virtio).resolve("net"), "*")));
        }
        return links;
    }

    Path path(String text) {
        return node.paths().apply(text);
    }

    private Optional<Path> existing(String text) {
        return Optional.of(path(text)).filter(Files::exists);
    }

    private static List<String> entries(Path directory, String pattern) {
        List<String> names = new ArrayList<>();
        if (Files.isDirectory(directory)) {
            try (DirectoryStream<Path> stream = Files.newDirectoryStream(directory, pattern)) {
                stream.forEach(entry -> names.add(entry.getFileName().toString()));
            } catch (IOException e) {
                throw new CniException(ErrorCode.IO_FAILURE, "read " + directory + ": " + e.getMessage());
            }
        }
        names.sort(null);
        return names;
    }
}
