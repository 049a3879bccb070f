/*
 * The stopwatch: stands in for a container runtime, and measures what a runtime waits for: from just before a plugin is
 * started until it is reaped.
 *
 * It reads batches of jobs on stdin until that ends, and answers each on stdout. Numbers are unsigned and in this
 * machine's byte order; u32 has four bytes, u64 eight.
 *
 *   batch:   u32 together (0: one after another, 1: all at once) | u32 jobs | the jobs
 *   job:     u32 arguments | u32 variables | u32 bytes of text | u32 bytes of stdin
 *            | the arguments, the program first, then the variables, each ended by a zero | stdin
 *
 *   answer:  u64 tasks started meanwhile: processes and threads, on the whole machine | the outcomes, as the jobs were
 *   outcome: u64 start in ns | u64 end in ns, both on one clock | u32 wait status (waitpid(2))
 *            | u32 bytes of stdout | u32 bytes of stderr | stdout | stderr
 *
 * A job's stdin, stdout and stderr are files in memory (memfd_create(2)), made before the clock starts: nobody has to read
 * while the clock runs. Jobs that run at once have a thread each, as a runtime has, and all start at a barrier.
 */
#define _GNU_SOURCE
#include <errno.h>
#include <inttypes.h>
#include <pthread.h>
#include <spawn.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

enum {
    MAX_JOBS = 1024,
    MAX_WORDS = 256,             /* arguments and variables of a job */
    MAX_TEXT_BYTES = 256 * 1024, /* all of them together */
    MAX_STDIN_BYTES = 4 * 1024 * 1024,
    MAX_OUTPUT_BYTES = 1024 * 1024, /* of stdout and of stderr: what is beyond is not reported */
    STACK_BYTES = 64 * 1024,
};

struct job {
    char *text;
    char **arguments; /* ended by NULL, as are the variables, which stand behind it */
    char **variables;
    int stdio[3];
    uint64_t started;
    uint64_t ended;
    int status;
    pthread_barrier_t *line; /* where those that run at once wait for each other */
};

struct batch {
    bool together;
    uint32_t count;
    struct job *jobs;
};

__attribute__((noreturn, format(printf, 1, 2))) static void fail(const char *format, ...) {
    va_list arguments;
    va_start(arguments, format);
    fputs("stopwatch: ", stderr);
    vfprintf(stderr, format, arguments);
    va_end(arguments);
    fputc('\n', stderr);
    _exit(1);
}

static void *allocate(size_t count, size_t size) {
    void *memory = calloc(count, size);
    if (!memory)
        fail("out of memory");
    return memory;
}

/* --- Reading. --- */

static void read_whole(void *into, size_t bytes) {
    if (fread(into, 1, bytes, stdin) != bytes)
        fail("read a batch: it ends too early");
}

static uint32_t read_u32(const char *what, uint32_t most) {
    uint32_t number;
    read_whole(&number, sizeof number);
    if (number > most)
        fail("read a batch: %" PRIu32 " %s: at most %" PRIu32, number, what, most);
    return number;
}

static int memory_file(const char *name) {
    int fd = memfd_create(name, MFD_CLOEXEC);
    if (fd < 0)
        fail("make a file in memory for %s: %s", name, strerror(errno));
    return fd;
}

static void write_whole(int fd, const char *bytes, size_t count) {
    for (size_t written = 0; written < count;) {
        ssize_t n = write(fd, bytes + written, count - written);
        if (n < 0 && errno != EINTR)
            fail("write stdin of a job: %s", strerror(errno));
        written += n > 0 ? (size_t)n : 0;
    }
}

static int read_stdin_of_job(uint32_t bytes) {
    char *content = allocate(bytes + 1, 1);
    read_whole(content, bytes);
    int fd = memory_file("stdin");
    write_whole(fd, content, bytes);
    if (lseek(fd, 0, SEEK_SET) < 0)
        fail("rewind stdin of a job: %s", strerror(errno));
    free(content);
    return fd;
}

/* The next word of the text; the text's last byte is known to be zero. */
static char *next_word(char **rest, const char *end) {
    if (*rest >= end)
        fail("read a batch: fewer words than announced");
    char *word = *rest;
    *rest += strlen(word) + 1;
    return word;
}

static void split_words(struct job *job, uint32_t arguments, uint32_t variables, uint32_t bytes) {
    char *rest = job->text, *end = job->text + bytes;
    job->arguments = allocate((size_t)arguments + variables + 2, sizeof *job->arguments);
    job->variables = job->arguments + arguments + 1;
    for (uint32_t i = 0; i < arguments; i++)
        job->arguments[i] = next_word(&rest, end);
    for (uint32_t i = 0; i < variables; i++)
        job->variables[i] = next_word(&rest, end);
}

static struct job read_job(void) {
    struct job job = {0};
    uint32_t arguments = read_u32("arguments", MAX_WORDS);
    uint32_t variables = read_u32("variables", MAX_WORDS);
    uint32_t text_bytes = read_u32("bytes of text", MAX_TEXT_BYTES);
    uint32_t stdin_bytes = read_u32("bytes of stdin", MAX_STDIN_BYTES);
    if (!arguments)
        fail("read a batch: a job names no program");
    job.text = allocate(text_bytes + 1, 1);
    read_whole(job.text, text_bytes);
    split_words(&job, arguments, variables, text_bytes);
    job.stdio[STDIN_FILENO] = read_stdin_of_job(stdin_bytes);
    job.stdio[STDOUT_FILENO] = memory_file("stdout");
    job.stdio[STDERR_FILENO] = memory_file("stderr");
    return job;
}

/* False at the end of stdin. */
static bool read_batch(struct batch *batch) {
    int c = getc(stdin);
    if (c == EOF)
        return false;
    ungetc(c, stdin);
    batch->together = read_u32("as a truth value", 1);
    batch->count = read_u32("jobs", MAX_JOBS);
    batch->jobs = allocate(batch->count, sizeof *batch->jobs);
    for (uint32_t i = 0; i < batch->count; i++)
        batch->jobs[i] = read_job();
    return true;
}

/* --- Running. --- */

static uint64_t now(void) {
    struct timespec time;
    if (clock_gettime(CLOCK_MONOTONIC, &time) < 0)
        fail("read the clock: %s", strerror(errno));
    return (uint64_t)time.tv_sec * 1000000000u + (uint64_t)time.tv_nsec;
}

/* How many tasks the machine has ever started: "processes" of /proc/stat (proc(5)), which counts threads too. */
static uint64_t tasks_started(void) {
    char line[4096];
    uint64_t tasks;
    FILE *stat = fopen("/proc/stat", "re");
    if (!stat)
        fail("open /proc/stat: %s", strerror(errno));
    while (fgets(line, sizeof line, stat)) {
        if (sscanf(line, "processes %" SCNu64, &tasks) == 1) {
            fclose(stat);
            return tasks;
        }
    }
    fail("read /proc/stat: it has no line \"processes\"");
}

static posix_spawn_file_actions_t redirections(const struct job *job) {
    posix_spawn_file_actions_t actions;
    int error = posix_spawn_file_actions_init(&actions);
    for (int fd = 0; fd < 3 && !error; fd++)
        error = posix_spawn_file_actions_adddup2(&actions, job->stdio[fd], fd);
    if (error)
        fail("prepare a job: %s", strerror(error));
    return actions;
}

static void reap(pid_t pid, int *status) {
    while (waitpid(pid, status, 0) < 0) {
        if (errno != EINTR)
            fail("wait for a job: %s", strerror(errno));
    }
}

static void *run(void *argument) {
    struct job *job = argument;
    posix_spawn_file_actions_t actions = redirections(job);
    pid_t pid;

    if (job->line)
        pthread_barrier_wait(job->line);
    job->started = now();
    int error = posix_spawn(&pid, job->arguments[0], &actions, NULL, job->arguments, job->variables);
    if (error)
        fail("start %s: %s", job->arguments[0], strerror(error));
    reap(pid, &job->status);
    job->ended = now();
    posix_spawn_file_actions_destroy(&actions);
    return NULL;
}

static pthread_t start_thread(struct job *job) {
    pthread_attr_t attributes;
    pthread_t thread;
    int error = pthread_attr_init(&attributes);
    if (!error)
        error = pthread_attr_setstacksize(&attributes, STACK_BYTES);
    if (!error)
        error = pthread_create(&thread, &attributes, run, job);
    if (error)
        fail("start a thread: %s", strerror(error));
    pthread_attr_destroy(&attributes);
    return thread;
}

/* Returns how many tasks were started, without our own threads. */
static uint64_t run_together(struct batch *batch) {
    pthread_barrier_t line;
    pthread_t *threads = allocate(batch->count, sizeof *threads);
    int error = pthread_barrier_init(&line, NULL, batch->count + 1);
    if (error)
        fail("make a barrier: %s", strerror(error));
    for (uint32_t i = 0; i < batch->count; i++) {
        batch->jobs[i].line = &line;
        threads[i] = start_thread(&batch->jobs[i]);
    }
    uint64_t before = tasks_started();
    pthread_barrier_wait(&line);
    for (uint32_t i = 0; i < batch->count; i++)
        pthread_join(threads[i], NULL);
    pthread_barrier_destroy(&line);
    free(threads);
    return tasks_started() - before;
}

static uint64_t run_one_after_another(struct batch *batch) {
    uint64_t before = tasks_started();
    for (uint32_t i = 0; i < batch->count; i++)
        run(&batch->jobs[i]);
    return tasks_started() - before;
}

/* --- Answering. --- */

static void put(const void *bytes, size_t count) {
    if (fwrite(bytes, 1, count, stdout) != count)
        fail("write the answer: %s", strerror(errno));
}

static void put_u32(uint32_t number) {
    put(&number, sizeof number);
}

static void put_u64(uint64_t number) {
    put(&number, sizeof number);
}

static uint32_t length_of(int fd) {
    struct stat stat;
    if (fstat(fd, &stat) < 0)
        fail("measure the output of a job: %s", strerror(errno));
    return stat.st_size > MAX_OUTPUT_BYTES ? MAX_OUTPUT_BYTES : (uint32_t)stat.st_size;
}

static void put_file(int fd, uint32_t length) {
    char *content = allocate(length + 1, 1);
    for (uint32_t done = 0; done < length;) {
        ssize_t n = pread(fd, content + done, length - done, done);
        if (n == 0)
            fail("read the output of a job: it became shorter");
        if (n < 0 && errno != EINTR)
            fail("read the output of a job: %s", strerror(errno));
        done += n > 0 ? (uint32_t)n : 0;
    }
    put(content, length);
    free(content);
}

static void put_outcome(const struct job *job) {
    uint32_t out_bytes = length_of(job->stdio[STDOUT_FILENO]);
    uint32_t err_bytes = length_of(job->stdio[STDERR_FILENO]);
    put_u64(job->started);
    put_u64(job->ended);
    put_u32((uint32_t)job->status);
    put_u32(out_bytes);
    put_u32(err_bytes);
    put_file(job->stdio[STDOUT_FILENO], out_bytes);
    put_file(job->stdio[STDERR_FILENO], err_bytes);
}

static void answer(const struct batch *batch, uint64_t tasks) {
    put_u64(tasks);
    for (uint32_t i = 0; i < batch->count; i++)
        put_outcome(&batch->jobs[i]);
    if (fflush(stdout) == EOF)
        fail("write the answer: %s", strerror(errno));
}

static void release(struct batch *batch) {
    for (uint32_t i = 0; i < batch->count; i++) {
        struct job *job = &batch->jobs[i];
        for (int fd = 0; fd < 3; fd++)
            close(job->stdio[fd]);
        free(job->arguments);
        free(job->text);
    }
    free(batch->jobs);
}

int main(void) {
    struct batch batch;
    while (read_batch(&batch)) {
        uint64_t tasks = batch.together ? run_together(&batch) : run_one_after_another(&batch);
        answer(&batch, tasks);
        release(&batch);
    }
    return 0;
}
