package dev.hawser.shim.helper;

import dev.hawser.run.Phases;

/** The phases of a call that leaves its place to another one for as long as it waits for a server. */
record PlacePhases(Phases phases, CallQueue.Place place) implements Phases {

    @Override
    public Scope enter(Phase phase) {
        Scope scope = phases.enter(phase);
        if (phase != Phase.SERVER) {
            return scope;
        }
        place.leave();
        return () -> {
            place.comeBack();
            scope.close();
        };
    }

    @Override
    public void network(String name) {
        phases.network(name);
    }
}
