package dev.hawser.ipam;

class PerCallSharedPoolTest extends SharedPoolContract {

    PerCallSharedPoolTest() {
        super(TestPool.Kind.PER_CALL);
    }
}
