package dev.hawser.runtimes;

class ContainerdNftablesTest extends ContainerdContract {

    ContainerdNftablesTest() {
        super(ContainerdRelease.INSTALLED, "nftables");
    }
}
