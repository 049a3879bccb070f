package dev.hawser.ipam;

class ResidentFaultyDiskTest extends FaultyDiskContract {

    ResidentFaultyDiskTest() {
        super(TestPool.Kind.RESIDENT);
    }
}
