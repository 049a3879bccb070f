package dev.hawser.netns;

import tools.jackson.databind.JsonNode;
import tools.jackson.databind.node.ObjectNode;

/** A network configuration as a runtime writes it to a plugin's stdin; each change is a new one. */
record Conf(ObjectNode json) {

    static Conf parse(String text) {
        return new Conf((ObjectNode) Json.parse(text));
    }

    /** This configuration with a key set; {@code path} has dots between the keys of objects in objects. */
    Conf with(String path, Object value) {
        return put(path.split("\\."), Json.MAPPER.valueToTree(value));
    }

    /** This configuration with a key whose own name may have dots. */
    Conf withKey(String key, Object value) {
        return put(new String[] {key}, Json.MAPPER.valueToTree(value));
    }

    /** This configuration with a key set to a piece of JSON. */
    Conf withJson(String path, String value) {
        return put(path.split("\\."), Json.parse(value));
    }

    Conf without(String path) {
        ObjectNode copy = json.deepCopy();
        String[] keys = path.split("\\.");
        parent(copy, keys).remove(keys[keys.length - 1]);
        return new Conf(copy);
    }

    String type() {
        return json.path("type").asString();
    }

    String text() {
        return json.toString();
    }

    private Conf put(String[] keys, JsonNode value) {
        ObjectNode copy = json.deepCopy();
        parent(copy, keys).set(keys[keys.length - 1], value);
        return new Conf(copy);
    }

    private static ObjectNode parent(ObjectNode root, String[] keys) {
        ObjectNode object = root;
        for (int i = 0; i < keys.length - 1; i++) {
            object = object.path(keys[i]) instanceof ObjectNode inner ? inner : object.putObject(keys[i]);
        }
        return object;
    }
}
