package dev.hawser.plugin.hostdevice;

import dev.hawser.kernel.MacAddress;

/** What a configuration says about the device that it means. */
sealed interface Device {

    /** As an error names it: {@code device "eth5"}. */
    String words();

    /** By its name on the node. */
    record Named(String name) implements Device {
        @Override
        public String words() {
            return "device \"" + name + "\"";
        }
    }

    /** By its MAC. */
    record WithMac(MacAddress mac) implements Device {
        @Override
        public String words() {
            return "hwaddr \"" + mac + "\"";
        }
    }

    /** By its directory in sysfs: {@code /sys/devices/pci0000:00/0000:00:1f.6}. */
    record WithKernelPath(String path) implements Device {
        @Override
        public String words() {
            return "kernelpath \"" + path + "\"";
        }
    }

    /**
     * By its place on the PCI bus: {@code 0000:00:1f.6}.
     *
     * @param key that it was configured by
     */
    record OnPciBus(String key, String id) implements Device {
        @Override
        public String words() {
            return key + " \"" + id + "\"";
        }
    }

    /**
     * By what the device plugin of the cluster chose (runtimeConfig): an id on the PCI bus or on the auxiliary one, such as
     * {@code mlx5_core.sf.2}.
     */
    record Allocated(String id) implements Device {
        @Override
        public String words() {
            return "runtimeConfig.deviceID \"" + id + "\"";
        }
    }
}
