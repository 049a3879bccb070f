package dev.hawser.dhcp;

import dev.hawser.ip.IpMath;
import dev.hawser.kernel.MacAddress;
import java.net.InetAddress;
import java.time.Duration;
import java.time.Instant;
import java.util.EnumSet;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.Set;
import java.util.random.RandomGenerator;

/**
 * The client's half of RFC 2131 for one link: {@code DISCOVER, OFFER, REQUEST, ACK}, and what keeps and ends that. For one
 * thread; every method returns when its time is over at the latest.
 */
final class Client {

    /** After so many requests for an offer that nobody acknowledges, another offer is asked for. */
    private static final int REQUESTS_FOR_ONE_OFFER = 4;

    /** Ethernet's MTU: the longest message that we want to get, with its IP header. */
    private static final short LONGEST_MESSAGE = 1500;

    private static final int LONGEST_SECONDS = 0xffff;

    private final Wire wire;
    private final MacAddress mac;
    private final Ask ask;
    private final Clocks clocks;
    private final RandomGenerator random;

    Client(Wire wire, MacAddress mac, Ask ask, Clocks clocks, RandomGenerator random) {
        this.wire = wire;
        this.mac = mac;
        this.ask = ask;
        this.clocks = clocks;
        this.random = random;
    }

    /** What came of a question for more time. */
    sealed interface Extension {

        /** More time. */
        record Granted(Terms terms) implements Extension {}

        /**
         * The address is no longer ours, from now on.
         *
         * @param why in the server's words, if it has any
         */
        record Refused(String why) implements Extension {}

        /** Nobody has said anything. */
        record Unanswered() implements Extension {}
    }

    /** One search for a lease. */
    private final class Search {

        private final long beganNanos = clocks.nanos();
        private final long endNanos;
        private final Backoff backoff = new Backoff(random);
        private final boolean broadcast;
        private String heard = "nobody answered";

        Search(Duration atMost, boolean broadcast) {
            this.endNanos = beganNanos + atMost.toNanos();
            this.broadcast = broadcast;
        }

        Terms run() {
            while (hasTime()) {
                Optional<Terms> terms = attempt(random.nextInt());
                if (terms.isPresent()) {
                    return terms.get();
                }
            }
            long seconds = Duration.ofNanos(clocks.nanos() - beganNanos).toSeconds();
            throw new DhcpException("no more tries: no DHCP lease after " + seconds + " s: " + heard, true);
        }

        private boolean hasTime() {
            return clocks.nanos() < endNanos;
        }

        private Optional<Terms> attempt(int transaction) {
            Message discover = question(transaction, options(MessageType.DISCOVER));
            return converse(discover, OptionalInt.empty(), EnumSet.of(MessageType.OFFER))
                    .flatMap(offer -> accept(offer, transaction));
        }

        private Optional<Terms> accept(Packet offer, int transaction) {
            InetAddress server = serverOf(offer);
            InetAddress offered = offer.message().your();
            heard = "the server " + IpMath.text(server) + " offered " + IpMath.text(offered)
                    + " and then did not acknowledge it";
            Options options = options(MessageType.REQUEST)
                    .withAddress(OptionCode.REQUESTED_ADDRESS, offered)
                    .withAddress(OptionCode.SERVER_IDENTIFIER, server);
            long askedNanos = clocks.nanos();
            Instant asked = clocks.wall().instant();
            Optional<Packet> answer = converse(
                    question(transaction, options),
                    OptionalInt.of(REQUESTS_FOR_ONE_OFFER),
                    EnumSet.of(MessageType.ACK, MessageType.NAK));
            if (answer.isPresent() && answer.get().message().type() == MessageType.NAK) {
                heard = refusal(answer.get());
                pause();
                return Optional.empty();
            }
            return answer.map(ack -> terms(ack, askedNanos, asked));
        }

        /** What we cannot use is not kept from others. */
        private Terms terms(Packet ack, long askedNanos, Instant asked) {
            try {
                return Terms.of(ack, askedNanos, asked);
            } catch (DhcpException e) {
                wire.send(release(ack.message().your(), serverOf(ack), ack.from()));
                throw e;
            }
        }

        private long nextTry() {
            return Math.min(endNanos, clocks.nanos() + backoff.next().toNanos());
        }

        /** A server that refuses at once would otherwise be asked again at once. */
        private void pause() {
            awaitUntil(nextTry(), packet -> false);
        }

        private Message question(int transaction, Options options) {
            long seconds = Duration.ofNanos(clocks.nanos() - beganNanos).toSeconds();
            return new Message(
                    false,
                    transaction,
                    (int) Math.min(LONGEST_SECONDS, seconds),
                    broadcast,
                    Message.NO_ADDRESS,
                    Message.NO_ADDRESS,
                    mac,
                    options);
        }

        /** Sends until there is an answer. */
        private Optional<Packet> converse(Message question, OptionalInt tries, Set<MessageType> wanted) {
            Packet packet = Packet.toEverybody(mac, Message.NO_ADDRESS, question);
            for (int sent = 0; hasTime() && (tries.isEmpty() || sent < tries.getAsInt()); sent++) {
                wire.send(packet);
                Optional<Packet> answer = awaitUntil(nextTry(), received -> answers(received, question, wanted));
                if (answer.isPresent()) {
                    return answer;
                }
            }
            return Optional.empty();
        }
    }

    private interface Wanted {
        boolean is(Packet packet);
    }

    private Optional<Packet> awaitUntil(long untilNanos, Wanted wanted) {
        while (true) {
            long left = untilNanos - clocks.nanos();
            if (left <= 0) {
                return Optional.empty();
            }
            Optional<Packet> answer = wire.receive(Duration.ofNanos(left)).filter(wanted::is);
            if (answer.isPresent()) {
                return answer;
            }
        }
    }

    /**
     * Gets a lease.
     *
     * @param atMost how long to try
     * @param broadcast whether the link cannot hear what is sent to its Ethernet address alone
     * @throws DhcpException if there was none in time, or one of no use
     */
    Terms acquire(Duration atMost, boolean broadcast) {
        return new Search(atMost, broadcast).run();
    }

    /** Asks the server of a lease for more time (RFC 2131, 4.4.5, RENEWING). */
    Extension renew(Terms terms) {
        return extend(
                terms,
                request -> new Packet(
                        mac,
                        terms.nextHop(),
                        terms.address().address(),
                        terms.server(),
                        Packet.CLIENT_PORT,
                        Packet.SERVER_PORT,
                        request));
    }

    /** Asks every server for more time (RFC 2131, 4.4.5, REBINDING). */
    Extension rebind(Terms terms) {
        return extend(terms, request -> Packet.toEverybody(mac, terms.address().address(), request));
    }

    private interface Way {
        Packet of(Message request);
    }

    /** Asks twice, some two seconds each; the keeper comes back. */
    private Extension extend(Terms terms, Way way) {
        Options options = options(MessageType.REQUEST);
        Message request = fromHolder(terms, random.nextInt(), options);
        Backoff backoff = new Backoff(random);
        for (int sent = 0; sent < 2; sent++) {
            long askedNanos = clocks.nanos();
            Instant asked = clocks.wall().instant();
            wire.send(way.of(request));
            Optional<Packet> answer = awaitUntil(
                    askedNanos + backoff.next().toNanos(),
                    packet -> answers(packet, request, EnumSet.of(MessageType.ACK, MessageType.NAK)));
            if (answer.isPresent()) {
                return extension(terms, answer.get(), askedNanos, asked);
            }
        }
        return new Extension.Unanswered();
    }

    private static Extension extension(Terms before, Packet answer, long askedNanos, Instant asked) {
        if (answer.message().type() == MessageType.NAK) {
            return new Extension.Refused(refusal(answer));
        }
        try {
            Terms terms = Terms.of(answer, askedNanos, asked);
            return terms.address().equals(before.address())
                    ? new Extension.Granted(terms)
                    : new Extension.Refused("the server leases " + terms.address() + " instead");
        } catch (DhcpException e) {
            return new Extension.Refused(String.valueOf(e.getMessage()));
        }
    }

    /** Gives a lease back. Nobody answers to that. */
    void release(Terms terms) {
        wire.send(release(terms.address().address(), terms.server(), terms.nextHop()));
    }

    private Packet release(InetAddress address, InetAddress server, MacAddress nextHop) {
        Options options = Options.NONE
                .with(OptionCode.MESSAGE_TYPE, (byte) MessageType.RELEASE.number())
                .withAddress(OptionCode.SERVER_IDENTIFIER, server)
                .with(
                        OptionCode.CLIENT_IDENTIFIER,
                        ask.provided().find(OptionCode.CLIENT_IDENTIFIER).orElseThrow());
        Message release = new Message(false, random.nextInt(), 0, false, address, Message.NO_ADDRESS, mac, options);
        return new Packet(mac, nextHop, address, server, Packet.CLIENT_PORT, Packet.SERVER_PORT, release);
    }

    private Message fromHolder(Terms terms, int transaction, Options options) {
        return new Message(false, transaction, 0, false, terms.address().address(), Message.NO_ADDRESS, mac, options);
    }

    private Options options(MessageType type) {
        Options options = ask.provided()
                .with(OptionCode.MESSAGE_TYPE, (byte) type.number())
                .with(OptionCode.MAXIMUM_MESSAGE_SIZE, (byte) (LONGEST_MESSAGE >> 8), (byte) LONGEST_MESSAGE);
        // An empty list is no list (RFC 2132, 9.8): its length is at least 1.
        return ask.requested().isEmpty()
                ? options
                : options.with(OptionCode.PARAMETER_REQUEST_LIST, ask.parameterRequestList());
    }

    private boolean answers(Packet packet, Message question, Set<MessageType> wanted) {
        Message message = packet.message();
        return message.reply()
                && message.transactionId() == question.transactionId()
                && message.mac().equals(mac)
                && packet.sourcePort() == Packet.SERVER_PORT
                && wanted.contains(message.type())
                && (message.type() == MessageType.NAK || Packet.isUsable(message.your()));
    }

    private static InetAddress serverOf(Packet answer) {
        return answer.message().options().address(OptionCode.SERVER_IDENTIFIER).orElse(answer.source());
    }

    private static String refusal(Packet nak) {
        return "the server " + IpMath.text(serverOf(nak)) + " refused"
                + nak.message()
                        .options()
                        .text(OptionCode.MESSAGE)
                        .map(text -> ": " + text)
                        .orElse("");
    }
}
