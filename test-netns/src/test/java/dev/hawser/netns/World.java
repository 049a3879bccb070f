package dev.hawser.netns;

/**
 * A namespace beyond the node: it has a cable to the node and knows no route to any pod, so it answers only to what comes from
 * the node's own address.
 */
record World(Netns netns) {

    static final String NODE = "192.0.2.1";
    static final String ADDRESS = "192.0.2.2";
    static final String NODE6 = "2001:db8::1";
    static final String ADDRESS6 = "2001:db8::2";

    static World connect(Netns host, Netns world) {
        host.ip("link add world0 type veth peer name eth0 netns " + world.name());
        host.ip("address add " + NODE + "/24 dev world0");
        host.ip("address add " + NODE6 + "/64 dev world0 nodad");
        host.ip("link set world0 up");
        world.ip("address add " + ADDRESS + "/24 dev eth0");
        world.ip("address add " + ADDRESS6 + "/64 dev eth0 nodad");
        world.ip("link set eth0 up");
        return new World(world);
    }
}
