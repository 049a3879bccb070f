package dev.hawser.runtimes;

class Containerd1ChainTest extends ContainerdChainContract {

    Containerd1ChainTest() {
        super(ContainerdRelease.INSTALLED, "iptables");
    }
}
