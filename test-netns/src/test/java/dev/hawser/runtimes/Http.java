package dev.hawser.runtimes;

import java.net.InetAddress;

/** Where pods serve pages. */
final class Http {

    private Http() {}

    /** {@code http://10.88.0.2:80/}, {@code http://[fd00::2]:80/}. */
    static String url(InetAddress server, int port) {
        String host = server.getHostAddress();
        return "http://" + (host.contains(":") ? "[" + host + "]" : host) + ":" + port + "/";
    }

    /** As {@link #url(InetAddress, int)}, for an address in words. */
    static String url(String server, int port) {
        return url(InetAddress.ofLiteral(server), port);
    }
}
