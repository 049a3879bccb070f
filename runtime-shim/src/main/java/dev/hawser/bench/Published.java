package dev.hawser.bench;

import dev.hawser.spec.Json;
import java.util.List;
import java.util.stream.Collectors;
import java.util.stream.IntStream;

/** Ports of the host that lead to port 80 of a pod, as runtimes say it, and as the reference's plugin leaves them in the kernel. */
final class Published {

    /** Those of others. */
    private static final int FIRST_OF_OTHERS = 20_000;

    private Published() {}

    /** {@code {"portMappings": [{"hostPort": 8080, "containerPort": 80, "protocol": "tcp"}]}}. */
    static Json.Obj capability(int hostPort) {
        Json.Obj mapping = Json.object()
                .put("hostPort", hostPort)
                .put("containerPort", 80)
                .put("protocol", "tcp")
                .build();
        return Json.object().put("portMappings", new Json.Arr(List.of(mapping))).build();
    }

    /** The port of another container. */
    static int portOfOther(int number) {
        return FIRST_OF_OTHERS + number;
    }

    /** What the reference's iptables backend has for so many others, for {@code iptables-restore --noflush}. */
    static String iptables(int others, String address, String subnet) {
        StringBuilder text = new StringBuilder("*nat\n");
        IntStream.range(0, others).forEach(i -> text.append(":%s - [0:0]\n".formatted(chain(i))));
        IntStream.range(0, others)
                .forEach(i -> text.append("""
                        -A CNI-HOSTPORT-DNAT -p tcp -m comment --comment "dnat name: bench id: other%1$d" -m multiport --dports %2$d -j %3$s
                        -A %3$s -s %5$s -p tcp -m tcp --dport %2$d -j CNI-HOSTPORT-SETMARK
                        -A %3$s -s 127.0.0.1/32 -p tcp -m tcp --dport %2$d -j CNI-HOSTPORT-SETMARK
                        -A %3$s -p tcp -m tcp --dport %2$d -j DNAT --to-destination %4$s:80
                        """.formatted(i, portOfOther(i), chain(i), address, subnet)));
        return text.append("COMMIT\n").toString();
    }

    private static String chain(int number) {
        return "CNI-DN-bench%015d".formatted(number);
    }

    /** What the reference's nftables backend has for so many others, for {@code nft -f -}. */
    static String nftables(int others, String address) {
        return IntStream.range(0, others)
                .mapToObj(i -> """
                        add rule ip cni_hostport hostports tcp dport %2$d dnat to %3$s:80 comment "other%1$d"
                        add rule ip cni_hostport masquerading ip saddr %3$s ip daddr %3$s masquerade comment "other%1$d"
                        add rule ip cni_hostport masquerading ip saddr 127.0.0.1 ip daddr %3$s masquerade comment "other%1$d"
                        """.formatted(i, portOfOther(i), address))
                .collect(Collectors.joining());
    }
}
