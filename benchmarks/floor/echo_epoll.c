/*
 * The C floor for epoll: one thread, edge-triggered, accept4, recv and send. As lean as a correct echo server can be.
 *
 * A receive that fills less than the buffer has drained the socket, so the closing EAGAIN receive is saved; a FIN
 * that arrives later raises a new edge because EPOLLRDHUP is registered. A connection whose peer does not read keeps
 * its unsent bytes in a private buffer and is not read from until they are gone.
 */
#include "listener.h"

#include <errno.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/socket.h>
#include <unistd.h>

enum { EVENTS_PER_WAIT = 512 };

struct connection {
    uint8_t *unsent; /* NULL unless a send came up short */
    uint32_t unsent_from, unsent_to;
};

static struct connection connections[FLOOR_MAX_CONNECTIONS]; /* indexed by descriptor */
static uint8_t buffer[FLOOR_BUF_BYTES];
static int epoll_fd, listen_fd;

static void close_connection(int fd) {
    free(connections[fd].unsent);
    connections[fd].unsent = NULL;
    close(fd);
}

static void accept_all(void) {
    for (;;) {
        int fd = accept4(listen_fd, NULL, NULL, SOCK_NONBLOCK | SOCK_CLOEXEC);
        if (fd < 0) {
            if (errno == EINTR || errno == ECONNABORTED) continue;
            if (errno == EAGAIN) return;
            floor_die("accept4", errno);
        }
        if (fd >= FLOOR_MAX_CONNECTIONS) {
            close(fd);
            continue;
        }
        struct epoll_event ev = {.events = EPOLLIN | EPOLLOUT | EPOLLRDHUP | EPOLLET, .data.fd = fd};
        if (epoll_ctl(epoll_fd, EPOLL_CTL_ADD, fd, &ev) < 0) floor_die("epoll_ctl", errno);
    }
}

/* Sends what an earlier turn could not. True when nothing is left. */
static bool flush_unsent(int fd) {
    struct connection *c = &connections[fd];
    while (c->unsent_from < c->unsent_to) {
        ssize_t n = send(fd, c->unsent + c->unsent_from, c->unsent_to - c->unsent_from, MSG_NOSIGNAL);
        if (n < 0) {
            if (errno != EAGAIN) close_connection(fd);
            return false;
        }
        c->unsent_from += (uint32_t)n;
    }
    free(c->unsent);
    c->unsent = NULL;
    return true;
}

static bool keep_unsent(int fd, size_t from, size_t to) {
    struct connection *c = &connections[fd];
    c->unsent = malloc(to - from);
    if (!c->unsent) {
        close_connection(fd);
        return false;
    }
    memcpy(c->unsent, buffer + from, to - from);
    c->unsent_from = 0;
    c->unsent_to = (uint32_t)(to - from);
    return true;
}

/* `to_the_end`: the peer has closed, so read on until 0 or an error instead of stopping at a short read. */
static void echo(int fd, bool to_the_end) {
    if (connections[fd].unsent && !flush_unsent(fd)) return;
    for (;;) {
        ssize_t n = recv(fd, buffer, sizeof buffer, 0);
        if (n <= 0) {
            if (n < 0 && errno == EAGAIN) return;
            close_connection(fd);
            return;
        }
        ssize_t sent = send(fd, buffer, (size_t)n, MSG_NOSIGNAL);
        if (sent < 0 && errno != EAGAIN) {
            close_connection(fd);
            return;
        }
        if (sent < 0) sent = 0;
        if (sent < n && keep_unsent(fd, (size_t)sent, (size_t)n)) {
            if (!flush_unsent(fd)) return; /* the socket may have drained between the send and here */
            continue;
        }
        if (n < (ssize_t)sizeof buffer && !to_the_end) return;
    }
}

int main(int argc, char **argv) {
    listen_fd = floor_listen(argc, argv, "epoll", 1);
    epoll_fd = epoll_create1(EPOLL_CLOEXEC);
    if (epoll_fd < 0) floor_die("epoll_create1", errno);
    struct epoll_event ev = {.events = EPOLLIN | EPOLLET, .data.fd = listen_fd}, events[EVENTS_PER_WAIT];
    if (epoll_ctl(epoll_fd, EPOLL_CTL_ADD, listen_fd, &ev) < 0) floor_die("epoll_ctl", errno);
    for (;;) {
        int n = epoll_wait(epoll_fd, events, EVENTS_PER_WAIT, -1);
        if (n < 0 && errno != EINTR) floor_die("epoll_wait", errno);
        for (int i = 0; i < n; i++) {
            uint32_t what = events[i].events;
            int fd = events[i].data.fd;
            if (fd == listen_fd) {
                accept_all();
            } else if (what & (EPOLLIN | EPOLLRDHUP | EPOLLHUP | EPOLLERR) || connections[fd].unsent) {
                echo(fd, (what & (EPOLLRDHUP | EPOLLHUP | EPOLLERR)) != 0);
            }
        }
    }
}
