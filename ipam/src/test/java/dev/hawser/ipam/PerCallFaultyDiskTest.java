package dev.hawser.ipam;

class PerCallFaultyDiskTest extends FaultyDiskContract {

    PerCallFaultyDiskTest() {
        super(TestPool.Kind.PER_CALL);
    }
}
