package dev.hawser.plugin.firewall;

import static java.nio.charset.StandardCharsets.UTF_8;

import java.io.ByteArrayOutputStream;
import java.io.DataInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.net.UnixDomainSocketAddress;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.channels.Channels;
import java.nio.channels.SocketChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;
import java.util.concurrent.TimeUnit;

/**
 * A real D-Bus daemon on a socket of its own, and what firewalld does at it, as far as sources of zones go. The daemon looks at
 * every byte that passes. What goes wrong inside shows as an answer that does not come.
 */
final class FakeFirewalld implements AutoCloseable {

    private final Path socket;
    private final Process daemon;
    private final SocketChannel channel;
    private final InputStream in;
    private final OutputStream out;

    /** {@code zone source}. */
    final Set<String> sources = Collections.synchronizedSet(new TreeSet<>());

    /** Methods that answer with an error. */
    final Set<String> broken = Collections.synchronizedSet(new TreeSet<>());

    private FakeFirewalld(Path socket, Process daemon, SocketChannel channel) {
        this.socket = socket;
        this.daemon = daemon;
        this.channel = channel;
        this.in = Channels.newInputStream(channel);
        this.out = Channels.newOutputStream(channel);
    }

    static boolean isPossible() {
        return Files.isExecutable(Path.of("/usr/bin/dbus-daemon"));
    }

    /** @param directory for the socket, where there is nothing yet */
    static FakeFirewalld start(Path directory) throws IOException, InterruptedException {
        Path socket = directory.resolve("bus");
        Path configuration = Files.writeString(directory.resolve("bus.conf"), configuration(socket));
        Process daemon = new ProcessBuilder(
                        "/usr/bin/dbus-daemon",
                        "--nofork",
                        "--nopidfile",
                        "--print-address",
                        "--config-file=" + configuration)
                .redirectError(directory.resolve("daemon.log").toFile())
                .start();
        try {
            daemon.inputReader().readLine(); // the address, as soon as it listens
            FakeFirewalld firewalld =
                    new FakeFirewalld(socket, daemon, SocketChannel.open(UnixDomainSocketAddress.of(socket)));
            firewalld.takeName();
            Thread.ofPlatform().daemon().name("firewalld").start(firewalld::serve);
            return firewalld;
        } catch (IOException | RuntimeException e) {
            daemon.destroyForcibly();
            throw e;
        }
    }

    private static String configuration(Path socket) {
        return """
                <!DOCTYPE busconfig PUBLIC "-//freedesktop//DTD D-Bus Bus Configuration 1.0//EN"
                  "http://www.freedesktop.org/standards/dbus/1.0/busconfig.dtd">
                <busconfig>
                  <type>session</type>
                  <listen>unix:path=%s</listen>
                  <auth>EXTERNAL</auth>
                  <policy context="default">
                    <allow user="*"/>
                    <allow own="*"/>
                    <allow send_destination="*"/>
                    <allow receive_sender="*"/>
                  </policy>
                </busconfig>
                """.formatted(socket);
    }

    Path socket() {
        return socket;
    }

    private void takeName() throws IOException {
        out.write("\0AUTH EXTERNAL\r\nDATA\r\nBEGIN\r\n".getBytes(UTF_8));
        readLine();
        readLine();
        bus(1, "Hello", "", new byte[0]);
        ByteArrayOutputStream name = new ByteArrayOutputStream();
        text(name, "org.fedoraproject.FirewallD1");
        number(name, 0);
        bus(2, "RequestName", "su", name.toByteArray());
        for (int answered = 0; answered != 2; ) {
            answered = read().replySerial();
        }
    }

    private void readLine() throws IOException {
        for (int before = 0, now = in.read(); before != '\r' || now != '\n'; now = in.read()) {
            before = now;
        }
    }

    private record Message(int type, int serial, int replySerial, String member, String sender, List<String> texts) {}

    private Message read() throws IOException {
        byte[] prefix = new DataInputStream(in).readNBytes(16);
        if (prefix.length < 16) {
            throw new IOException("the daemon has gone");
        }
        ByteBuffer head = ByteBuffer.wrap(prefix).order(ByteOrder.LITTLE_ENDIAN);
        int bodyLength = head.getInt(4);
        int fieldsLength = head.getInt(12);
        int padded = (fieldsLength + 7) / 8 * 8;
        ByteBuffer rest = ByteBuffer.wrap(in.readNBytes(padded + bodyLength)).order(ByteOrder.LITTLE_ENDIAN);
        int replySerial = 0;
        String member = "";
        String sender = "";
        String signature = "";
        while (rest.position() < fieldsLength) {
            rest.position((rest.position() + 7) / 8 * 8);
            int code = rest.get();
            String type = characters(rest, rest.get());
            rest.position(type.equals("g") ? rest.position() : (rest.position() + 3) / 4 * 4);
            if (type.equals("u")) {
                int number = rest.getInt();
                replySerial = code == 5 ? number : replySerial;
                continue;
            }
            String value = characters(rest, type.equals("g") ? rest.get() : rest.getInt());
            member = code == 3 ? value : member;
            sender = code == 7 ? value : sender;
            signature = code == 8 ? value : signature;
        }
        List<String> texts = new ArrayList<>();
        rest.position(padded);
        for (int i = 0; i < signature.length() && signature.charAt(i) == 's'; i++) {
            rest.position((rest.position() + 3) / 4 * 4);
            texts.add(characters(rest, rest.getInt()));
        }
        return new Message(head.get(1), head.getInt(8), replySerial, member, sender, texts);
    }

    private static String characters(ByteBuffer in, int length) {
        byte[] bytes = new byte[length];
        in.get(bytes);
        in.get();
        return new String(bytes, UTF_8);
    }

    private void serve() {
        try {
            for (int serial = 3; ; serial++) {
                Message message = read();
                if (message.type() == 1) {
                    answer(serial, message);
                }
            }
        } catch (IOException end) {
            // the test is over
        }
    }

    private void answer(int serial, Message call) throws IOException {
        String source = String.join(" ", call.texts());
        if (broken.contains(call.member())) {
            error(serial, call, "INVALID_ZONE: it is to fail");
            return;
        }
        switch (call.member()) {
            case "addSource" -> changed(serial, call, sources.add(source), "ZONE_ALREADY_SET: already bound");
            case "removeSource" -> changed(serial, call, sources.remove(source), "UNKNOWN_SOURCE: not in any zone");
            case "querySource" -> reply(serial, call, 2, "b", body(sources.contains(source) ? 1 : 0));
            default -> error(serial, call, "no such method");
        }
    }

    private void changed(int serial, Message call, boolean changed, String otherwise) throws IOException {
        if (changed) {
            ByteArrayOutputStream zone = new ByteArrayOutputStream();
            text(zone, call.texts().getFirst());
            reply(serial, call, 2, "s", zone.toByteArray());
        } else {
            error(serial, call, otherwise);
        }
    }

    private static byte[] body(int value) {
        ByteArrayOutputStream body = new ByteArrayOutputStream();
        number(body, value);
        return body.toByteArray();
    }

    private void error(int serial, Message call, String words) throws IOException {
        ByteArrayOutputStream body = new ByteArrayOutputStream();
        text(body, words);
        reply(serial, call, 3, "s", body.toByteArray());
    }

    private void reply(int serial, Message call, int type, String signature, byte[] body) throws IOException {
        ByteArrayOutputStream fields = new ByteArrayOutputStream();
        field(fields, 5, 'u');
        number(fields, call.serial());
        textField(fields, 6, 's', call.sender());
        if (type == 3) {
            textField(fields, 4, 's', "org.fedoraproject.FirewallD1.Exception");
        }
        send(type, serial, fields, signature, body);
    }

    private void bus(int serial, String member, String signature, byte[] body) throws IOException {
        ByteArrayOutputStream fields = new ByteArrayOutputStream();
        textField(fields, 1, 'o', "/org/freedesktop/DBus");
        textField(fields, 2, 's', "org.freedesktop.DBus");
        textField(fields, 3, 's', member);
        textField(fields, 6, 's', "org.freedesktop.DBus");
        send(1, serial, fields, signature, body);
    }

    private void send(int type, int serial, ByteArrayOutputStream fields, String signature, byte[] body)
            throws IOException {
        if (!signature.isEmpty()) {
            field(fields, 8, 'g');
            fields.write(signature.length());
            fields.writeBytes(signature.getBytes(UTF_8));
            fields.write(0);
        }
        ByteArrayOutputStream message = new ByteArrayOutputStream();
        message.writeBytes(new byte[] {'l', (byte) type, 0, 1});
        number(message, body.length);
        number(message, serial);
        number(message, fields.size());
        message.writeBytes(fields.toByteArray());
        pad(message, 8);
        message.writeBytes(body);
        out.write(message.toByteArray());
    }

    private static void field(ByteArrayOutputStream out, int code, char type) {
        pad(out, 8);
        out.writeBytes(new byte[] {(byte) code, 1, (byte) type, 0});
    }

    private static void textField(ByteArrayOutputStream out, int code, char type, String value) {
        field(out, code, type);
        text(out, value);
    }

    private static void text(ByteArrayOutputStream out, String text) {
        number(out, text.length());
        out.writeBytes(text.getBytes(UTF_8));
        out.write(0);
    }

    private static void number(ByteArrayOutputStream out, int value) {
        pad(out, 4);
        out.writeBytes(ByteBuffer.allocate(4)
                .order(ByteOrder.LITTLE_ENDIAN)
                .putInt(value)
                .array());
    }

    private static void pad(ByteArrayOutputStream out, int to) {
        while (out.size() % to != 0) {
            out.write(0);
        }
    }

    @Override
    public void close() throws IOException {
        channel.close();
        daemon.destroy();
        try {
            if (!daemon.waitFor(10, TimeUnit.SECONDS)) {
                daemon.destroyForcibly();
            }
        } catch (InterruptedException e) {
            daemon.destroyForcibly();
            Thread.currentThread().interrupt();
        }
    }
}
