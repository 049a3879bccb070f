package dev.hawser.plugin.bridge;

import dev.hawser.spec.Settings;
import java.util.List;
import java.util.OptionalInt;
import java.util.TreeSet;

/**
 * What VLANs a bridge port is a member of: {@code vlan}, {@code vlanTrunk}, {@code preserveDefaultVlan}.
 *
 * @param access the VLAN of untagged frames
 * @param tagged the VLANs of tagged frames, ascending
 * @param filtering whether a new bridge must filter VLANs; an empty {@code vlanTrunk} asks for it too, as with the reference
 * @param keepDefault whether the port stays in the VLAN that the bridge put it into
 */
record Vlans(OptionalInt access, List<Integer> tagged, boolean filtering, boolean keepDefault) {

    private static final int LARGEST = 4094;

    static Vlans of(Settings settings) {
        OptionalInt vlan = settings.whole("vlan", 0, LARGEST);
        OptionalInt access = vlan.orElse(0) == 0 ? OptionalInt.empty() : vlan;
        TreeSet<Integer> tagged = new TreeSet<>();
        settings.objects("vlanTrunk").forEach(trunk -> addTrunk(trunk, tagged));
        boolean filtering = access.isPresent() || settings.isSet("vlanTrunk");
        return new Vlans(access, List.copyOf(tagged), filtering, settings.flag("preserveDefaultVlan"));
    }

    /** {@code {"id": 5}} or {@code {"minID": 10, "maxID": 20}}, or both. */
    private static void addTrunk(Settings trunk, TreeSet<Integer> tagged) {
        OptionalInt first = trunk.whole("minID", 1, LARGEST);
        OptionalInt last = trunk.whole("maxID", 1, LARGEST);
        if (trunk.isSet("minID") != trunk.isSet("maxID")) {
            String missing = trunk.isSet("minID") ? "maxID" : "minID";
            trunk.fault(missing, "minID and maxID should be configured simultaneously, " + missing + " is missing");
        } else if (first.isPresent() && last.isPresent() && first.getAsInt() > last.getAsInt()) {
            trunk.fault("minID", "minID is greater than maxID in trunk parameter");
        } else if (first.isPresent() && last.isPresent()) {
            for (int id = first.getAsInt(); id <= last.getAsInt(); id++) {
                tagged.add(id);
            }
        }
        trunk.whole("id", 1, LARGEST).ifPresent(tagged::add);
    }

    /** Whether the port's memberships differ from what the bridge gives it by default. */
    boolean any() {
        return access.isPresent() || !tagged.isEmpty();
    }
}
