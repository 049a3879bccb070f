package dev.hawser.ipam;

class PerCallAddressPoolTest extends AddressPoolContract {

    PerCallAddressPoolTest() {
        super(TestPool.Kind.PER_CALL);
    }
}
