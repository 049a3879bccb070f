package dev.hawser.shim.helper;

import java.util.Optional;

/** What the helper tells about itself over HTTP. Asked on the event loop: it must not wait for anything. */
public interface Pages {

    /**
     * A document.
     *
     * @param status that of HTTP: 200, or what a program that does not read the text is to know
     * @param contentType as in HTTP: {@code application/json}
     */
    record Page(int status, String contentType, String text) {

        /** One that says what was asked for. */
        public Page(String contentType, String text) {
            this(200, contentType, text);
        }
    }

    /**
     * The document of this name, if there is one.
     *
     * @param path decoded, without its query: {@code /metrics}
     */
    Optional<Page> find(String path);
}
