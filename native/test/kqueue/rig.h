/* rig.h: what the tests of the double share: a kqueue, pairs of sockets, and events looked at one by one. */
#ifndef SLUICE_TEST_KQUEUE_RIG_H
#define SLUICE_TEST_KQUEUE_RIG_H

#include <arpa/inet.h>
#include <fcntl.h>
#include <netinet/in.h>
#include <poll.h>
#include <sys/socket.h>

#include "check.h"
#include "double.h"

#define EVENTS 16
#define SOON_NS 5000000ll /* long enough on loopback, where what happens has happened when the call returns */

static int kq;
static struct kevent events[EVENTS];

static inline int apply(int fd, int filter, int flags)
{
    struct kevent c;

    EV_SET(&c, (uintptr_t)fd, (int16_t)filter, flags, 0, 0, (void *)(uintptr_t)(100 + fd));
    return kevent(kq, &c, 1, NULL, 0, NULL);
}

static inline void add(int fd, int filter, int flags) { CHECK_SYS(apply(fd, filter, EV_ADD | flags)); }

static inline int collect(void)
{
    struct timespec soon = {0, SOON_NS};

    memset(events, 0xee, sizeof events);
    return CHECK_SYS(kevent(kq, NULL, 0, events, EVENTS, &soon));
}

/* Waits for as long as it takes to get one event, which must be of that descriptor and filter. */
static inline struct kevent one(int fd, int filter)
{
    struct timespec limit = {20, 0};

    CHECK_EQ(kevent(kq, NULL, 0, events, EVENTS, &limit), 1);
    CHECK_EQ(events[0].ident, fd);
    CHECK_EQ(events[0].filter, filter);
    return events[0];
}

static inline void silence(void) { CHECK_EQ(collect(), 0); }

static inline void start(void)
{
    kq = CHECK_SYS(kqueue());
}

static inline void stop(void) { close(kq); }

static inline int tcp_listener(struct sockaddr_in *a)
{
    socklen_t len = sizeof *a;
    int fd = CHECK_SYS(socket(AF_INET, SOCK_STREAM, 0));

    *a = (struct sockaddr_in){.sin_family = AF_INET, .sin_addr.s_addr = htonl(INADDR_LOOPBACK)};
    CHECK_SYS(bind(fd, (struct sockaddr *)a, sizeof *a));
    CHECK_SYS(listen(fd, 8));
    CHECK_SYS(getsockname(fd, (struct sockaddr *)a, &len));
    return fd;
}

static inline int tcp_connect(const struct sockaddr_in *a)
{
    int fd = CHECK_SYS(socket(AF_INET, SOCK_STREAM, 0));

    CHECK_SYS(connect(fd, (const struct sockaddr *)a, sizeof *a));
    return fd;
}

static inline void tcp_pair(int *mine, int *peer)
{
    struct sockaddr_in a;
    int listener = tcp_listener(&a);

    *peer = tcp_connect(&a);
    *mine = CHECK_SYS(accept(listener, NULL, NULL));
    CHECK_SYS(fcntl(*mine, F_SETFL, O_NONBLOCK));
    close(listener);
}

static inline void give(int fd, const char *bytes)
{
    CHECK_EQ(send(fd, bytes, strlen(bytes), MSG_NOSIGNAL), strlen(bytes));
}

static inline void take(int fd, const char *bytes)
{
    char got[64];

    CHECK_EQ(recv(fd, got, strlen(bytes), MSG_WAITALL), strlen(bytes));
    CHECK_MEM_EQ(got, bytes, strlen(bytes));
}

/* RST has arrived, or whatever it is. */
static inline void until(int fd, short what)
{
    struct pollfd p = {.fd = fd, .events = what};

    CHECK_EQ(poll(&p, 1, 20000), 1);
}

static inline void reset(int fd)
{
    struct linger rst = {.l_onoff = 1};

    CHECK_SYS(setsockopt(fd, SOL_SOCKET, SO_LINGER, &rst, sizeof rst));
    CHECK_SYS(close(fd));
}

#endif
