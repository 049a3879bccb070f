package dev.hawser.ipam;

class ResidentSharedPoolTest extends SharedPoolContract {

    ResidentSharedPoolTest() {
        super(TestPool.Kind.RESIDENT);
    }
}
