/* The load generator: one thread, one run, one line of JSON. See options.c for the command line. */
#include "options.h"
#include "server_cost.h"
#include "user_time.h"
#include "workloads.h"

#include <errno.h>
#include <sched.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>

static void pin(int cpu) {
    cpu_set_t set;
    CPU_ZERO(&set);
    CPU_SET(cpu, &set);
    if (sched_setaffinity(0, sizeof set, &set) < 0) {
        fprintf(stderr, "--cpu %d: %s\n", cpu, strerror(errno));
        exit(1);
    }
}

static void raise_descriptor_limit(void) {
    struct rlimit limit;
    if (getrlimit(RLIMIT_NOFILE, &limit) == 0 && limit.rlim_cur < limit.rlim_max) {
        limit.rlim_cur = limit.rlim_max;
        setrlimit(RLIMIT_NOFILE, &limit);
    }
}

int main(int argc, char **argv) {
    options o;
    options_parse(&o, argc, argv);
    signal(SIGPIPE, SIG_IGN);
    raise_descriptor_limit();
    if (o.cpu >= 0) pin(o.cpu);
    server_cost_open(o.server_pid, o.count_syscalls);
    user_time_open(o.server_pid, (uint64_t)(o.sample_us * 1000), o.measure_s);
    switch (o.mode) {
    case MODE_CLOSED: case MODE_OPEN: (o.datagrams ? run_datagrams : run_echo)(&o); break;
    case MODE_CHURN: run_churn(&o); break;
    case MODE_IDLE: run_idle(&o); break;
    }
    return 0;
}
