/*
 * How a server's CPU time splits into user and system: samples taken by a timer of its own on the server's CPUs.
 *
 * The kernel's own split counts scheduler ticks, and a tick is no random moment: tasks that share a core change at
 * ticks, which shifts the split by a multiple of what is to be measured here. A timer with an odd period, that runs on
 * the CPU and not with the task, has no such preference and costs each server the same (below 1 % at 2 kHz).
 */
#ifndef SLUICE_BENCH_USER_TIME_H
#define SLUICE_BENCH_USER_TIME_H

#include <stdint.h>

typedef struct user_time {
    uint64_t user_samples, system_samples;
} user_time;

/* Starts sampling `pid` every period_ns for windows up to window_s. 0: no sampling. Needs root (perf_event_paranoid). */
void user_time_open(int pid, uint64_t period_ns, double window_s);

/* Forgets what was sampled so far. */
void user_time_reset(void);

/* The samples since the reset; zeros when sampling is off or not allowed. */
user_time user_time_read(void);

#endif
