package dev.hawser.dbus;

import static java.nio.charset.StandardCharsets.UTF_8;

import java.io.ByteArrayOutputStream;
import java.nio.BufferUnderflowException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.List;

/**
 * An answer (D-Bus Specification, "Message Format"), as far as it matters: lengths and numbers in the sender's byte order, each
 * value aligned to its own size.
 *
 * {@snippet lang=text :
 *  BYTE 'l' or 'B'         byte order
 *  BYTE type               METHOD_CALL, METHOD_RETURN, ERROR, SIGNAL
 *  BYTE flags
 *  BYTE 1                  version
 *  UINT32 length           of the body
 *  UINT32 serial
 *  ARRAY of STRUCT(BYTE, VARIANT)   header fields, each at a multiple of 8
 *  …                       padding to a multiple of 8
 *  …                       body
 * }
 *
 * @param type METHOD_RETURN, ERROR or SIGNAL
 * @param replySerial the serial of what it answers, 0 if nothing
 * @param errorName of an ERROR, else empty
 * @param signature the types of the body: {@code s}, {@code b}
 * @param body in the sender's byte order
 */
record BusMessage(int type, int replySerial, String errorName, String signature, ByteBuffer body) {

    static final int METHOD_CALL = 1;
    static final int METHOD_RETURN = 2;
    static final int ERROR = 3;

    /** The fixed part, with the length of the header fields. */
    static final int PREFIX_BYTES = 16;

    /** What we ask for is answered in a line. */
    static final int MAX_BYTES = 1 << 20;

    private static final int PATH = 1;
    private static final int INTERFACE = 2;
    private static final int MEMBER = 3;
    private static final int ERROR_NAME = 4;
    private static final int REPLY_SERIAL = 5;
    private static final int DESTINATION = 6;
    private static final int SIGNATURE = 8;

    /** A method of an object of somebody at the bus. */
    record Call(String destination, String path, String face, String member, List<String> arguments) {}

    /** A call with texts as arguments, to be sent. */
    static ByteBuffer write(int serial, Call call) {
        Writer body = new Writer();
        call.arguments().forEach(body::text);
        Writer fields = new Writer();
        fields.field(PATH, "o", call.path());
        fields.field(INTERFACE, "s", call.face());
        fields.field(MEMBER, "s", call.member());
        fields.field(DESTINATION, "s", call.destination());
        if (!call.arguments().isEmpty()) {
            fields.signature("s".repeat(call.arguments().size()));
        }
        Writer message = new Writer();
        message.bytes('l', METHOD_CALL, 0, 1);
        message.number(body.size());
        message.number(serial);
        message.number(fields.size());
        message.append(fields);
        message.align(8);
        message.append(body);
        return message.toBuffer();
    }

    /** How long the message is in all that begins with these {@link #PREFIX_BYTES}. */
    static int length(ByteBuffer prefix) {
        ByteBuffer in = inItsOrder(prefix);
        long fields = Integer.toUnsignedLong(in.getInt(12));
        long length = PREFIX_BYTES + (fields + 7) / 8 * 8 + Integer.toUnsignedLong(in.getInt(4));
        if (length > MAX_BYTES) {
            throw new BusException("a message of " + length + " bytes");
        }
        return (int) length;
    }

    private static ByteBuffer inItsOrder(ByteBuffer message) {
        int order = message.get(0);
        if (order != 'l' && order != 'B') {
            throw new BusException("what came is no message of D-Bus");
        }
        return message.duplicate().order(order == 'l' ? ByteOrder.LITTLE_ENDIAN : ByteOrder.BIG_ENDIAN);
    }

    /** Reads a whole message. */
    static BusMessage read(ByteBuffer message) {
        try {
            return readWhole(inItsOrder(message));
        } catch (BufferUnderflowException | IndexOutOfBoundsException | IllegalArgumentException e) {
            throw new BusException("a message of D-Bus that is cut short", e);
        }
    }

    private static BusMessage readWhole(ByteBuffer in) {
        int end = PREFIX_BYTES + in.getInt(12);
        in.position(PREFIX_BYTES);
        int replySerial = 0;
        String errorName = "";
        String signature = "";
        while (in.position() < end) {
            align(in, 8);
            int code = in.get();
            String type = signature(in);
            switch (code) {
                case REPLY_SERIAL -> replySerial = number(in);
                case ERROR_NAME -> errorName = text(in);
                case SIGNATURE -> signature = signature(in);
                default -> skip(in, type);
            }
        }
        in.position(end);
        align(in, 8);
        return new BusMessage(
                in.get(1), replySerial, errorName, signature, in.slice().order(in.order()));
    }

    /** Header fields are of these types only. */
    private static void skip(ByteBuffer in, String type) {
        switch (type) {
            case "s", "o" -> text(in);
            case "u" -> number(in);
            case "g" -> signature(in);
            default -> throw new BusException("a header field of type " + type);
        }
    }

    /** The first value of the body, if it is a text; else empty. */
    String text() {
        return signature.startsWith("s") ? text(body.duplicate().order(body.order())) : "";
    }

    /** The first value of the body, which is a truth value. */
    boolean truth() {
        if (!signature.startsWith("b")) {
            throw new BusException("an answer of type \"" + signature + "\" instead of a truth value");
        }
        return number(body.duplicate().order(body.order())) != 0;
    }

    private static void align(ByteBuffer in, int to) {
        in.position((in.position() + to - 1) / to * to);
    }

    private static int number(ByteBuffer in) {
        align(in, 4);
        return in.getInt();
    }

    private static String text(ByteBuffer in) {
        return characters(in, number(in));
    }

    private static String signature(ByteBuffer in) {
        return characters(in, Byte.toUnsignedInt(in.get()));
    }

    /** NUL follows, which does not count. */
    private static String characters(ByteBuffer in, int length) {
        if (length < 0 || length >= in.remaining()) {
            throw new BufferUnderflowException();
        }
        byte[] bytes = new byte[length];
        in.get(bytes);
        in.get();
        return new String(bytes, UTF_8);
    }

    /** Little-endian values, each aligned to its size. */
    private static final class Writer {

        private final ByteArrayOutputStream out = new ByteArrayOutputStream();

        int size() {
            return out.size();
        }

        void bytes(int... bytes) {
            for (int value : bytes) {
                out.write(value);
            }
        }

        void align(int to) {
            while (out.size() % to != 0) {
                out.write(0);
            }
        }

        void number(int value) {
            align(4);
            bytes(value, value >> 8, value >> 16, value >> 24);
        }

        void text(String text) {
            byte[] characters = text.getBytes(UTF_8);
            number(characters.length);
            out.writeBytes(characters);
            out.write(0);
        }

        void field(int code, String type, String value) {
            align(8);
            out.write(code);
            shortText(type);
            text(value);
        }

        void signature(String types) {
            align(8);
            out.write(SIGNATURE);
            shortText("g");
            shortText(types);
        }

        private void shortText(String text) {
            out.write(text.length());
            out.writeBytes(text.getBytes(UTF_8));
            out.write(0);
        }

        void append(Writer other) {
            out.writeBytes(other.out.toByteArray());
        }

        ByteBuffer toBuffer() {
            return ByteBuffer.wrap(out.toByteArray());
        }
    }
}
