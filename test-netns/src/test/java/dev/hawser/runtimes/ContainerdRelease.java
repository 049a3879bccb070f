package dev.hawser.runtimes;

import java.nio.file.Path;
import java.util.Map;

/** Which containerd: its programs, what CNI it speaks, and the form of its configuration. */
enum ContainerdRelease {

    /** Debian 12's, 1.6. */
    INSTALLED("1.0.0") {
        @Override
        Map<String, String> variables() {
            return Map.of();
        }

        @Override
        String program(String name) {
            return name;
        }

        @Override
        String configuration(Workspace workspace, Path plugins) {
            return """
                    version = 2
                    root = "%1$s"
                    state = "%2$s"
                    disabled_plugins = ["io.containerd.internal.v1.opt", "io.containerd.snapshotter.v1.aufs",
                      "io.containerd.snapshotter.v1.btrfs", "io.containerd.snapshotter.v1.devmapper",
                      "io.containerd.snapshotter.v1.overlayfs", "io.containerd.snapshotter.v1.zfs"]
                    [grpc]
                      address = "%3$s"
                    [plugins."io.containerd.grpc.v1.cri"]
                      sandbox_image = "%4$s"
                      restrict_oom_score_adj = true
                      netns_mounts_under_state_dir = true
                      disable_tcp_service = true
                      stream_server_port = "0"
                    [plugins."io.containerd.grpc.v1.cri".containerd]
                      snapshotter = "native"
                    [plugins."io.containerd.grpc.v1.cri".cni]
                      bin_dir = "%5$s"
                      conf_dir = "%6$s"
                    """.formatted(places(workspace, plugins));
        }
    },

    /** The newest, 2.x, which {@code scripts/peers.sh} has fetched: it asks for STATUS before it starts pods. */
    FETCHED("1.1.0") {
        @Override
        Map<String, String> variables() {
            // Its own shim, which containerd looks for on its PATH: the machine's is another release's.
            return Map.of("PATH", Plugins.containerd() + ":" + System.getenv("PATH"));
        }

        @Override
        String program(String name) {
            return Plugins.containerd().resolve(name).toString();
        }

        @Override
        String configuration(Workspace workspace, Path plugins) {
            return """
                    version = 3
                    root = "%1$s"
                    state = "%2$s"
                    disabled_plugins = ["io.containerd.internal.v1.opt", "io.containerd.nri.v1.nri",
                      "io.containerd.snapshotter.v1.blockfile", "io.containerd.snapshotter.v1.btrfs",
                      "io.containerd.snapshotter.v1.devmapper", "io.containerd.snapshotter.v1.erofs",
                      "io.containerd.snapshotter.v1.overlayfs", "io.containerd.snapshotter.v1.zfs"]
                    [grpc]
                      address = "%3$s"
                    [plugins."io.containerd.cri.v1.images"]
                      snapshotter = "native"
                    [plugins."io.containerd.cri.v1.images".pinned_images]
                      sandbox = "%4$s"
                    [[plugins."io.containerd.transfer.v1.local".unpack_config]]
                      platform = "linux/%7$s"
                      snapshotter = "native"
                    [plugins."io.containerd.cri.v1.runtime"]
                      restrict_oom_score_adj = true
                      netns_mounts_under_state_dir = true
                    [plugins."io.containerd.cri.v1.runtime".cni]
                      bin_dirs = ["%5$s"]
                      conf_dir = "%6$s"
                    """.formatted(places(workspace, plugins));
        }
    };

    private final String cniVersion;

    ContainerdRelease(String cniVersion) {
        this.cniVersion = cniVersion;
    }

    /** The newest CNI version that it speaks. */
    String cniVersion() {
        return cniVersion;
    }

    /** What it is started with beside what its plugins find in their environment. */
    abstract Map<String, String> variables();

    /** How to execute one of its programs. */
    abstract String program(String name);

    /** Everything below the workspace. The snapshotter that copies works on every file system, overlayfs does not work on itself. */
    abstract String configuration(Workspace workspace, Path plugins);

    static Path socket(Workspace workspace) {
        return workspace.path("containerd.sock");
    }

    static Object[] places(Workspace workspace, Path plugins) {
        return new Object[] {
            workspace.path("root"),
            workspace.path("state"),
            socket(workspace),
            BusyboxImage.NAME,
            plugins,
            workspace.path("net.d"),
            BusyboxImage.architecture()
        };
    }
}
