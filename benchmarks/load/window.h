/* One run's measured window: when it begins and ends, and everything that is summed up within it. */
#ifndef SLUICE_BENCH_WINDOW_H
#define SLUICE_BENCH_WINDOW_H

#include "histogram.h"
#include "options.h"
#include "server_cost.h"
#include "user_time.h"

/*
 *   WARMING --warmup_s--> MEASURING --measure_s--> TAIL --tail_s--> OVER
 *              prints BEGIN           prints END
 * The tail keeps the load on while the runner asks the server for its own counters.
 */
enum phase { WARMING, MEASURING, TAIL, OVER };

typedef struct window {
    enum phase phase;
    uint64_t phase_ends_ns, began_ns, ended_ns;
    uint64_t messages;     /* completed within the window (churn: connections) */
    uint64_t all_messages; /* since the start */
    uint64_t lost;         /* datagrams given up within the window */
    uint64_t idle_ns;      /* time within the window in polls that found nothing */
    uint64_t last_poll_ns, own_cpu_ns;
    server_cost server_begin, server_end;
    user_time server_split;
    histogram latency;
} window;

void window_start(window *w, const options *o);

/* One message (churn: one connection) completed with this latency. */
static inline void window_completed(window *w, uint64_t latency_ns) {
    w->all_messages++;
    if (w->phase != MEASURING) return;
    w->messages++;
    histogram_record(&w->latency, latency_ns);
}

static inline void window_lost(window *w, uint64_t datagrams) {
    if (w->phase == MEASURING) w->lost += datagrams;
}

/* To be called once per poll. False when the run is over. */
bool window_tick(window *w, const options *o, bool polled_something);

/* Prints the one JSON line. */
void window_report(const window *w, const options *o);

#endif
