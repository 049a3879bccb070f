package dev.hawser.ipam;

class ResidentRealDiskTest extends RealDiskContract {

    ResidentRealDiskTest() {
        super(TestPool.Kind.RESIDENT);
    }
}
