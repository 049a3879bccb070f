package dev.hawser.ipam;

import java.io.IOException;
import java.lang.reflect.InvocationHandler;
import java.lang.reflect.InvocationTargetException;
import java.lang.reflect.Method;
import java.lang.reflect.Proxy;
import java.net.URI;
import java.nio.ByteBuffer;
import java.nio.channels.SeekableByteChannel;
import java.nio.file.AccessMode;
import java.nio.file.CopyOption;
import java.nio.file.DirectoryStream;
import java.nio.file.FileStore;
import java.nio.file.FileSystem;
import java.nio.file.FileSystemException;
import java.nio.file.LinkOption;
import java.nio.file.OpenOption;
import java.nio.file.Path;
import java.nio.file.PathMatcher;
import java.nio.file.WatchService;
import java.nio.file.attribute.BasicFileAttributes;
import java.nio.file.attribute.FileAttribute;
import java.nio.file.attribute.FileAttributeView;
import java.nio.file.attribute.UserPrincipalLookupService;
import java.nio.file.spi.FileSystemProvider;
import java.util.Iterator;
import java.util.Map;
import java.util.Set;
import java.util.stream.StreamSupport;
import org.jspecify.annotations.Nullable;

/** Another file system, of which one step can be made to fail, or to be the last one before a crash. */
final class FaultyFileSystem extends FileSystem {

    /** The machine stops: nothing after this step happens, not even cleaning up. */
    static final class Crash extends Error {
        private static final long serialVersionUID = 1;
    }

    private enum Fault {
        NONE,
        FAILURE,
        CRASH
    }

    private final FileSystem sound;
    private final Provider provider;
    private Fault fault = Fault.NONE;
    private int stepsLeft;

    FaultyFileSystem(FileSystem sound) {
        this.sound = sound;
        this.provider = new Provider(sound.provider());
    }

    /** The n-th step from now on fails, the others do not. */
    void failAt(int n) {
        fault = Fault.FAILURE;
        stepsLeft = n;
    }

    /** The n-th step from now on does not happen, or by half if it writes, and none that follow do. */
    void crashAt(int n) {
        fault = Fault.CRASH;
        stepsLeft = n;
    }

    /** Works again; says whether it ever came to the fault. */
    boolean mend() {
        fault = Fault.NONE;
        return stepsLeft <= 0;
    }

    private boolean isDue() {
        stepsLeft -= fault == Fault.NONE ? 0 : 1;
        return (fault == Fault.FAILURE && stepsLeft == 0) || (fault == Fault.CRASH && stepsLeft <= 0);
    }

    private void step(String what) throws IOException {
        if (isDue()) {
            fail(what);
        }
    }

    private void fail(String what) throws IOException {
        if (fault == Fault.CRASH) {
            throw new Crash();
        }
        throw new FileSystemException(what, null, "Input/output error");
    }

    private Path wrap(Path path) {
        InvocationHandler handler = new PathHandler(path);
        return (Path) Proxy.newProxyInstance(getClass().getClassLoader(), new Class<?>[] {Path.class}, handler);
    }

    private static Path unwrap(Path path) {
        return Proxy.isProxyClass(path.getClass()) ? ((PathHandler) Proxy.getInvocationHandler(path)).path : path;
    }

    private final class PathHandler implements InvocationHandler {

        private final Path path;

        PathHandler(Path path) {
            this.path = path;
        }

        @Override
        public @Nullable Object invoke(Object proxy, Method method, @Nullable Object @Nullable [] arguments)
                throws Throwable {
            if (method.getName().equals("getFileSystem")) {
                return FaultyFileSystem.this;
            }
            @Nullable Object[] sound = arguments == null ? new Object[0] : arguments.clone();
            for (int i = 0; i < sound.length; i++) {
                sound[i] = sound[i] instanceof Path other ? unwrap(other) : sound[i];
            }
            Object result = call(method, path, sound);
            return result instanceof Path other ? wrap(other) : result;
        }
    }

    private static @Nullable Object call(Method method, Object target, @Nullable Object[] arguments) throws Throwable {
        try {
            return method.invoke(target, arguments);
        } catch (InvocationTargetException e) {
            throw e.getCause() == null ? e : e.getCause();
        }
    }

    /** Counts writing and cutting as steps. */
    private SeekableByteChannel wrap(SeekableByteChannel channel, Path path) {
        return (SeekableByteChannel) Proxy.newProxyInstance(
                getClass().getClassLoader(), new Class<?>[] {SeekableByteChannel.class}, (proxy, method, arguments) -> {
                    if (method.getName().equals("write") && isDue()) {
                        writeHalf(channel, (ByteBuffer) arguments[0]);
                        fail(path.toString());
                    }
                    if (method.getName().equals("truncate")) {
                        step(path.toString());
                    }
                    return call(method, channel, arguments == null ? new Object[0] : arguments);
                });
    }

    private static void writeHalf(SeekableByteChannel channel, ByteBuffer octets) throws IOException {
        channel.write(octets.slice(octets.position(), octets.remaining() / 2));
    }

    private final class Provider extends FileSystemProvider {

        private final FileSystemProvider sound;

        Provider(FileSystemProvider sound) {
            this.sound = sound;
        }

        @Override
        public String getScheme() {
            return sound.getScheme();
        }

        @Override
        public FileSystem newFileSystem(URI uri, Map<String, ?> environment) {
            throw new UnsupportedOperationException();
        }

        @Override
        public FileSystem getFileSystem(URI uri) {
            return FaultyFileSystem.this;
        }

        @Override
        public Path getPath(URI uri) {
            return wrap(sound.getPath(uri));
        }

        @Override
        public SeekableByteChannel newByteChannel(
                Path path, Set<? extends OpenOption> options, FileAttribute<?>... attributes) throws IOException {
            step(path.toString());
            return wrap(sound.newByteChannel(unwrap(path), options, attributes), path);
        }

        @Override
        public DirectoryStream<Path> newDirectoryStream(Path directory, DirectoryStream.Filter<? super Path> filter)
                throws IOException {
            step(directory.toString());
            DirectoryStream<Path> files = sound.newDirectoryStream(unwrap(directory), path -> true);
            return new DirectoryStream<>() {
                @Override
                public Iterator<Path> iterator() {
                    return StreamSupport.stream(files.spliterator(), false)
                            .map(FaultyFileSystem.this::wrap)
                            .iterator();
                }

                @Override
                public void close() throws IOException {
                    files.close();
                }
            };
        }

        @Override
        public void createDirectory(Path directory, FileAttribute<?>... attributes) throws IOException {
            step(directory.toString());
            sound.createDirectory(unwrap(directory), attributes);
        }

        @Override
        public void createLink(Path link, Path existing) throws IOException {
            step(link.toString());
            sound.createLink(unwrap(link), unwrap(existing));
        }

        @Override
        public void delete(Path path) throws IOException {
            step(path.toString());
            sound.delete(unwrap(path));
        }

        @Override
        public void copy(Path source, Path target, CopyOption... options) throws IOException {
            throw new UnsupportedOperationException();
        }

        @Override
        public void move(Path source, Path target, CopyOption... options) throws IOException {
            throw new UnsupportedOperationException();
        }

        @Override
        public boolean isSameFile(Path path, Path other) throws IOException {
            return sound.isSameFile(unwrap(path), unwrap(other));
        }

        @Override
        public boolean isHidden(Path path) throws IOException {
            return sound.isHidden(unwrap(path));
        }

        @Override
        public FileStore getFileStore(Path path) throws IOException {
            return sound.getFileStore(unwrap(path));
        }

        @Override
        public void checkAccess(Path path, AccessMode... modes) throws IOException {
            sound.checkAccess(unwrap(path), modes);
        }

        @Override
        public <V extends FileAttributeView> @Nullable V getFileAttributeView(
                Path path, Class<V> type, LinkOption... options) {
            V view = sound.getFileAttributeView(unwrap(path), type, options);
            return type.cast(Proxy.newProxyInstance(
                    getClass().getClassLoader(), new Class<?>[] {type}, (proxy, method, arguments) -> {
                        step(path.toString());
                        return call(method, view, arguments == null ? new Object[0] : arguments);
                    }));
        }

        /** A look whether there is something: no step, because it cannot say that it failed. */
        @Override
        public boolean exists(Path path, LinkOption... options) {
            return sound.exists(unwrap(path), options);
        }

        /** As {@link #exists}. */
        @Override
        public <A extends BasicFileAttributes> @Nullable A readAttributesIfExists(
                Path path, Class<A> type, LinkOption... options) throws IOException {
            return sound.readAttributesIfExists(unwrap(path), type, options);
        }

        @Override
        public <A extends BasicFileAttributes> A readAttributes(Path path, Class<A> type, LinkOption... options)
                throws IOException {
            step(path.toString());
            return sound.readAttributes(unwrap(path), type, options);
        }

        @Override
        public Map<String, Object> readAttributes(Path path, String attributes, LinkOption... options)
                throws IOException {
            return sound.readAttributes(unwrap(path), attributes, options);
        }

        @Override
        public void setAttribute(Path path, String attribute, Object value, LinkOption... options) throws IOException {
            step(path.toString());
            sound.setAttribute(unwrap(path), attribute, value, options);
        }
    }

    @Override
    public FileSystemProvider provider() {
        return provider;
    }

    @Override
    public void close() throws IOException {
        sound.close();
    }

    @Override
    public boolean isOpen() {
        return sound.isOpen();
    }

    @Override
    public boolean isReadOnly() {
        return sound.isReadOnly();
    }

    @Override
    public String getSeparator() {
        return sound.getSeparator();
    }

    @Override
    public Iterable<Path> getRootDirectories() {
        return sound.getRootDirectories();
    }

    @Override
    public Iterable<FileStore> getFileStores() {
        return sound.getFileStores();
    }

    @Override
    public Set<String> supportedFileAttributeViews() {
        return sound.supportedFileAttributeViews();
    }

    @Override
    public Path getPath(String first, String... more) {
        return wrap(sound.getPath(first, more));
    }

    @Override
    public PathMatcher getPathMatcher(String pattern) {
        return sound.getPathMatcher(pattern);
    }

    @Override
    public UserPrincipalLookupService getUserPrincipalLookupService() {
        return sound.getUserPrincipalLookupService();
    }

    @Override
    public WatchService newWatchService() {
        throw new UnsupportedOperationException();
    }
}
