#include "transport.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/socket.h>

enum { EVENTS_PER_WAIT = 1024, RECEIVE_BYTES = 65536 };

static const options *run_options;
static received_fn on_received;
static void *received_context;
static int epoll_fd;
static uint8_t buffer[RECEIVE_BYTES];

static _Noreturn void fail(const char *what, const connection *c, int err) {
    fprintf(stderr, "load generator: %s on connection %u: %s\n", what, c ? c->id : 0, strerror(err));
    exit(1);
}

static void start(const options *o, connection *all, received_fn received, void *context) {
    run_options = o;
    on_received = received;
    received_context = context;
    epoll_fd = epoll_create1(EPOLL_CLOEXEC);
    if (epoll_fd < 0) fail("epoll_create1", NULL, errno);
    for (uint32_t i = 0; i < o->connections; i++) {
        struct epoll_event e = {.events = EPOLLIN | EPOLLOUT | EPOLLRDHUP | EPOLLET, .data.ptr = &all[i]};
        if (epoll_ctl(epoll_fd, EPOLL_CTL_ADD, all[i].fd, &e) < 0) fail("epoll_ctl", &all[i], errno);
    }
}

static void send_queued(connection *c) {
    while (c->sent < c->queued) {
        const uint8_t *from;
        uint32_t count = connection_unsent(c, run_options, &from);
        ssize_t n = send(c->fd, from, count, MSG_NOSIGNAL);
        if (n < 0) {
            if (errno == EAGAIN) return; /* EPOLLOUT continues */
            fail("send", c, errno);
        }
        c->sent += (uint64_t)n;
    }
}

static void receive(connection *c) {
    for (;;) {
        ssize_t n = recv(c->fd, buffer, sizeof buffer, 0);
        if (n < 0 && errno == EAGAIN) return;
        if (n < 0) fail("receive", c, errno);
        if (n == 0) fail("the server closed the connection", c, ECONNRESET);
        on_received(received_context, c, buffer, (uint32_t)n);
        if (n < RECEIVE_BYTES) return; /* drained; RDHUP raises its own edge */
    }
}

static bool poll_events(bool may_block) {
    static struct epoll_event events[EVENTS_PER_WAIT];
    int n = epoll_wait(epoll_fd, events, EVENTS_PER_WAIT, may_block ? -1 : 0);
    if (n < 0 && errno != EINTR) fail("epoll_wait", NULL, errno);
    for (int i = 0; i < n; i++) {
        connection *c = events[i].data.ptr;
        if (events[i].events & EPOLLOUT && c->sent < c->queued) send_queued(c);
        if (events[i].events & (EPOLLIN | EPOLLRDHUP | EPOLLHUP | EPOLLERR)) receive(c);
    }
    return n > 0;
}

const transport TRANSPORT_EPOLL = {start, send_queued, poll_events};
