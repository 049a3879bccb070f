package dev.hawser.spec;

import java.util.ArrayList;
import java.util.Collection;
import java.util.Collections;
import java.util.List;
import java.util.Optional;

/**
 * A JSON document as an immutable tree. It keeps what it was given: the order of members, members named twice, and the
 * spelling of numbers.
 */
public sealed interface Json {

    /**
     * The longest document read, in bytes. A GC call for a node with 10,000 attachments has half of it, and the worst
     * document of this length can still be held in the small heap of a plugin that runs alone.
     */
    int MAX_BYTES = 4 << 20;

    /** How deep arrays and objects may nest. */
    int MAX_DEPTH = 200;

    /**
     * Reads one document in UTF-8.
     *
     * @throws CniException code 6 if it is not JSON, has anything but white space after its end, or passes a limit
     */
    static Json parse(byte[] document) {
        return JsonReader.read(document);
    }

    /**
     * Reads a document that must be an object; {@code null} is taken for an empty one, as Go does.
     *
     * @throws CniException code 6 if it is anything else
     */
    static Obj parseObject(byte[] document) {
        return parse(document).asObject();
    }

    static Json of(String value) {
        return new Str(value);
    }

    static Json of(long value) {
        return new Num(Long.toString(value));
    }

    static Json of(boolean value) {
        return new Bool(value);
    }

    /** An array of these texts. */
    static Arr texts(Collection<String> values) {
        List<Json> items = new ArrayList<>(values.size());
        for (String value : values) {
            items.add(new Str(value));
        }
        return new Arr(items);
    }

    /** An object to be filled member by member. */
    static Builder object() {
        return new Builder();
    }

    /** Indented by four spaces, no newline at its end: byte for byte as Go's {@code json.MarshalIndent}. */
    default String pretty() {
        return JsonWriter.pretty(this);
    }

    /** Without white space, no newline at its end: byte for byte as Go's {@code json.Marshal}. */
    default String compact() {
        return JsonWriter.compact(this);
    }

    /**
     * This value as an object; {@code null} is taken for an empty one, as Go does.
     *
     * @throws CniException code 6 if it is anything else
     */
    default Obj asObject() {
        throw new CniException(ErrorCode.DECODING_FAILURE, "want a JSON object, found " + kind());
    }

    /** The same value with the members of every object in it in alphabetical order: a Go map. */
    default Json sorted() {
        return this;
    }

    /** What it is, with its article, for error messages: {@code a number}. */
    default String kind() {
        return switch (this) {
            case Obj object -> "an object";
            case Arr array -> "a list";
            case Str text -> "a text";
            case Num number -> "a number";
            case Bool bool -> "a truth value";
            case Null nothing -> "null";
        };
    }

    /**
     * {@code {"name": value, …}}.
     *
     * <p>Look-ups follow Go's {@code encoding/json}: names match without regard to case; of several that match, the last
     * one counts; and {@code null} says nothing, so it neither counts nor hides an earlier value.
     *
     * @param members in the order of the document
     */
    record Obj(List<Member> members) implements Json {

        public static final Obj EMPTY = new Obj(List.of());

        public Obj {
            members = List.copyOf(members);
        }

        /** The value of a member, unless it is missing or null. */
        public Optional<Json> find(String name) {
            for (int i = members.size() - 1; i >= 0; i--) {
                Member member = members.get(i);
                if (member.isNamed(name) && !(member.value instanceof Null)) {
                    return Optional.of(member.value);
                }
            }
            return Optional.empty();
        }

        /** Whether there is such a member, be it null. */
        public boolean has(String name) {
            for (Member member : members) {
                if (member.isNamed(name)) {
                    return true;
                }
            }
            return false;
        }

        /** The same object with this member: in the place of those of its name, else at the end. */
        public Obj with(String name, Json value) {
            List<Member> changed = new ArrayList<>(members.size() + 1);
            boolean placed = false;
            for (Member member : members) {
                if (!member.isNamed(name)) {
                    changed.add(member);
                } else if (!placed) {
                    changed.add(new Member(name, value));
                    placed = true;
                }
            }
            if (!placed) {
                changed.add(new Member(name, value));
            }
            return new Obj(changed);
        }

        /** The same object without the members of this name. */
        public Obj without(String name) {
            List<Member> kept = new ArrayList<>(members);
            kept.removeIf(member -> member.isNamed(name));
            return new Obj(kept);
        }

        @Override
        public Obj asObject() {
            return this;
        }

        @Override
        public Obj sorted() {
            List<Member> ordered = new ArrayList<>(members.size());
            for (Member member : members) {
                ordered.add(new Member(member.name, member.value.sorted()));
            }
            Collections.sort(ordered);
            return new Obj(ordered);
        }
    }

    /** One {@code "name": value} of an object. */
    record Member(String name, Json value) implements Comparable<Member> {

        /** By name alone. */
        @Override
        public int compareTo(Member other) {
            return name.compareTo(other.name);
        }

        boolean isNamed(String other) {
            return name.equalsIgnoreCase(other);
        }
    }

    /** {@code [item, …]}. */
    record Arr(List<Json> items) implements Json {

        public Arr {
            items = List.copyOf(items);
        }

        @Override
        public Arr sorted() {
            List<Json> each = new ArrayList<>(items.size());
            for (Json item : items) {
                each.add(item.sorted());
            }
            return new Arr(each);
        }
    }

    /** {@code "text"}, unescaped. */
    record Str(String value) implements Json {}

    /**
     * A number.
     *
     * @param literal as the document spells it: {@code 1500}, {@code 1.5e3}
     */
    record Num(String literal) implements Json {}

    /** {@code true} or {@code false}. */
    record Bool(boolean value) implements Json {}

    /** {@code null}. */
    record Null() implements Json {

        public static final Null VALUE = new Null();

        @Override
        public Obj asObject() {
            return Obj.EMPTY;
        }
    }

    /** Fills an object, in the order of the calls. */
    final class Builder {

        private final List<Member> members = new ArrayList<>();

        private Builder() {}

        public Builder put(String name, Json value) {
            members.add(new Member(name, value));
            return this;
        }

        public Builder put(String name, String value) {
            return put(name, of(value));
        }

        public Builder put(String name, long value) {
            return put(name, of(value));
        }

        /** Puts a text unless it is empty (Go's {@code omitempty}). */
        public Builder putUnlessEmpty(String name, String value) {
            return value.isEmpty() ? this : put(name, value);
        }

        /** Puts a list unless it is empty (Go's {@code omitempty}). */
        public Builder putUnlessEmpty(String name, List<? extends Json> items) {
            return items.isEmpty() ? this : put(name, new Arr(List.copyOf(items)));
        }

        public Obj build() {
            return new Obj(members);
        }
    }
}
