/*
 * Churn: `connections` slots, each going round connect -> one request -> its echo -> close. Latency is the time from
 * before the connect to the complete response. The client closes first, so TIME_WAIT stays on its side.
 */
#include "clock.h"
#include "connections.h"
#include "window.h"
#include "workloads.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/socket.h>
#include <unistd.h>

enum { EVENTS_PER_WAIT = 256 };

struct slot {
    int fd;
    uint32_t received;
    uint64_t began_ns, number; /* number: the first 8 bytes of the request, different for each */
};

static const options *opt;
static struct slot *slots;
static uint8_t *request, *response;
static uint64_t opened;
static int epoll_fd;
static window win;

static _Noreturn void fail(const char *what, int err) {
    fprintf(stderr, "load generator: churn: %s: %s\n", what, strerror(err));
    exit(1);
}

static void begin_exchange(struct slot *s) {
    s->began_ns = now_ns();
    s->received = 0;
    s->number = opened++;
    s->fd = connect_to_server(opt, (uint32_t)s->number);
    memcpy(request, &s->number, sizeof s->number);
    struct epoll_event e = {.events = EPOLLIN | EPOLLRDHUP, .data.ptr = s};
    if (epoll_ctl(epoll_fd, EPOLL_CTL_ADD, s->fd, &e) < 0) fail("epoll_ctl", errno);
    ssize_t n = send(s->fd, request, opt->message_bytes, MSG_NOSIGNAL);
    if (n != (ssize_t)opt->message_bytes) fail("a fresh socket did not take a whole request", n < 0 ? errno : EAGAIN);
}

/* True when the whole response is there. */
static bool receive_response(struct slot *s) {
    ssize_t n = recv(s->fd, response, opt->message_bytes - s->received, 0);
    if (n < 0 && errno == EAGAIN) return false;
    if (n <= 0) fail("the server closed before its response was complete", n < 0 ? errno : ECONNRESET);
    memcpy(request, &s->number, sizeof s->number);
    if (memcmp(response, request + s->received, (size_t)n) != 0) {
        fprintf(stderr, "load generator: churn: the response differs from the request\n");
        exit(3);
    }
    s->received += (uint32_t)n;
    return s->received == opt->message_bytes;
}

static void end_exchange(struct slot *s) {
    window_completed(&win, now_ns() - s->began_ns);
    close(s->fd);
    s->fd = -1;
}

void run_churn(const options *o) {
    opt = o;
    slots = calloc(o->connections, sizeof *slots);
    request = calloc(1, o->message_bytes);
    response = malloc(o->message_bytes);
    if (!slots || !request || !response) fail("memory", ENOMEM);
    for (uint32_t i = 0; i < o->message_bytes; i++) request[i] = (uint8_t)(i * 31 + 7);
    epoll_fd = epoll_create1(EPOLL_CLOEXEC);
    window_start(&win, o);
    for (uint32_t i = 0; i < o->connections; i++) begin_exchange(&slots[i]);
    struct epoll_event events[EVENTS_PER_WAIT];
    int n = 1;
    while (window_tick(&win, o, n > 0)) {
        n = epoll_wait(epoll_fd, events, EVENTS_PER_WAIT, o->sleep ? -1 : 0);
        for (int i = 0; i < n; i++) {
            struct slot *s = events[i].data.ptr;
            if (!receive_response(s)) continue;
            end_exchange(s);
            begin_exchange(s);
        }
    }
    for (uint32_t i = 0; i < o->connections; i++) close(slots[i].fd);
    window_report(&win, o);
}
