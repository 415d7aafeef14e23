/*
 * The load generator for SCTP of the kernel: one thread that sleeps in epoll, one-to-one sockets.
 *
 *   echo    every association sends, waits for the echo, compares it, sends again
 *   setup   every association connects, echoes one message, is aborted; then the next
 *
 * A window is a number of messages (or associations), not a time: with the same work in each, windows of a slow machine are as
 * exact as those of a fast one. With --udp-port the peer is reached in UDP, which takes the sysctl net.sctp.udp_port. One line of
 * JSON on standard output.
 */
#include "kernel_end.h"

#include "clock.h"
#include "histogram.h"
#include "server_cost.h"

#include <errno.h>
#include <netinet/in.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/socket.h>
#include <unistd.h>

enum { MAX_ENDS = 1024, EVENTS = 64, PATIENCE_MS = 60000, PPID = 51 };

struct end {
    int fd;
    bool up;
    uint64_t since_ns; /* of the message, or of the connect */
};

static struct {
    int port, udp_port, server_pid;
    bool setup, count_syscalls;
    unsigned associations, bytes;
    uint64_t warmup, messages;
} o = {.associations = 1, .bytes = 64, .warmup = 100, .messages = 1000};

static struct end ends[MAX_ENDS];
static uint8_t pattern[MAX_MESSAGE_BYTES];
static int epoll_fd;
static unsigned up;
static uint64_t done, began_ns, ended_ns;
static server_cost before, after;
static uint64_t cpu_before_ns, cpu_after_ns; /* without compilers */
static histogram latency;

static void watch(struct end *e, int how, uint32_t events) {
    struct epoll_event ev = {.events = events, .data.ptr = e};
    if (epoll_ctl(epoll_fd, how, e->fd, &ev)) kernel_die("epoll_ctl", errno);
}

static void begin(struct end *e) {
    struct sockaddr_in a = {.sin_family = AF_INET, .sin_port = htons((uint16_t)o.port), .sin_addr.s_addr = htonl(INADDR_LOOPBACK)};
    e->up = false;
    e->since_ns = now_ns();
    e->fd = kernel_socket();
    if (o.udp_port) kernel_in_udp(e->fd, o.udp_port);
    if (connect(e->fd, (struct sockaddr *)&a, sizeof a) && errno != EINPROGRESS) kernel_die("connect", errno);
    watch(e, EPOLL_CTL_ADD, EPOLLOUT);
}

static void send_one(struct end *e) {
    struct message_info info = {.stream = 0, .ppid = htonl(PPID)};
    if (!o.setup) e->since_ns = now_ns();
    if (kernel_send(e->fd, pattern, o.bytes, &info) < 0) kernel_die("send", errno);
}

/* The window is from the end of the warm-up to the last of its messages. */
static void count(const struct end *e) {
    done++;
    if (done == o.warmup) {
        before = server_cost_sample();
        cpu_before_ns = server_cost_without_compilers_ns();
        began_ns = now_ns();
    } else if (done > o.warmup && done <= o.warmup + o.messages) {
        histogram_record(&latency, now_ns() - e->since_ns);
        if (done < o.warmup + o.messages) return;
        ended_ns = now_ns();
        after = server_cost_sample();
        cpu_after_ns = server_cost_without_compilers_ns();
    }
}

static void came_up(struct end *e) {
    int err = 0;
    socklen_t bytes = sizeof err;
    if (getsockopt(e->fd, SOL_SOCKET, SO_ERROR, &err, &bytes) || err) kernel_die("an association was not established", err);
    e->up = true;
    up++;
    watch(e, EPOLL_CTL_MOD, EPOLLIN);
    if (o.setup) send_one(e);
}

static void receive(struct end *e) {
    static uint8_t message[MAX_MESSAGE_BYTES];
    struct message_info info = {0};
    ssize_t n = kernel_receive(e->fd, message, sizeof message, &info);
    if (n < 0 && errno == EAGAIN) return;
    if (n <= 0) kernel_die("an association ended", n ? errno : ECONNRESET);
    if (n != o.bytes || memcmp(message, pattern, o.bytes) || ntohl(info.ppid) != PPID || info.stream != 0)
        kernel_die("an echo differs from what was sent", EBADMSG);
    if (o.setup) {
        close(e->fd); /* sends ABORT */
        count(e);
        begin(e);
    } else {
        count(e);
        send_one(e);
    }
}

static void turn(void) {
    struct epoll_event events[EVENTS];
    int n = epoll_wait(epoll_fd, events, EVENTS, PATIENCE_MS);
    if (n == 0) kernel_die("the server does not answer", ETIMEDOUT);
    for (int i = 0; i < n; i++) {
        struct end *e = events[i].data.ptr;
        if (e->up) receive(e);
        else came_up(e);
    }
}

static void parse(int argc, char **argv) {
    for (int i = 1; i + 1 < argc; i += 2) {
        const char *name = argv[i], *value = argv[i + 1];
        if (!strcmp(name, "--workload")) {
            o.setup = !strcmp(value, "setup");
            if (!o.setup && strcmp(value, "echo")) kernel_die(value, EINVAL);
        } else if (!strcmp(name, "--port")) o.port = atoi(value);
        else if (!strcmp(name, "--udp-port")) o.udp_port = atoi(value);
        else if (!strcmp(name, "--associations")) o.associations = (unsigned)atoi(value);
        else if (!strcmp(name, "--bytes")) o.bytes = (unsigned)atoi(value);
        else if (!strcmp(name, "--warmup")) o.warmup = strtoull(value, NULL, 10);
        else if (!strcmp(name, "--messages")) o.messages = strtoull(value, NULL, 10);
        else if (!strcmp(name, "--server-pid")) o.server_pid = atoi(value);
        else if (!strcmp(name, "--count-syscalls")) o.count_syscalls = !strcmp(value, "1");
        else kernel_die(name, EINVAL);
    }
    if (argc % 2 && o.port > 0 && o.associations > 0 && o.associations <= MAX_ENDS && o.bytes > 0 && o.bytes <= MAX_MESSAGE_BYTES &&
        o.warmup > 0 && o.messages > 0)
        return;
    fprintf(stderr,
            "usage: %s --port N [--udp-port N] [--workload echo|setup] [--associations 1..%d] [--bytes 1..%d] [--warmup MESSAGES]\n"
            "       [--messages N] [--server-pid N [--count-syscalls 1]]\n", argv[0], MAX_ENDS, MAX_MESSAGE_BYTES);
    exit(2);
}

static void report(void) {
    double seconds = (double)(ended_ns - began_ns) / NANOS_PER_SECOND, n = (double)o.messages;
    printf("{\"rate\":%.1f,\"cpu_us\":%.3f,\"all_cpu_us\":%.3f,\"p50_us\":%.2f,\"p99_us\":%.2f,\"syscalls\":%.3f}\n", n / seconds,
           (double)(cpu_after_ns - cpu_before_ns) / 1000 / n, (double)(after.cpu_ns - before.cpu_ns) / 1000 / n,
           (double)histogram_percentile(&latency, 0.5) / 1000, (double)histogram_percentile(&latency, 0.99) / 1000,
           (double)(after.syscalls - before.syscalls) / n);
    if (o.count_syscalls && server_cost_no_count_reason()) kernel_die(server_cost_no_count_reason(), ENOTSUP);
}

int main(int argc, char **argv) {
    parse(argc, argv);
    for (size_t i = 0; i < sizeof pattern; i++) pattern[i] = (uint8_t)(i * 31 + 7);
    server_cost_open(o.server_pid, o.count_syscalls);
    epoll_fd = epoll_create1(EPOLL_CLOEXEC);
    for (unsigned i = 0; i < o.associations; i++) begin(&ends[i]);
    while (!o.setup && up < o.associations) turn();
    for (unsigned i = 0; !o.setup && i < o.associations; i++) send_one(&ends[i]);
    while (done < o.warmup + o.messages) turn();
    report();
    return 0; /* every association is aborted */
}
