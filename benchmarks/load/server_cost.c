#include "server_cost.h"

#include "clock.h"

#include <dirent.h>
#include <errno.h>
#include <linux/perf_event.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/syscall.h>
#include <unistd.h>

enum { MAX_THREADS = 256, MAX_ADDED = 8 };

static int server_pid;
static clockid_t server_clock, added_clocks[MAX_ADDED];
static int added_count;
static int counters[MAX_THREADS], counter_count;
static char no_count_reason[128];

/* The tracepoint's number; where tracefs is mounted differs between distributions. */
static long syscall_tracepoint(void) {
    static const char *const PLACES[] = {"/sys/kernel/tracing", "/sys/kernel/debug/tracing"};
    for (int i = 0; i < 2; i++) {
        char path[96];
        snprintf(path, sizeof path, "%s/events/raw_syscalls/sys_enter/id", PLACES[i]);
        FILE *f = fopen(path, "re");
        long id = -1;
        if (f && fscanf(f, "%ld", &id) != 1) id = -1;
        if (f) fclose(f);
        if (id >= 0) return id;
    }
    return -1;
}

static void open_counters(void) {
    long id = syscall_tracepoint();
    if (id < 0) {
        snprintf(no_count_reason, sizeof no_count_reason, "tracepoint raw_syscalls:sys_enter not readable (root, tracefs)");
        return;
    }
    char path[64];
    snprintf(path, sizeof path, "/proc/%d/task", server_pid);
    DIR *tasks = opendir(path);
    struct dirent *entry;
    while (tasks && (entry = readdir(tasks)) && counter_count < MAX_THREADS) {
        int tid = atoi(entry->d_name);
        if (tid <= 0) continue;
        /* inherit: threads that the server starts later count too */
        struct perf_event_attr attr = {.type = PERF_TYPE_TRACEPOINT, .size = sizeof attr, .config = (uint64_t)id, .inherit = 1};
        long fd = syscall(SYS_perf_event_open, &attr, tid, -1, -1, 0);
        if (fd >= 0) {
            counters[counter_count++] = (int)fd;
        } else if (errno != ESRCH) {
            snprintf(no_count_reason, sizeof no_count_reason, "perf_event_open: %s", strerror(errno));
        }
    }
    if (tasks) closedir(tasks);
}

static clockid_t clock_of(int pid) {
    clockid_t clock;
    int err = clock_getcpuclockid(pid, &clock);
    if (!err) return clock;
    fprintf(stderr, "load generator: --server-pid %d: %s\n", pid, strerror(err));
    exit(1);
}

void server_cost_add(int pid) {
    if (added_count < MAX_ADDED) added_clocks[added_count++] = clock_of(pid);
}

void server_cost_open(int pid, bool count_syscalls) {
    server_pid = pid;
    if (!pid) return;
    server_clock = clock_of(pid);
    if (count_syscalls) open_counters();
}

static void read_ticks(server_cost *cost) {
    char path[64], line[1024];
    snprintf(path, sizeof path, "/proc/%d/stat", server_pid);
    FILE *f = fopen(path, "re");
    size_t n = f ? fread(line, 1, sizeof line - 1, f) : 0;
    if (f) fclose(f);
    line[n] = 0;
    char *after_name = strrchr(line, ')'); /* the name may contain anything, proc(5) */
    unsigned long long user = 0, system = 0;
    if (after_name) sscanf(after_name + 2, "%*c %*d %*d %*d %*d %*d %*u %*u %*u %*u %*u %llu %llu", &user, &system);
    cost->user_ticks = user;
    cost->system_ticks = system;
}

server_cost server_cost_sample(void) {
    server_cost cost = {0};
    if (!server_pid) return cost;
    cost.cpu_ns = cpu_clock_ns(server_clock);
    for (int i = 0; i < added_count; i++) cost.cpu_ns += cpu_clock_ns(added_clocks[i]);
    read_ticks(&cost);
    for (int i = 0; i < counter_count; i++) {
        uint64_t value;
        if (read(counters[i], &value, sizeof value) == sizeof value) cost.syscalls += value;
    }
    return cost;
}

/* A file of a thread, without its last line feed; false when the thread is gone. */
static bool read_thread(const char *tid, const char *name, char *text, size_t room) {
    char path[96];
    snprintf(path, sizeof path, "/proc/%d/task/%.20s/%s", server_pid, tid, name);
    FILE *f = fopen(path, "re");
    bool got = f && fgets(text, (int)room, f);
    if (f) fclose(f);
    if (got) text[strcspn(text, "\n")] = 0;
    return got;
}

uint64_t server_cost_without_compilers_ns(void) {
    char path[64], text[128];
    snprintf(path, sizeof path, "/proc/%d/task", server_pid);
    DIR *tasks = server_pid ? opendir(path) : NULL;
    struct dirent *entry;
    uint64_t sum = 0;
    while (tasks && (entry = readdir(tasks))) {
        if (entry->d_name[0] == '.' || !read_thread(entry->d_name, "comm", text, sizeof text)) continue;
        if (!strncmp(text, "C1 Compiler", 11) || !strncmp(text, "C2 Compiler", 11)) continue;
        if (read_thread(entry->d_name, "schedstat", text, sizeof text)) sum += strtoull(text, NULL, 10);
    }
    if (tasks) closedir(tasks);
    return sum;
}

const char *server_cost_no_count_reason(void) { return *no_count_reason ? no_count_reason : NULL; }
