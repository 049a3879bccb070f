package dev.hawser.ipam;

class ResidentAddressPoolTest extends AddressPoolContract {

    ResidentAddressPoolTest() {
        super(TestPool.Kind.RESIDENT);
    }
}
