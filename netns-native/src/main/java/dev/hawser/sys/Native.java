package dev.hawser.sys;

import jnr.ffi.LibraryLoader;
import jnr.ffi.Runtime;

/** The C library, loaded once, and its errno. */
final class Native {

    static final Libc LIBC = LibraryLoader.create(Libc.class).failImmediately().load("libc.so.6");

    private static final Runtime RUNTIME = Runtime.getSystemRuntime();

    private Native() {}

    /** The errno that the last call on this thread left; jffi keeps it from what the JVM does meanwhile. */
    static int errno() {
        return RUNTIME.getLastError();
    }
}
