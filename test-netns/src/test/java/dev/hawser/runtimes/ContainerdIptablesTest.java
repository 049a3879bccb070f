package dev.hawser.runtimes;

class ContainerdIptablesTest extends ContainerdContract {

    ContainerdIptablesTest() {
        super(ContainerdRelease.INSTALLED, "iptables");
    }
}
