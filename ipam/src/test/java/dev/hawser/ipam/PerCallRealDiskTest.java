package dev.hawser.ipam;

class PerCallRealDiskTest extends RealDiskContract {

    PerCallRealDiskTest() {
        super(TestPool.Kind.PER_CALL);
    }
}
