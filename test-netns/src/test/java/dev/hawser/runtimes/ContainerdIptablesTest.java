package dev.hawser.runtimes;

class ContainerdIptablesTest extends ContainerdContract {

    ContainerdIptablesTest() {
        super("iptables");
    }
}
