#include "clock.h"
#include "transport.h"
#include "window.h"
#include "workloads.h"

static const options *opt;
static const transport *io;
static connection *all;
static window win;
static uint64_t schedule_start_ns, schedule_next; /* open loop: messages released so far, over all connections */
static double interval_ns;

/* Message j of connection i is number j * connections + i of the common schedule. */
static uint64_t intended_ns(const connection *c) {
    double position = (double)c->messages_queued * opt->connections + c->id;
    return schedule_start_ns + (uint64_t)(position * interval_ns);
}

/* Open loop: sends what is due. A message that has to wait for a free slot keeps its intended time. */
static void send_due(connection *c, uint64_t now) {
    uint64_t due;
    while (connection_outstanding(c) < opt->depth && (due = intended_ns(c)) <= now) connection_queue(c, opt, due);
    if (c->sent < c->queued) io->send(c);
}

static void release_due(uint64_t now) {
    while (schedule_start_ns + (uint64_t)((double)schedule_next * interval_ns) <= now)
        send_due(&all[schedule_next++ % opt->connections], now);
}

static void received(void *context, connection *c, const uint8_t *bytes, uint32_t count) {
    (void)context;
    connection_verify(c, opt, bytes, count);
    uint64_t done = c->received / opt->message_bytes;
    if (done == c->messages_done) return;
    uint64_t now = now_ns();
    for (; c->messages_done < done; c->messages_done++)
        window_completed(&win, now - c->sent_at_ns[c->messages_done % opt->depth]);
    if (opt->mode == MODE_OPEN) {
        send_due(c, now);
    } else {
        while (connection_outstanding(c) < opt->depth) connection_queue(c, opt, now);
        io->send(c);
    }
}

static void start_messages(void) {
    schedule_start_ns = now_ns();
    if (opt->mode == MODE_OPEN) {
        interval_ns = 1e9 / opt->rate;
        return;
    }
    for (uint32_t i = 0; i < opt->connections; i++) {
        while (connection_outstanding(&all[i]) < opt->depth) connection_queue(&all[i], opt, now_ns());
        io->send(&all[i]);
    }
}

void run_echo(const options *o) {
    opt = o;
    io = o->engine == ENGINE_URING ? &TRANSPORT_URING : &TRANSPORT_EPOLL;
    all = connections_open(o);
    io->start(o, all, received, NULL);
    window_start(&win, o);
    start_messages();
    bool may_block = o->sleep && o->mode == MODE_CLOSED, polled = true;
    while (window_tick(&win, o, polled)) {
        polled = io->poll(may_block);
        if (o->mode == MODE_OPEN) release_due(now_ns());
    }
    connections_close(all, o->connections);
    window_report(&win, o);
}
