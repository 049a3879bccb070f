package dev.hawser.shim.helper;

import java.util.Optional;

/** What the helper tells about itself over HTTP. Asked on the event loop: it must not wait for anything. */
public interface Pages {

    /**
     * A document.
     *
     * @param contentType as in HTTP: {@code application/json}
     */
    record Page(String contentType, String text) {}

    /**
     * The document of this name, if there is one.
     *
     * @param path decoded, without its query: {@code /metrics}
     */
    Optional<Page> find(String path);
}
