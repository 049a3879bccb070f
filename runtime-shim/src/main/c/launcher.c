/*
 * The launcher: the small static executable that a container runtime really starts.
 *
 * It finds its installation and starts the JVM in its own place. What the JVM is given:
 *
 *   <root>/runtime/bin/java
 *       the lines of <root>/conf/jvm.options
 *       -XX:AOTCache=<root>/lib/hawser.aot         (when the file is there)
 *       -Djffi.boot.library.path=<root>/lib/native (jffi would unpack its library into /tmp otherwise)
 *       -Dhawser.home=<root> -Dhawser.argv0=<argv[0]>
 *       -cp <the jars that <root>/lib/classpath names, in that order: the AOT cache is valid for one order only>
 *       dev.hawser.app.Main argv[1] argv[2] ...
 *
 * stdin, stdout, stderr and the environment are inherited, except for the variables that would change the JVM.
 */
#define _GNU_SOURCE
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

enum {
    MAX_CONFIG_BYTES = 64 * 1024, /* of jvm.options, and of classpath */
    MAX_LINES = 256,              /* in each of them */
    MAX_ERROR_BYTES = 2 * PATH_MAX + 512,
};

#define MAIN_CLASS "dev.hawser.app.Main"

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

__attribute__((noreturn, format(printf, 1, 2))) static void fail(const char *format, ...) {
    char message[MAX_ERROR_BYTES];
    va_list arguments;
    va_start(arguments, format);
    vsnprintf(message, sizeof message, format, arguments);
    va_end(arguments);

    const char *command = getenv("CNI_COMMAND");
    if (command && *command) {
        printf("{\n    \"code\": 999,\n    \"msg\": ");
        print_json_string(message);
        printf("\n}");
    } else {
        fprintf(stderr, "hawser: %s\n", message);
    }
    fflush(NULL);
    _exit(1);
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

static char *class_path(const char *root) {
    char *path = text_of("%s/lib/classpath", root);
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
static void forget_jvm_variables(void) {
    unsetenv("JAVA_TOOL_OPTIONS");
    unsetenv("_JAVA_OPTIONS");
    unsetenv("JDK_JAVA_OPTIONS");
    /* A runtime starts plugins without a locale; the JVM would then lose every byte beyond ASCII of paths and names. */
    setenv("LC_ALL", "C.UTF-8", 1);
}

__attribute__((noreturn)) static void start_jvm(const char *root, int argc, char **argv) {
    struct lines options = read_lines(text_of("%s/conf/jvm.options", root));
    size_t own = 8; /* java, AOT cache, three properties, -cp and its value, the main class */
    char **command = allocate(own + options.count + (size_t)argc + 1, sizeof *command);
    char *java = text_of("%s/runtime/bin/java", root);
    size_t n = 0;

    command[n++] = java;
    for (size_t i = 0; i < options.count; i++)
        command[n++] = options.line[i];
    if (exists(root, "lib/hawser.aot"))
        command[n++] = text_of("-XX:AOTCache=%s/lib/hawser.aot", root);
    command[n++] = text_of("-Djffi.boot.library.path=%s/lib/native", root);
    command[n++] = text_of("-Dhawser.home=%s", root);
    command[n++] = text_of("-Dhawser.argv0=%s", argc > 0 ? argv[0] : "hawser");
    command[n++] = text_of("-cp");
    command[n++] = class_path(root);
    command[n++] = text_of(MAIN_CLASS);
    for (int i = 1; i < argc; i++)
        command[n++] = argv[i];

    forget_jvm_variables();
    execv(java, command);
    fail("start %s: %s: is the installation complete?", java, strerror(errno));
}

int main(int argc, char **argv) {
    char root[PATH_MAX];
    find_installation(root);
    start_jvm(root, argc, argv);
}
