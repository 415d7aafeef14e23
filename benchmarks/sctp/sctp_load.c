/*
 * The load generator of SCTP over UDP: one thread that polls, usrsctp, one UDP socket for each association.
 *
 *   echo    every association sends, waits for the echo, compares it, sends again
 *   setup   every association connects, echoes one message, is aborted; then the next on the same UDP socket
 *   close   the same, one at a time and RATE a second: for the latency that the server sees (the abort's reason is its time)
 *
 * With --sleep 1 it waits instead of polling, for servers that need its core, too. One line of JSON on standard output.
 */
#include "usrsctp_end.h"

#include "clock.h"
#include "histogram.h"
#include "server_cost.h"

#include <errno.h>
#include <netinet/in.h>
#include <sched.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/socket.h>
#include <unistd.h>

enum { MAX_ENDS = 1024, EVENTS = 64, CONNECT_TIMEOUT_S = 20 };
enum workload { ECHO, SETUP, CLOSE };

struct end {
    int fd;
    struct socket *so;
    struct end *next;
    bool listed, up;
    uint64_t since_ns; /* of the message, or of the connect */
};

static struct {
    enum workload workload;
    int port, cpu;
    const char *server_pids;
    bool sleep;
    unsigned associations, bytes;
    double warmup_s, measure_s, rate;
} o = {.cpu = -1, .associations = 1, .bytes = 64, .warmup_s = 1, .measure_s = 3, .rate = 200};

static struct end ends[MAX_ENDS], *ready;
static uint8_t pattern[MAX_MESSAGE_BYTES];
static unsigned up;
static bool measuring;
static uint64_t done, next_cycle_ns;
static histogram latency;

static int output(void *address, void *packet, size_t bytes, uint8_t tos, uint8_t df) {
    (void)tos, (void)df;
    send(((struct end *)address)->fd, packet, bytes, 0); /* what the network loses, SCTP sends again */
    return 0;
}

static void noted(struct socket *so, void *arg, int flags) {
    (void)so, (void)flags;
    struct end *e = arg;
    if (e->listed) return;
    e->listed = true;
    e->next = ready;
    ready = e;
}

static void begin(struct end *e) {
    struct sockaddr_conn own = sctp_address(e, 0), peer = sctp_address(e, SCTP_PORT);
    e->so = sctp_socket();
    e->up = false;
    e->since_ns = now_ns();
    usrsctp_set_upcall(e->so, noted, e);
    if (usrsctp_bind(e->so, (struct sockaddr *)&own, sizeof own)) sctp_die("usrsctp_bind", errno);
    if (usrsctp_connect(e->so, (struct sockaddr *)&peer, sizeof peer) && errno != EINPROGRESS) sctp_die("usrsctp_connect", errno);
}

static void send_one(struct end *e) {
    struct sctp_sndinfo how = {.snd_ppid = htonl(51)};
    if (o.workload == ECHO) e->since_ns = now_ns();
    if (usrsctp_sendv(e->so, pattern, o.bytes, NULL, 0, &how, sizeof how, SCTP_SENDV_SNDINFO, 0) < 0) sctp_die("usrsctp_sendv", errno);
}

static void count(const struct end *e) {
    if (!measuring) return;
    done++;
    histogram_record(&latency, now_ns() - e->since_ns);
}

static void finish_cycle(struct end *e) {
    usrsctp_set_upcall(e->so, NULL, NULL);
    sctp_abort_with_time(e->so);
    e->so = NULL;
    count(e);
    if (o.workload == SETUP) begin(e);
}

static void echoed(struct end *e, const uint8_t *message, size_t bytes) {
    if (bytes != o.bytes || memcmp(message, pattern, bytes)) sctp_die("an echo differs from what was sent", EBADMSG);
    if (o.workload != ECHO) {
        finish_cycle(e);
        return;
    }
    count(e);
    send_one(e);
}

static void notified(struct end *e, const union sctp_notification *n) {
    if (n->sn_header.sn_type != SCTP_ASSOC_CHANGE) return;
    if (n->sn_assoc_change.sac_state != SCTP_COMM_UP) sctp_die("an association ended", ECONNRESET);
    if (!e->up) up++;
    e->up = true;
    if (o.workload != ECHO) send_one(e);
}

static void serve(struct end *e) {
    static uint8_t message[MAX_MESSAGE_BYTES];
    struct socket *so = e->so;
    e->listed = false;
    while (so && e->so == so) {
        struct sctp_rcvinfo info;
        socklen_t info_bytes = sizeof info, from_bytes = 0;
        unsigned type;
        int flags = 0;
        ssize_t n = usrsctp_recvv(so, message, sizeof message, NULL, &from_bytes, &info, &info_bytes, &type, &flags);
        if (n < 0 && errno == EAGAIN) return;
        if (n <= 0) sctp_die("usrsctp_recvv", n ? errno : ECONNRESET);
        if (flags & MSG_NOTIFICATION) notified(e, (union sctp_notification *)message);
        else echoed(e, message, (size_t)n);
    }
}

static void take_packets(struct end *e) {
    static uint8_t packet[PACKET_BYTES];
    for (;;) {
        ssize_t n = recv(e->fd, packet, sizeof packet, 0);
        if (n < 0) {
            if (errno == EAGAIN) return;
            if (errno == ECONNREFUSED) sctp_die("the server is gone", errno);
            continue;
        }
        usrsctp_conninput(e, packet, (size_t)n, 0);
    }
}

static void turn(int epoll_fd) {
    struct epoll_event events[EVENTS];
    int n = epoll_wait(epoll_fd, events, EVENTS, o.sleep ? TICK_MS : 0);
    for (int i = 0; i < n; i++) take_packets(events[i].data.ptr);
    while (ready) {
        struct end *e = ready;
        ready = e->next;
        serve(e);
    }
    uint64_t now = now_ns();
    sctp_tick(now);
    if (o.workload == CLOSE && !ends[0].so && now >= next_cycle_ns) {
        next_cycle_ns = now + (uint64_t)(NANOS_PER_SECOND / o.rate);
        begin(&ends[0]);
    }
}

static void run_for(int epoll_fd, double seconds) {
    uint64_t end = now_ns() + (uint64_t)(seconds * NANOS_PER_SECOND);
    while (now_ns() < end) turn(epoll_fd);
}

static void parse(int argc, char **argv) {
    static const char *const WORKLOADS[] = {"echo", "setup", "close"};
    for (int i = 1; i + 1 < argc; i += 2) {
        const char *name = argv[i], *value = argv[i + 1];
        if (!strcmp(name, "--workload")) {
            while (o.workload < CLOSE && strcmp(value, WORKLOADS[o.workload])) o.workload++;
        } else if (!strcmp(name, "--port")) o.port = atoi(value);
        else if (!strcmp(name, "--associations")) o.associations = (unsigned)atoi(value);
        else if (!strcmp(name, "--bytes")) o.bytes = (unsigned)atoi(value);
        else if (!strcmp(name, "--warmup")) o.warmup_s = atof(value);
        else if (!strcmp(name, "--measure")) o.measure_s = atof(value);
        else if (!strcmp(name, "--rate")) o.rate = atof(value);
        else if (!strcmp(name, "--server-pid")) o.server_pids = value;
        else if (!strcmp(name, "--sleep")) o.sleep = !strcmp(value, "1");
        else if (!strcmp(name, "--cpu")) o.cpu = atoi(value);
        else sctp_die(name, EINVAL);
    }
    if (o.workload == CLOSE) o.associations = 1;
    if (argc % 2 && o.port > 0 && o.associations > 0 && o.associations <= MAX_ENDS && o.bytes > 0 && o.bytes <= MAX_MESSAGE_BYTES &&
        o.measure_s > 0 && o.rate > 0)
        return;
    fprintf(stderr,
            "usage: %s --port N [--workload echo|setup|close] [--associations 1..%d] [--bytes 1..%d] [--warmup S] [--measure S]\n"
            "       [--rate CLOSES_A_SECOND] [--server-pid N,...] [--cpu N] [--sleep 1]\n", argv[0], MAX_ENDS, MAX_MESSAGE_BYTES);
    exit(2);
}

/* Of the first process and, behind commas, of others. */
static void open_costs(void) {
    char *end = NULL;
    if (!o.server_pids) return;
    server_cost_open((int)strtol(o.server_pids, &end, 10), false);
    while (*end == ',') server_cost_add((int)strtol(end + 1, &end, 10));
}

static void measure(int epoll_fd) {
    run_for(epoll_fd, o.warmup_s);
    server_cost before = server_cost_sample();
    uint64_t began = now_ns();
    measuring = true;
    run_for(epoll_fd, o.measure_s);
    measuring = false;
    double seconds = (double)(now_ns() - began) / NANOS_PER_SECOND;
    server_cost after = server_cost_sample();
    double cpu_us = (double)(after.cpu_ns - before.cpu_ns) / 1000;
    printf("{\"count\":%llu,\"seconds\":%.6f,\"rate\":%.1f,\"cpu_us\":%.3f,\"busy\":%.3f,\"p50_us\":%.2f,\"p99_us\":%.2f}\n",
           (unsigned long long)done, seconds, (double)done / seconds, done ? cpu_us / (double)done : 0, cpu_us / seconds / 1e6,
           (double)histogram_percentile(&latency, 0.5) / 1000, (double)histogram_percentile(&latency, 0.99) / 1000);
}

int main(int argc, char **argv) {
    parse(argc, argv);
    cpu_set_t own;
    CPU_ZERO(&own);
    if (o.cpu >= 0) {
        CPU_SET((unsigned)o.cpu, &own);
        if (sched_setaffinity(0, sizeof own, &own)) sctp_die("--cpu", errno);
    }
    for (size_t i = 0; i < sizeof pattern; i++) pattern[i] = (uint8_t)(i * 31 + 7);
    open_costs();
    sctp_start(output);
    int epoll_fd = epoll_create1(EPOLL_CLOEXEC);
    for (unsigned i = 0; i < o.associations; i++) {
        struct end *e = &ends[i];
        e->fd = sctp_udp_socket(0, o.port, false);
        usrsctp_register_address(e);
        struct epoll_event ev = {.events = EPOLLIN, .data.ptr = e};
        if (epoll_ctl(epoll_fd, EPOLL_CTL_ADD, e->fd, &ev)) sctp_die("epoll_ctl", errno);
        if (o.workload != CLOSE) begin(e);
    }
    uint64_t patience = now_ns() + CONNECT_TIMEOUT_S * NANOS_PER_SECOND;
    while (o.workload == ECHO && up < o.associations) {
        turn(epoll_fd);
        if (now_ns() > patience) sctp_die("not all associations were established", ETIMEDOUT);
    }
    for (unsigned i = 0; o.workload == ECHO && i < o.associations; i++) send_one(&ends[i]);
    measure(epoll_fd);
    for (unsigned i = 0; i < o.associations; i++) {
        if (ends[i].so) sctp_abort_with_time(ends[i].so);
    }
    return 0;
}
