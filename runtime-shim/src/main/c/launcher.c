/*
 * The launcher: the small static executable that a container runtime really starts.
 *
 * A plugin call (CNI_COMMAND is set) goes to the resident helper, if there is one:
 *
 *   stdin, CNI_*, PATH, ... ---CallFrame---> /run/hawser/hawser.sock      (or the socket that HAWSER_SOCKET names)
 *   stdout, stderr, status  <--AnswerFrame--
 *                           ---one byte----> stdout has been written
 *
 * The frames are drawn in dev.hawser.shim.wire. Whenever the call was certainly not begun - no helper, or one of another
 * build, network namespace or root directory - and for everything that people type, the JVM is started in the launcher's
 * place, from its installation:
 *
 *   <root>/runtime/bin/java
 *       the lines of <root>/conf/jvm.options       (of a command: conf/helper.options)
 *       -XX:AOTCache=<root>/lib/hawser.aot         (lib/helper.aot; when the file is there)
 *       -Djffi.boot.library.path=<root>/lib/native -Djava.library.path=<root>/lib/native
 *                                                  (jffi and Netty would unpack their libraries into /tmp otherwise)
 *       -Dhawser.home=<root> -Dhawser.argv0=<argv[0]>
 *       -cp <the jars that <root>/lib/classpath (lib/helper.classpath) names, in that order: the AOT cache is valid for
 *           one order only>
 *       dev.hawser.app.Main (dev.hawser.shim.Main) argv[1] argv[2] ...
 *
 * stdin, stdout, stderr and the environment are inherited, except for the variables that would change the JVM.
 */
#define _GNU_SOURCE
#include <arpa/inet.h>
#include <endian.h>
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/time.h>
#include <sys/un.h>
#include <time.h>
#include <unistd.h>

/* Which build this is: a helper of another one is not ours. scripts/build.sh says it. */
#ifndef HAWSER_BUILD
#define HAWSER_BUILD "unknown"
#endif

enum {
    MAX_CONFIG_BYTES = 64 * 1024, /* of jvm.options, and of classpath */
    MAX_LINES = 256,              /* in each of them */
    MAX_ERROR_BYTES = 2 * PATH_MAX + 512,
    MAX_STDIN_BYTES = 4 * 1024 * 1024 + 1, /* one more than Json.MAX_BYTES: what is too long is seen to be */
    MAX_ANSWER_BYTES = 64 * 1024 * 1024,

    /* A helper answers each call within its own deadline of two minutes; later than that, it is stuck. */
    ANSWER_TIMEOUT_SECONDS = 150,
};

/* ErrorCode of dev.hawser.spec. */
enum { IO_FAILURE = 5, TRY_AGAIN_LATER = 11, INTERNAL = 999 };

/* What the JVM is started for. */
struct jvm {
    const char *options, *class_path, *aot_cache, *main_class;
};

static const struct jvm FOR_A_CALL = {"conf/jvm.options", "lib/classpath", "lib/hawser.aot", "dev.hawser.app.Main"};
static const struct jvm FOR_A_COMMAND = {"conf/helper.options", "lib/helper.classpath", "lib/helper.aot",
                                         "dev.hawser.shim.Main"};

#define DEFAULT_SOCKET "/run/hawser/hawser.sock"

/*
 * Where the installation is when this file is not part of it (the copies in the CNI bin directory). `hawser install`
 * writes another prefix over the path in the copies: the marker says where, the array says how long it may be.
 */
#define PREFIX_MARKER "@hawser-prefix@"
static volatile const char prefix_slot[sizeof PREFIX_MARKER - 1 + PATH_MAX] = PREFIX_MARKER "/opt/hawser";

struct lines {
    char *text;
    char *line[MAX_LINES];
    size_t count;
};

/* --- Errors: JSON on stdout for a container runtime, a sentence on stderr for people. --- */

static void print_json_string(const char *text) {
    putchar('"');
    for (const unsigned char *c = (const unsigned char *)text; *c; c++) {
        if (*c == '"' || *c == '\\')
            printf("\\%c", *c);
        else if (*c < 0x20)
            printf("\\u%04x", *c);
        else
            putchar(*c);
    }
    putchar('"');
}

/* The verb of a plugin call; NULL if this is none. */
static const char *verb(void) {
    const char *command = getenv("CNI_COMMAND");
    return command && *command ? command : NULL;
}

__attribute__((noreturn)) static void fail_with(int code, const char *message) {
    if (verb()) {
        printf("{\n    \"code\": %d,\n    \"msg\": ", code);
        print_json_string(message);
        printf("\n}");
    } else {
        fprintf(stderr, "hawser: %s\n", message);
    }
    fflush(NULL);
    _exit(1);
}

__attribute__((noreturn, format(printf, 1, 2))) static void fail(const char *format, ...) {
    char message[MAX_ERROR_BYTES];
    va_list arguments;
    va_start(arguments, format);
    vsnprintf(message, sizeof message, format, arguments);
    va_end(arguments);
    fail_with(INTERNAL, message);
}

static void *allocate(size_t count, size_t size) {
    void *memory = calloc(count, size);
    if (!memory)
        fail("start the Java runtime: out of memory");
    return memory;
}

__attribute__((format(printf, 1, 2))) static char *text_of(const char *format, ...) {
    char *text;
    va_list arguments;
    va_start(arguments, format);
    int length = vasprintf(&text, format, arguments);
    va_end(arguments);
    if (length < 0)
        fail("start the Java runtime: out of memory");
    return text;
}

/* --- The installation. --- */

static bool exists(const char *root, const char *name) {
    char path[PATH_MAX];
    int length = snprintf(path, sizeof path, "%s/%s", root, name);
    return length < (int)sizeof path && access(path, F_OK) == 0;
}

static bool is_installation(const char *root) {
    return exists(root, "lib/classpath");
}

/* <root>/bin/hawser has its root two levels up. Symbolic links are resolved by the kernel. */
static bool root_above_executable(char root[PATH_MAX]) {
    ssize_t length = readlink("/proc/self/exe", root, PATH_MAX - 1);
    if (length < 0)
        return false;
    root[length] = '\0';
    for (int levels = 0; levels < 2; levels++) {
        char *slash = strrchr(root, '/');
        if (!slash)
            return false;
        *slash = '\0';
    }
    return is_installation(root);
}

/* The prefix is a symbolic link to the release in use: resolved once, so that an upgrade does not reach into this call. */
static void resolve_prefix(char root[PATH_MAX]) {
    char prefix[PATH_MAX];
    size_t start = sizeof PREFIX_MARKER - 1, length = 0;
    while (length < PATH_MAX - 1 && prefix_slot[start + length]) {
        prefix[length] = prefix_slot[start + length];
        length++;
    }
    prefix[length] = '\0';
    if (!realpath(prefix, root) || !is_installation(root))
        fail("find the installation: %s/lib/classpath: %s: was Hawser moved or removed? Run `hawser install` from its tree again",
             prefix, strerror(errno));
}

static void find_installation(char root[PATH_MAX]) {
    if (!root_above_executable(root))
        resolve_prefix(root);
}

/* --- Files of one word per line. --- */

static char *read_whole(const char *path) {
    int fd = open(path, O_RDONLY | O_CLOEXEC);
    if (fd < 0)
        fail("open %s: %s: is the installation complete?", path, strerror(errno));
    char *text = allocate(MAX_CONFIG_BYTES + 1, 1);
    size_t length = 0;
    ssize_t count;
    while ((count = read(fd, text + length, MAX_CONFIG_BYTES + 1 - length)) > 0)
        length += (size_t)count;
    if (count < 0)
        fail("read %s: %s", path, strerror(errno));
    if (length > MAX_CONFIG_BYTES)
        fail("read %s: longer than %d bytes", path, MAX_CONFIG_BYTES);
    close(fd);
    text[length] = '\0';
    return text;
}

static char *trimmed(char *line) {
    line += strspn(line, " \t\r");
    for (size_t length = strlen(line); length && strchr(" \t\r", line[length - 1]); length--)
        line[length - 1] = '\0';
    return line;
}

/* The lines that are neither empty nor comments (#). */
static struct lines read_lines(const char *path) {
    struct lines lines = {.text = read_whole(path)};
    char *rest = lines.text;
    for (char *line; (line = strsep(&rest, "\n"));) {
        line = trimmed(line);
        if (!*line || *line == '#')
            continue;
        if (lines.count == MAX_LINES)
            fail("read %s: more than %d lines", path, MAX_LINES);
        lines.line[lines.count++] = line;
    }
    return lines;
}

static char *class_path(const char *root, const char *file) {
    char *path = text_of("%s/%s", root, file);
    struct lines jars = read_lines(path);
    if (!jars.count)
        fail("read %s: names no jar: is the installation complete?", path);
    char *joined = text_of("%s/lib/%s", root, jars.line[0]);
    for (size_t i = 1; i < jars.count; i++) {
        char *longer = text_of("%s:%s/lib/%s", joined, root, jars.line[i]);
        free(joined);
        joined = longer;
    }
    free(jars.text);
    free(path);
    return joined;
}

/* --- The JVM. --- */

/* They add options to any JVM, and make it write a line about that: a node's other Java programs must not change ours. */
static void set_jvm_variables(void) {
    unsetenv("JAVA_TOOL_OPTIONS");
    unsetenv("_JAVA_OPTIONS");
    unsetenv("JDK_JAVA_OPTIONS");
    /* glibc would keep an arena of freed memory for each thread: the helper has many, which do little. */
    setenv("MALLOC_ARENA_MAX", "2", 1);
    /* A runtime starts plugins without a locale; the JVM would then lose every byte beyond ASCII of paths and names. */
    setenv("LC_ALL", "C.UTF-8", 1);
}

__attribute__((noreturn)) static void start_jvm(const char *root, const struct jvm *jvm, int argc, char **argv) {
    struct lines options = read_lines(text_of("%s/%s", root, jvm->options));
    size_t own = 9; /* java, AOT cache, four properties, -cp and its value, the main class */
    char **command = allocate(own + options.count + (size_t)argc + 1, sizeof *command);
    char *java = text_of("%s/runtime/bin/java", root);
    size_t n = 0;

    command[n++] = java;
    for (size_t i = 0; i < options.count; i++)
        command[n++] = options.line[i];
    if (exists(root, jvm->aot_cache))
        command[n++] = text_of("-XX:AOTCache=%s/%s", root, jvm->aot_cache);
    command[n++] = text_of("-Djffi.boot.library.path=%s/lib/native", root);
    command[n++] = text_of("-Djava.library.path=%s/lib/native", root);
    command[n++] = text_of("-Dhawser.home=%s", root);
    command[n++] = text_of("-Dhawser.argv0=%s", argc > 0 ? argv[0] : "hawser");
    command[n++] = text_of("-cp");
    command[n++] = class_path(root, jvm->class_path);
    command[n++] = text_of("%s", jvm->main_class);
    for (int i = 1; i < argc; i++)
        command[n++] = argv[i];

    set_jvm_variables();
    execv(java, command);
    fail("start %s: %s: is the installation complete?", java, strerror(errno));
}

/* --- Bytes that grow. --- */

struct bytes {
    char *start;
    size_t length, capacity;
};

static void reserve(struct bytes *bytes, size_t more) {
    if (bytes->capacity - bytes->length >= more)
        return;
    size_t capacity = bytes->capacity ? bytes->capacity : 4096;
    while (capacity - bytes->length < more)
        capacity *= 2;
    char *start = realloc(bytes->start, capacity);
    if (!start)
        fail("call the helper: out of memory");
    bytes->start = start;
    bytes->capacity = capacity;
}

static void append(struct bytes *bytes, const void *more, size_t length) {
    if (!length) /* memcpy(3) takes no null pointer, not even for nothing */
        return;
    reserve(bytes, length);
    memcpy(bytes->start + bytes->length, more, length);
    bytes->length += length;
}

/* Everything that stdin has, up to one byte more than is allowed. */
static struct bytes read_stdin(void) {
    struct bytes bytes = {0};
    while (bytes.length < MAX_STDIN_BYTES) {
        reserve(&bytes, 4096);
        size_t room = bytes.capacity - bytes.length;
        if (room > MAX_STDIN_BYTES - bytes.length)
            room = MAX_STDIN_BYTES - bytes.length;
        ssize_t count = read(STDIN_FILENO, bytes.start + bytes.length, room);
        if (count > 0)
            bytes.length += (size_t)count;
        else if (count == 0)
            break;
        else if (errno != EINTR)
            fail_with(IO_FAILURE, text_of("error reading from stdin: %s", strerror(errno)));
    }
    return bytes;
}

/* Makes what was read from stdin its content again. */
static void put_back(const struct bytes *stdin_bytes) {
    int file = memfd_create("stdin", MFD_CLOEXEC);
    size_t written = 0;
    while (file >= 0 && written < stdin_bytes->length) {
        ssize_t count = write(file, stdin_bytes->start + written, stdin_bytes->length - written);
        if (count < 0 && errno != EINTR)
            break;
        written += count > 0 ? (size_t)count : 0;
    }
    if (file < 0 || written < stdin_bytes->length || lseek(file, 0, SEEK_SET) < 0 || dup2(file, STDIN_FILENO) < 0)
        fail("hand stdin to the Java runtime: %s", strerror(errno));
}

/* --- The call frame: see dev.hawser.shim.wire.CallFrame. --- */

enum { BUILD = 1, ROOT, STARTED, ARGUMENT, VARIABLE, DIRECTORY, NETNS, STDIN };

static void append_u32(struct bytes *frame, uint32_t value) {
    value = htonl(value);
    append(frame, &value, sizeof value);
}

static void append_field(struct bytes *frame, char type, const void *value, size_t length) {
    append(frame, &type, 1);
    append_u32(frame, (uint32_t)length);
    append(frame, value, length);
}

static void append_text(struct bytes *frame, char type, const char *text) {
    append_field(frame, type, text, strlen(text));
}

static bool is_relayed(const char *variable) {
    static const char *const prefixes[] = {"CNI_", "PATH=", "TRACEPARENT=", "TRACESTATE=", "BAGGAGE="};
    for (size_t i = 0; i < sizeof prefixes / sizeof *prefixes; i++)
        if (strncmp(variable, prefixes[i], strlen(prefixes[i])) == 0)
            return strchr(variable, '=') != NULL;
    return false;
}

static void append_environment(struct bytes *frame) {
    for (char **variable = environ; *variable; variable++)
        if (is_relayed(*variable))
            append_text(frame, VARIABLE, *variable);
}

/* Paths mean the same to the helper only if it has the same root directory. */
static bool append_root(struct bytes *frame) {
    struct stat status;
    if (stat("/", &status) < 0)
        return false;
    uint64_t root[] = {htobe64((uint64_t)status.st_dev), htobe64((uint64_t)status.st_ino)};
    append_field(frame, ROOT, root, sizeof root);
    return true;
}

static bool append_directory(struct bytes *frame) {
    char directory[PATH_MAX];
    if (!getcwd(directory, sizeof directory))
        return false;
    append_text(frame, DIRECTORY, directory);
    return true;
}

static uint64_t monotonic_nanos(void) {
    struct timespec now;
    clock_gettime(CLOCK_MONOTONIC, &now);
    return (uint64_t)now.tv_sec * 1000000000u + (uint64_t)now.tv_nsec;
}

/* False if the call cannot be described: the JVM has to find out by itself. */
static bool write_frame(struct bytes *frame, int argc, char **argv, uint64_t started, int netns_errno,
                        const struct bytes *stdin_bytes) {
    append(frame, "HWSR\0\0\0", 8);
    append_text(frame, BUILD, HAWSER_BUILD);
    started = htobe64(started);
    append_field(frame, STARTED, &started, sizeof started);
    for (int i = 0; i < argc; i++)
        append_text(frame, ARGUMENT, argv[i]);
    append_environment(frame);
    uint32_t netns = htonl((uint32_t)netns_errno);
    append_field(frame, NETNS, &netns, sizeof netns);
    if (!append_root(frame) || !append_directory(frame))
        return false;
    append_field(frame, STDIN, stdin_bytes->start, stdin_bytes->length);

    uint32_t length = htonl((uint32_t)(frame->length - 8));
    memcpy(frame->start + 4, &length, sizeof length);
    return true;
}

/* --- The socket. --- */

/* The path of the helper's socket; NULL if there is to be no helper. */
static const char *socket_path(void) {
    const char *path = getenv("HAWSER_SOCKET");
    if (!path)
        return DEFAULT_SOCKET;
    return *path ? path : NULL;
}

/* Connects, and never waits: a helper whose queue of connections is full is as good as none. */
static int connect_helper(void) {
    const char *path = socket_path();
    struct sockaddr_un address = {.sun_family = AF_UNIX};
    if (!path || strlen(path) >= sizeof address.sun_path)
        return -1;
    strcpy(address.sun_path, path);
    int helper = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
    if (helper < 0)
        return -1;
    struct timeval timeout = {.tv_sec = ANSWER_TIMEOUT_SECONDS};
    if (connect(helper, (struct sockaddr *)&address, sizeof address) < 0 || fcntl(helper, F_SETFL, 0) < 0 ||
        setsockopt(helper, SOL_SOCKET, SO_RCVTIMEO, &timeout, sizeof timeout) < 0 ||
        setsockopt(helper, SOL_SOCKET, SO_SNDTIMEO, &timeout, sizeof timeout) < 0) {
        close(helper);
        return -1;
    }
    return helper;
}

/* One byte, with it a descriptor (unix(7), SCM_RIGHTS), and whatever else fits: at least the byte. Returns how much of that. */
static ssize_t send_descriptor(int helper, int descriptor, const struct bytes *more) {
    union {
        struct cmsghdr header;
        char bytes[CMSG_SPACE(sizeof(int))];
    } control = {0};
    struct iovec parts[] = {{.iov_base = (char[]){0}, .iov_len = 1}, {.iov_base = more->start, .iov_len = more->length}};
    struct msghdr message = {
        .msg_iov = parts, .msg_iovlen = 2, .msg_control = control.bytes, .msg_controllen = sizeof control.bytes};
    struct cmsghdr *header = CMSG_FIRSTHDR(&message);
    header->cmsg_level = SOL_SOCKET;
    header->cmsg_type = SCM_RIGHTS;
    header->cmsg_len = CMSG_LEN(sizeof descriptor);
    memcpy(CMSG_DATA(header), &descriptor, sizeof descriptor);
    ssize_t count;
    do
        count = sendmsg(helper, &message, MSG_NOSIGNAL);
    while (count < 0 && errno == EINTR);
    return count - 1;
}

static bool send_all(int helper, const char *bytes, size_t length) {
    for (size_t sent = 0; sent < length;) {
        ssize_t count = send(helper, bytes + sent, length - sent, MSG_NOSIGNAL);
        if (count < 0 && errno != EINTR)
            return false;
        sent += count > 0 ? (size_t)count : 0;
    }
    return true;
}

/* Each descriptor with a byte of its own; the frame follows the second one at once, which wakes the helper once less. */
static bool send_frame(int helper, int own, int netns, const struct bytes *frame) {
    static const struct bytes nothing = {0};
    if (send_descriptor(helper, own, &nothing) != 0)
        return false;
    ssize_t sent = send_descriptor(helper, netns, frame);
    return sent >= 0 && send_all(helper, frame->start + sent, frame->length - (size_t)sent);
}

static bool receive_all(int helper, char *bytes, size_t length) {
    for (size_t received = 0; received < length;) {
        ssize_t count = recv(helper, bytes + received, length - received, 0);
        if (count == 0 || (count < 0 && errno != EINTR))
            return false;
        received += count > 0 ? (size_t)count : 0;
    }
    return true;
}

static bool write_all(int file, const char *bytes, size_t length) {
    for (size_t written = 0; written < length;) {
        ssize_t count = write(file, bytes + written, length - written);
        if (count < 0 && errno != EINTR)
            return false;
        written += count > 0 ? (size_t)count : 0;
    }
    return true;
}

/* --- A call by the helper. --- */

/* O_NONBLOCK: whatever CNI_NETNS names, a FIFO for instance, opening it must not wait. */
static int open_netns(void) {
    const char *path = getenv("CNI_NETNS");
    if (!path || !*path) {
        errno = ENOENT;
        return -1;
    }
    return open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK);
}

/* Whether all of the call has reached the helper. Until then it has certainly not begun. */
static bool send_call(int helper, int argc, char **argv, uint64_t started, const struct bytes *stdin_bytes) {
    int own = open("/proc/self/ns/net", O_RDONLY | O_CLOEXEC);
    int netns = open_netns();
    int netns_errno = netns < 0 ? errno : 0;
    struct bytes frame = {0};
    bool sent = own >= 0 && write_frame(&frame, argc, argv, started, netns_errno, stdin_bytes) &&
                send_frame(helper, own, netns < 0 ? own : netns, &frame);
    free(frame.start);
    if (netns >= 0)
        close(netns);
    if (own >= 0)
        close(own);
    return sent;
}

struct answer {
    bool refused;
    int status;
    size_t stdout_length, stderr_length;
    char *bytes; /* stdout, then stderr */
};

static uint32_t u32(const char *bytes) {
    uint32_t value;
    memcpy(&value, bytes, sizeof value);
    return ntohl(value);
}

/* See dev.hawser.shim.wire.AnswerFrame. */
static bool receive_answer(int helper, struct answer *answer) {
    char head[16];
    if (!receive_all(helper, head, sizeof head) || memcmp(head, "HWSA", 4) != 0)
        return false;
    answer->refused = head[4] == 1;
    answer->status = (int)(u32(head + 4) & 0xffffff);
    answer->stdout_length = u32(head + 8);
    answer->stderr_length = u32(head + 12);
    if (answer->stdout_length > MAX_ANSWER_BYTES || answer->stderr_length > MAX_ANSWER_BYTES)
        return false;
    size_t length = answer->stdout_length + answer->stderr_length;
    answer->bytes = allocate(length + 1, 1);
    return receive_all(helper, answer->bytes, length);
}

/* Prints the answer, says that it is printed, and ends. Without that word the helper takes an ADD back. */
__attribute__((noreturn)) static void give_answer(int helper, const struct answer *answer) {
    (void)!write_all(STDERR_FILENO, answer->bytes + answer->stdout_length, answer->stderr_length);
    if (!write_all(STDOUT_FILENO, answer->bytes, answer->stdout_length))
        _exit(1);
    (void)!send(helper, "", 1, MSG_NOSIGNAL);
    _exit(answer->status);
}

/* The call was sent, and what became of it is not known. Verbs that may run twice run again; ADD is for the runtime to repeat. */
static void answer_lost(void) {
    if (strcmp(verb(), "ADD") == 0)
        fail_with(TRY_AGAIN_LATER, "the helper went away before it answered: try again later");
}

/* Returns if the JVM is to make the call; stdin is then as it was. */
static void try_helper(int argc, char **argv, uint64_t started) {
    int helper = connect_helper();
    if (helper < 0)
        return;
    struct bytes stdin_bytes = {0};
    bool reads_stdin = strcmp(verb(), "VERSION") != 0;
    if (reads_stdin)
        stdin_bytes = read_stdin();
    struct answer answer = {0};
    if (send_call(helper, argc, argv, started, &stdin_bytes)) {
        if (!receive_answer(helper, &answer))
            answer_lost();
        else if (!answer.refused)
            give_answer(helper, &answer);
    }
    free(answer.bytes);
    close(helper);
    if (reads_stdin)
        put_back(&stdin_bytes);
    free(stdin_bytes.start);
}

/*
 * A runtime may have closed stdin, stdout or stderr: then our own descriptors must not take their numbers, or an answer would be
 * printed into the socket. What O_PATH opens can neither be read nor written (EBADF), as if it were still closed.
 */
static void keep_standard_descriptors(void) {
    for (int fd = STDIN_FILENO; fd <= STDERR_FILENO; fd++)
        if (fcntl(fd, F_GETFD) < 0)
            (void)!open("/", O_PATH);
}

int main(int argc, char **argv) {
    uint64_t started = monotonic_nanos();
    keep_standard_descriptors();
    if (verb())
        try_helper(argc, argv, started);
    char root[PATH_MAX];
    find_installation(root);
    start_jvm(root, verb() ? &FOR_A_CALL : &FOR_A_COMMAND, argc, argv);
}
