package dev.hawser.dbus;

import static java.nio.charset.StandardCharsets.US_ASCII;

import java.io.IOException;
import java.net.StandardProtocolFamily;
import java.net.UnixDomainSocketAddress;
import java.nio.ByteBuffer;
import java.nio.channels.SelectionKey;
import java.nio.channels.Selector;
import java.nio.channels.SocketChannel;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;

/**
 * A connection to a D-Bus bus, for one thread (D-Bus Specification, "Authentication Protocol" and "Message Bus"). Whatever the
 * other side does, each call ends within {@link #PATIENCE}.
 */
public final class SystemBus implements AutoCloseable {

    /** A reload of firewalld takes a second or two, and calls wait for its end. */
    private static final Duration PATIENCE = Duration.ofSeconds(10);

    private static final String BUS = "org.freedesktop.DBus";
    private static final String BUS_PATH = "/org/freedesktop/DBus";

    /**
     * Who we are, the socket says. All that a client has to say is said at once, and answered by {@code DATA} (the server would
     * like to hear more) and {@code OK} with the id of the server.
     */
    private static final String INTRODUCTION = "\0AUTH EXTERNAL\r\nDATA\r\nBEGIN\r\n";

    private static final int LONGEST_LINE = 512;

    private final Path socket;
    private final SocketChannel channel;
    private final Selector selector;
    private final SelectionKey key;
    private final ByteBuffer in = ByteBuffer.allocate(BusMessage.MAX_BYTES / 16).flip();
    private long deadlineNanos;
    private int serial;

    private SystemBus(Path socket, SocketChannel channel, SelectionKey key) {
        this.socket = socket;
        this.channel = channel;
        this.selector = key.selector();
        this.key = key;
    }

    /**
     * Connects, and introduces us.
     *
     * @param socket {@code /run/dbus/system_bus_socket}
     */
    public static SystemBus connect(Path socket) {
        SystemBus bus = open(socket);
        try {
            bus.introduce();
            return bus;
        } catch (BusException e) {
            bus.close();
            throw e;
        }
    }

    private static SystemBus open(Path socket) {
        try {
            SocketChannel channel = SocketChannel.open(StandardProtocolFamily.UNIX);
            try {
                channel.connect(UnixDomainSocketAddress.of(socket));
                channel.configureBlocking(false);
                Selector selector = channel.provider().openSelector();
                return new SystemBus(socket, channel, channel.register(selector, SelectionKey.OP_READ));
            } catch (IOException e) {
                channel.close();
                throw e;
            }
        } catch (IOException e) {
            throw new BusException("connect to D-Bus at " + socket + ": " + e.getMessage(), e);
        }
    }

    private void introduce() {
        start();
        send(ByteBuffer.wrap(INTRODUCTION.getBytes(US_ASCII)));
        String answer = line();
        if (answer.equals("DATA")) {
            answer = line();
        }
        if (!answer.startsWith("OK")) {
            throw new BusException("introduce ourselves to D-Bus at " + socket + ": it says " + answer);
        }
        call(BUS, BUS_PATH, BUS, "Hello");
    }

    /** Whether somebody at the bus has this name; nobody is started for it. */
    public boolean hasOwner(String name) {
        return ask(BUS, BUS_PATH, BUS, "NameHasOwner", name);
    }

    /**
     * Calls a method that takes texts, and answers a truth value.
     *
     * @param face the interface that the method is of
     * @throws BusException.Refused if it answers with an error
     */
    public boolean ask(String destination, String path, String face, String method, String... arguments) {
        return exchange(new BusMessage.Call(destination, path, face, method, List.of(arguments)))
                .truth();
    }

    /**
     * Calls a method that takes texts, and whose answer does not matter.
     *
     * @param face the interface that the method is of
     * @throws BusException.Refused if it answers with an error
     */
    public void call(String destination, String path, String face, String method, String... arguments) {
        exchange(new BusMessage.Call(destination, path, face, method, List.of(arguments)));
    }

    private BusMessage exchange(BusMessage.Call call) {
        start();
        int asked = ++serial;
        send(BusMessage.write(asked, call));
        while (true) {
            BusMessage message = receive();
            if (message.replySerial() == asked && message.type() == BusMessage.METHOD_RETURN) {
                return message;
            }
            if (message.replySerial() == asked && message.type() == BusMessage.ERROR) {
                throw new BusException.Refused(call.member(), message.errorName(), message.text());
            }
        }
    }

    private void start() {
        deadlineNanos = System.nanoTime() + PATIENCE.toNanos();
    }

    private void send(ByteBuffer bytes) {
        try {
            while (bytes.hasRemaining()) {
                if (channel.write(bytes) == 0) {
                    await(SelectionKey.OP_WRITE);
                }
            }
        } catch (IOException e) {
            throw broken(e);
        }
    }

    private BusMessage receive() {
        fill(BusMessage.PREFIX_BYTES);
        int length = BusMessage.length(in.slice());
        fill(length);
        BusMessage message = BusMessage.read(in.slice(in.position(), length));
        in.position(in.position() + length);
        return message;
    }

    /** The next line of the introduction, without its end. */
    private String line() {
        for (int length = 2; length < LONGEST_LINE; length++) {
            fill(length);
            int end = in.position() + length;
            if (in.get(end - 2) == '\r' && in.get(end - 1) == '\n') {
                byte[] line = new byte[length];
                in.get(line);
                return new String(line, 0, length - 2, US_ASCII);
            }
        }
        throw new BusException("D-Bus at " + socket + " does not end its line");
    }

    /** Waits until so many bytes can be read. */
    private void fill(int bytes) {
        if (bytes > in.capacity()) {
            throw new BusException("a message of " + bytes + " bytes, for which there is no room");
        }
        try {
            while (in.remaining() < bytes) {
                in.compact();
                int count = channel.read(in);
                in.flip();
                if (count < 0) {
                    throw new BusException("D-Bus at " + socket + " hung up");
                }
                if (count == 0) {
                    await(SelectionKey.OP_READ);
                }
            }
        } catch (IOException e) {
            throw broken(e);
        }
    }

    private void await(int operation) throws IOException {
        key.interestOps(operation);
        long millis = (deadlineNanos - System.nanoTime()) / 1_000_000;
        if (millis <= 0) {
            throw new BusException("D-Bus at " + socket + " did not answer within " + PATIENCE.toSeconds() + " s");
        }
        if (Thread.currentThread().isInterrupted()) {
            throw new BusException("interrupted while waiting for D-Bus at " + socket);
        }
        selector.select(millis);
        selector.selectedKeys().clear();
    }

    private BusException broken(IOException e) {
        return new BusException("speak to D-Bus at " + socket + ": " + e.getMessage(), e);
    }

    @Override
    public void close() {
        try (SocketChannel _ = channel) {
            selector.close();
        } catch (IOException e) {
            throw broken(e);
        }
    }
}
