#include "clock.h"
#include "window.h"

#include <stdio.h>
#include <string.h>

void window_start(window *w, const options *o) {
    memset(w, 0, sizeof *w);
    w->last_poll_ns = now_ns();
    w->phase_ends_ns = w->last_poll_ns + (uint64_t)(o->warmup_s * 1e9);
}

static void say(const char *line) {
    puts(line);
    fflush(stdout);
}

static void begin(window *w, uint64_t now, const options *o) {
    say("BEGIN");
    w->phase = MEASURING;
    w->phase_ends_ns = now + (uint64_t)(o->measure_s * 1e9);
    w->server_begin = server_cost_sample();
    w->own_cpu_ns = cpu_clock_ns(CLOCK_THREAD_CPUTIME_ID);
    user_time_reset();
    w->began_ns = now_ns();
}

static void end(window *w, const options *o) {
    w->ended_ns = now_ns();
    w->server_end = server_cost_sample();
    w->server_split = user_time_read();
    w->own_cpu_ns = cpu_clock_ns(CLOCK_THREAD_CPUTIME_ID) - w->own_cpu_ns;
    say("END");
    w->phase = TAIL;
    w->phase_ends_ns = w->ended_ns + (uint64_t)(o->tail_s * 1e9);
}

bool window_tick(window *w, const options *o, bool polled_something) {
    uint64_t now = now_ns();
    if (!polled_something && w->phase == MEASURING) w->idle_ns += now - w->last_poll_ns;
    if (now >= w->phase_ends_ns) {
        if (w->phase == WARMING) begin(w, now, o);
        else if (w->phase == MEASURING) end(w, o);
        else w->phase = OVER;
        now = now_ns();
    }
    w->last_poll_ns = now;
    return w->phase != OVER;
}

static void print_latency(const histogram *h) {
    printf(",\"latency_mean_ns\":%.0f,\"p50_ns\":%llu,\"p99_ns\":%llu,\"p999_ns\":%llu,\"max_ns\":%llu",
           h->count ? (double)h->sum_ns / (double)h->count : 0.0, (unsigned long long)histogram_percentile(h, 0.5),
           (unsigned long long)histogram_percentile(h, 0.99), (unsigned long long)histogram_percentile(h, 0.999),
           (unsigned long long)h->max_ns);
}

void window_report(const window *w, const options *o) {
    uint64_t wall_ns = w->ended_ns - w->began_ns;
    const server_cost *b = &w->server_begin, *e = &w->server_end;
    printf("{\"name\":\"%s\",\"mode\":\"%s\",\"transport\":\"%s\",\"generator_engine\":\"%s\"", o->name, mode_name(o->mode),
           o->unix_path ? "unix" : o->datagrams ? "udp" : "tcp", engine_name(o->engine));
    printf(",\"connections\":%u,\"message_bytes\":%u,\"depth\":%u,\"offered_rate\":%.0f", o->connections, o->message_bytes,
           o->depth, o->rate);
    printf(",\"wall_ns\":%llu,\"messages\":%llu,\"all_messages\":%llu,\"rate\":%.1f", (unsigned long long)wall_ns,
           (unsigned long long)w->messages, (unsigned long long)w->all_messages,
           (double)w->messages * 1e9 / (double)wall_ns);
    print_latency(&w->latency);
    printf(",\"generator_cpu_ns\":%llu,\"generator_idle_ns\":%llu", (unsigned long long)w->own_cpu_ns,
           (unsigned long long)w->idle_ns);
    printf(",\"server_cpu_ns\":%llu,\"server_user_ticks\":%llu,\"server_system_ticks\":%llu",
           (unsigned long long)(e->cpu_ns - b->cpu_ns), (unsigned long long)(e->user_ticks - b->user_ticks),
           (unsigned long long)(e->system_ticks - b->system_ticks));
    if (o->datagrams) printf(",\"lost\":%llu", (unsigned long long)w->lost);
    if (w->server_split.user_samples + w->server_split.system_samples > 0)
        printf(",\"server_user_samples\":%llu,\"server_system_samples\":%llu",
               (unsigned long long)w->server_split.user_samples, (unsigned long long)w->server_split.system_samples);
    if (o->count_syscalls && !server_cost_no_count_reason())
        printf(",\"server_syscalls\":%llu", (unsigned long long)(e->syscalls - b->syscalls));
    if (server_cost_no_count_reason()) printf(",\"not_counted\":\"%s\"", server_cost_no_count_reason());
    say("}");
}
