/* drive_peers.c: the other side of what drive.c drives: plain sockets of the test, with a time limit. See drive.h. */
#include "drive.h"

#include <dirent.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <sys/socket.h>
#include <time.h>

static int64_t now_ns(void)
{
    struct timespec t;

    clock_gettime(CLOCK_MONOTONIC, &t);
    return (int64_t)t.tv_sec * 1000000000 + t.tv_nsec;
}

static int limited(int fd)
{
    struct timeval limit = {.tv_sec = DRIVE_LIMIT_S};
    int one = 1;

    CHECK_SYS(setsockopt(fd, SOL_SOCKET, SO_RCVTIMEO, &limit, sizeof limit));
    CHECK_SYS(setsockopt(fd, SOL_SOCKET, SO_SNDTIMEO, &limit, sizeof limit));
    setsockopt(fd, IPPROTO_TCP, TCP_NODELAY, &one, sizeof one);
    return fd;
}

static struct sockaddr_in loopback(uint16_t port)
{
    return (struct sockaddr_in){.sin_family = AF_INET, .sin_port = htons(port),
                                .sin_addr.s_addr = htonl(INADDR_LOOPBACK)};
}

int peer_refuse(uint16_t *port)
{
    struct sockaddr_in a = loopback(0);
    socklen_t len = sizeof a;
    int fd = limited((int)CHECK_SYS(socket(AF_INET, SOCK_STREAM, 0)));

    CHECK_SYS(bind(fd, (struct sockaddr *)&a, sizeof a));
    CHECK_SYS(getsockname(fd, (struct sockaddr *)&a, &len));
    *port = ntohs(a.sin_port);
    return fd;
}

int peer_listen(uint16_t *port, int backlog)
{
    int fd = peer_refuse(port);

    CHECK_SYS(listen(fd, backlog));
    return fd;
}

int peer_accept(int listener)
{
    return limited((int)CHECK_SYS(accept(listener, NULL, NULL)));
}

int peer_connect(uint16_t port)
{
    struct sockaddr_in a = loopback(port);
    int fd = CHECK_SYS(socket(AF_INET, SOCK_STREAM, 0));

    /* No time limit yet: with one, task work of an io_uring without DEFER_TASKRUN ends the call with EINTR. */
    CHECK_SYS(connect(fd, (struct sockaddr *)&a, sizeof a));
    return limited(fd);
}

void peer_send(int fd, const void *bytes, size_t n)
{
    const uint8_t *at = bytes;

    while (n) {
        ssize_t sent = send(fd, at, n, MSG_NOSIGNAL);
        if (sent < 0 && errno == EINTR) continue;
        CHECK_SYS(sent);
        at += sent;
        n -= (size_t)sent;
    }
}

void peer_read(drive *d, int fd, void *out, size_t n)
{
    uint8_t *at = out;
    int64_t end = now_ns() + DRIVE_LIMIT_S * 1000 * MS;

    while (n) {
        ssize_t got = recv(fd, at, n, MSG_DONTWAIT);
        if (got > 0) {
            at += got;
            n -= (size_t)got;
            continue;
        }
        if (got == 0) FAIL("the peer saw the end of the stream, %zu bytes missing", n);
        if (errno != EAGAIN && errno != EINTR) FAIL("the peer's recv: %s, %zu bytes missing", strerror(errno), n);
        if (now_ns() > end) FAIL("the peer got nothing for %d s, %zu bytes missing", DRIVE_LIMIT_S, n);
        drive_turn(d, MS);
    }
}

int peer_end(drive *d, int fd)
{
    uint8_t sink[4096];
    int64_t end = now_ns() + DRIVE_LIMIT_S * 1000 * MS;

    for (;;) {
        ssize_t got = recv(fd, sink, sizeof sink, MSG_DONTWAIT);
        if (got == 0) return 0;
        if (got > 0 || errno == EINTR) continue;
        if (errno != EAGAIN) return errno;
        if (now_ns() > end) FAIL("the peer saw no end of the stream for %d s", DRIVE_LIMIT_S);
        drive_turn(d, MS);
    }
}

void peer_reset(int fd)
{
    struct linger reset = {.l_onoff = 1, .l_linger = 0};

    CHECK_SYS(setsockopt(fd, SOL_SOCKET, SO_LINGER, &reset, sizeof reset));
    close(fd);
}

int open_descriptors(void)
{
#if defined(__linux__)
    DIR *dir = opendir("/proc/self/fd");
#else
    DIR *dir = opendir("/dev/fd");
#endif
    int n = 0;

    CHECK(dir);
    while (readdir(dir)) n++;
    closedir(dir);
    return n - 3; /* ".", "..", and the directory itself */
}
