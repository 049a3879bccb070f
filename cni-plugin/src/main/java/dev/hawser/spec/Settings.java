package dev.hawser.spec;

import dev.hawser.ip.Cidr;
import dev.hawser.ip.IpMath;
import java.net.InetAddress;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.OptionalLong;
import java.util.Set;
import java.util.function.Function;

/**
 * Reads the members of an object by type, and notes what is wrong instead of stopping at it. When all is read,
 * {@link #throwIfFaulty()} reports every fault at once, with key and value:
 *
 * <pre>{@code ipam.subnet: 17 is a number, want a text such as "10.1.0.0/16"}</pre>
 *
 * <p>The rules are Go's: keys match without regard to case, null and (for texts) {@code ""} mean "not set", nothing is
 * converted from one type to another, and a whole number is written without point or exponent. A reader that meets a
 * fault answers as if the key were not set.
 */
public final class Settings {

    private static final int LONGEST_VALUE_SHOWN = 80;

    private final Json.Obj object;
    private final String path;
    private final List<String> faults;
    private final Set<String> known;

    private Settings(Json.Obj object, String path, List<String> faults, Set<String> known) {
        this.object = object;
        this.path = path;
        this.faults = faults;
        this.known = known;
    }

    /** The settings of a whole document. */
    public static Settings of(Json.Obj document) {
        return of(document, "");
    }

    /** The settings of a part of a document; faults are reported under {@code path}. */
    public static Settings of(Json.Obj object, String path) {
        return new Settings(object, path, new ArrayList<>(), new LinkedHashSet<>());
    }

    /** The settings of a whole document, which note in {@code known} what keys they have been asked for. */
    static Settings of(Json.Obj document, Set<String> known) {
        return new Settings(document, "", new ArrayList<>(), known);
    }

    /** What is read from. */
    public Json.Obj object() {
        return object;
    }

    /** Whether the key is there and not null. */
    public boolean isSet(String key) {
        return find(key).isPresent();
    }

    private Optional<Json> find(String key) {
        known.add(pathOf(key));
        return object.find(key);
    }

    /** A text; an empty one counts as not set. */
    public Optional<String> text(String key) {
        return textOrFault(key, "a text");
    }

    public String text(String key, String ifUnset) {
        return text(key).orElse(ifUnset);
    }

    /** A truth value; false if not set. */
    public boolean flag(String key) {
        return flag(key, false);
    }

    public boolean flag(String key, boolean ifUnset) {
        Optional<Json> value = find(key);
        if (value.isEmpty()) {
            return ifUnset;
        }
        if (value.get() instanceof Json.Bool bool) {
            return bool.value();
        }
        wrongType(key, value.get(), "true or false");
        return ifUnset;
    }

    /** A whole number between {@code min} and {@code max}, both included. */
    public OptionalInt whole(String key, int min, int max) {
        OptionalLong number = wholeLong(key, min, max);
        return number.isPresent() ? OptionalInt.of((int) number.getAsLong()) : OptionalInt.empty();
    }

    /** A whole number between {@code min} and {@code max}, both included. */
    public OptionalLong wholeLong(String key, long min, long max) {
        Optional<Json> value = find(key);
        if (value.isEmpty()) {
            return OptionalLong.empty();
        }
        if (!(value.get() instanceof Json.Num number)) {
            wrongType(key, value.get(), "a whole number");
            return OptionalLong.empty();
        }
        return wholeWithin(key, number.literal(), min, max);
    }

    private OptionalLong wholeWithin(String key, String literal, long min, long max) {
        if (!isWhole(literal)) {
            fault(key, shown(literal) + " is not a whole number, written without point and exponent");
            return OptionalLong.empty();
        }
        OptionalLong number = parseLong(literal);
        if (number.isEmpty() || number.getAsLong() < min || number.getAsLong() > max) {
            fault(key, shown(literal) + " is out of range, want " + min + " to " + max);
            return OptionalLong.empty();
        }
        return number;
    }

    private static boolean isWhole(String literal) {
        for (int i = literal.startsWith("-") ? 1 : 0; i < literal.length(); i++) {
            if (literal.charAt(i) < '0' || literal.charAt(i) > '9') {
                return false;
            }
        }
        return true;
    }

    private static OptionalLong parseLong(String digits) {
        try {
            return OptionalLong.of(Long.parseLong(digits));
        } catch (NumberFormatException e) {
            return OptionalLong.empty(); // more digits than a long has
        }
    }

    /** One of these texts, spelled exactly so. */
    public Optional<String> choice(String key, String... allowed) {
        Optional<String> text = text(key);
        if (text.isEmpty() || Arrays.asList(allowed).contains(text.get())) {
            return text;
        }
        fault(key, "\"" + shown(text.get()) + "\" is unknown, want " + String.join(" or ", allowed));
        return Optional.empty();
    }

    /** One of these, spelled exactly as it prints itself. */
    public <E extends Enum<E>> Optional<E> choice(String key, E[] allowed) {
        Optional<String> text =
                choice(key, Arrays.stream(allowed).map(Enum::toString).toArray(String[]::new));
        return Arrays.stream(allowed)
                .filter(each -> text.equals(Optional.of(each.toString())))
                .findFirst();
    }

    /** An IPv4 or IPv6 address. */
    public Optional<InetAddress> address(String key) {
        return parsed(key, "a text such as \"10.1.0.1\"", IpMath::parse);
    }

    /** An address with a prefix length; host bits are kept. */
    public Optional<Cidr> cidr(String key) {
        return parsed(key, "a text such as \"10.1.0.0/16\"", Cidr::parse);
    }

    /** The items of a list, as they are; empty if not set. */
    public List<Json> list(String key) {
        Optional<Json> value = find(key);
        if (value.isEmpty()) {
            return List.of();
        }
        if (value.get() instanceof Json.Arr list) {
            return list.items();
        }
        wrongType(key, value.get(), "a list");
        return List.of();
    }

    /** A list of texts; empty if not set. */
    public List<String> texts(String key) {
        List<String> texts = new ArrayList<>();
        List<Json> items = list(key);
        for (int i = 0; i < items.size(); i++) {
            if (items.get(i) instanceof Json.Str text) {
                texts.add(text.value());
            } else {
                wrongType(key + "[" + i + "]", items.get(i), "a text");
            }
        }
        return texts;
    }

    /** A nested object; its faults are noted here. */
    public Optional<Settings> object(String key) {
        return find(key).flatMap(value -> nested(key, value));
    }

    /** A nested object, or one without members if it is not set; its faults are noted here. */
    public Settings section(String key) {
        return object(key).orElseGet(() -> new Settings(Json.Obj.EMPTY, pathOf(key), faults, known));
    }

    /** A list of objects; empty if not set. Their faults are noted here. */
    public List<Settings> objects(String key) {
        return nestedAll(key, list(key));
    }

    /** A list of lists of objects, as in {@code "ranges": [[{…}, {…}], [{…}]]}. Their faults are noted here. */
    public List<List<Settings>> objectLists(String key) {
        List<List<Settings>> lists = new ArrayList<>();
        List<Json> items = list(key);
        for (int i = 0; i < items.size(); i++) {
            String name = key + "[" + i + "]";
            if (items.get(i) instanceof Json.Arr inner) {
                lists.add(nestedAll(name, inner.items()));
            } else {
                wrongType(name, items.get(i), "a list");
            }
        }
        return lists;
    }

    private List<Settings> nestedAll(String key, List<Json> items) {
        List<Settings> all = new ArrayList<>();
        for (int i = 0; i < items.size(); i++) {
            nested(key + "[" + i + "]", items.get(i)).ifPresent(all::add);
        }
        return all;
    }

    private Optional<Settings> nested(String key, Json value) {
        if (value instanceof Json.Obj inner) {
            return Optional.of(new Settings(inner, pathOf(key), faults, known));
        }
        wrongType(key, value, "an object");
        return Optional.empty();
    }

    /**
     * A text that {@code parser} makes sense of.
     *
     * @param wanted for the fault if it is no text at all: {@code a text such as "10.1.0.1"}
     * @param parser throws IllegalArgumentException, with a message that quotes the text, if it does not
     */
    public <T> Optional<T> parsed(String key, String wanted, Function<String, T> parser) {
        Optional<String> text = textOrFault(key, wanted);
        try {
            return text.map(parser);
        } catch (IllegalArgumentException e) {
            fault(key, e);
            return Optional.empty();
        }
    }

    private Optional<String> textOrFault(String key, String wanted) {
        Optional<Json> value = find(key);
        if (value.isEmpty()) {
            return Optional.empty();
        }
        if (value.get() instanceof Json.Str text) {
            return text.value().isEmpty() ? Optional.empty() : Optional.of(text.value());
        }
        wrongType(key, value.get(), wanted);
        return Optional.empty();
    }

    /** Notes that a key that must be set is not. */
    public void missing(String key) {
        fault(key, "is missing");
    }

    /**
     * Notes a fault that only the caller can see.
     *
     * @param key without the path of this object
     * @param why quotes the value
     */
    public void fault(String key, String why) {
        faults.add(pathOf(key) + ": " + why);
    }

    /** Notes why a value was rejected. */
    public void fault(String key, IllegalArgumentException rejection) {
        fault(key, String.valueOf(rejection.getMessage()));
    }

    /** Every fault noted so far, in the order of reading: {@code key: value and why}. */
    public List<String> faults() {
        return List.copyOf(faults);
    }

    /**
     * Ends the reading.
     *
     * @throws CniException code 7 that lists all faults, if there are any
     */
    public void throwIfFaulty() {
        throwIfFaulty(ErrorCode.INVALID_NETWORK_CONFIG, "invalid network config");
    }

    /**
     * Ends the reading of something other than a network configuration.
     *
     * @param what begins the message
     * @throws CniException with this code that lists all faults, if there are any
     */
    public void throwIfFaulty(ErrorCode code, String what) {
        if (!faults.isEmpty()) {
            throw new CniException(code, what + ": " + String.join("; ", faults));
        }
    }

    private void wrongType(String key, Json value, String wanted) {
        boolean obvious = value instanceof Json.Null;
        fault(key, (obvious ? "null" : shown(value.compact()) + " is " + value.kind()) + ", want " + wanted);
    }

    private String pathOf(String key) {
        return path.isEmpty() ? key : path + "." + key;
    }

    private static String shown(String value) {
        return value.length() <= LONGEST_VALUE_SHOWN ? value : value.substring(0, LONGEST_VALUE_SHOWN) + "…";
    }
}
