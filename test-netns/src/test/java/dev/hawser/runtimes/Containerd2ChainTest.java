package dev.hawser.runtimes;

class Containerd2ChainTest extends ContainerdChainContract {

    Containerd2ChainTest() {
        super(ContainerdRelease.FETCHED, "nftables");
    }
}
