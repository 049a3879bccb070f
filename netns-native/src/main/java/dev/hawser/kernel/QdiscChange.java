package dev.hawser.kernel;

/** A change of how a link queues what it sends, and of where what it receives goes: {@code tc qdisc}, {@code tc filter}. */
public sealed interface QdiscChange extends Change {

    /**
     * What the link sends goes through this token bucket, handle {@code 1:}. A root qdisc of another kind that somebody gave to
     * the link is an error (EEXIST).
     *
     * <p>Much cheaper before the link is up: else the kernel waits until nobody uses the old qdisc.
     */
    record SetTbf(String link, Tbf tbf) implements QdiscChange {
        @Override
        public String words() {
            return "tc qdisc replace dev " + link + " root handle 1: " + tbf;
        }
    }

    /** The link has no token bucket of handle {@code 1:}. */
    record DeleteTbf(String link) implements QdiscChange {
        @Override
        public String words() {
            return "tc qdisc delete dev " + link + " root handle 1:";
        }
    }

    /** What the link receives can be filtered. */
    record AddIngress(String link) implements QdiscChange {
        @Override
        public String words() {
            return "tc qdisc add dev " + link + " ingress";
        }
    }

    /** What the link receives is not filtered. */
    record DeleteIngress(String link) implements QdiscChange {
        @Override
        public String words() {
            return "tc qdisc delete dev " + link + " ingress";
        }
    }

    /**
     * What the link receives is sent by another one first, which must have been {@linkplain AddIngress prepared}; it takes the
     * place of an earlier redirection.
     *
     * @param target the other link, an ifb: it gives back what it sends, as if it had come by {@code link}
     */
    record Redirect(String link, String target) implements QdiscChange {
        @Override
        public String words() {
            return "tc filter replace dev " + link
                    + " parent ffff: protocol all prio 1 handle 800::800 u32 match u32 0 0 flowid 1:1"
                    + " action mirred egress redirect dev " + target;
        }
    }
}
