/* What the server process spends, read from outside: CPU time and system calls. */
#ifndef SLUICE_BENCH_SERVER_COST_H
#define SLUICE_BENCH_SERVER_COST_H

#include <stdbool.h>
#include <stdint.h>

typedef struct server_cost {
    uint64_t cpu_ns;                    /* the process CPU clock: exact, all threads */
    uint64_t user_ticks, system_ticks;  /* /proc/PID/stat: 10 ms units, split by sampling; use sums of several windows */
    uint64_t syscalls;                  /* 0 unless counting */
} server_cost;

/* Prepares accounting of `pid` (0: every sample is zero). With count_syscalls opens one counter per present thread. */
void server_cost_open(int pid, bool count_syscalls);

/* Adds the CPU time of another process to cpu_ns: of a server that has several. */
void server_cost_add(int pid);

server_cost server_cost_sample(void);

/* CPU time of the server's threads without those of a JVM's compilers: for servers that cannot be given the time to compile all. */
uint64_t server_cost_without_compilers_ns(void);

/* Why system calls are not counted although asked for; NULL when they are, or nobody asked. */
const char *server_cost_no_count_reason(void);

#endif
