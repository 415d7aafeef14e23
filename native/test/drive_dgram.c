/* drive_dgram.c: see drive_dgram.h. */
#include "drive_dgram.h"

#include <netinet/in.h>
#include <poll.h>
#if defined(__linux__)
#include <sched.h>
#endif
#include <stdlib.h>
#include <sys/socket.h>

#define TOKEN_OPEN 0xfeed1000u

sluice_addr drive_inet6(uint16_t port)
{
    return (sluice_addr){.family = SLUICE_FAMILY_INET6, .port = port, .bytes = {[15] = 1}};
}

sluice_addr drive_any6(uint16_t port) { return (sluice_addr){.family = SLUICE_FAMILY_INET6, .port = port}; }

sluice_cqe dgram_try(drive *d, sluice_addr local, const sluice_addr *peer, const sluice_optval *opts, uint32_t count)
{
    sluice_addr both[2] = {local, peer ? *peer : (sluice_addr){0}};
    sluice_sqe e = {.op = SLUICE_OP_DATAGRAM, .token = TOKEN_OPEN, .len = peer ? 2 : 1};

    drive_scratch_reset(d);
    e.addr = drive_scratch(d, both, (uint32_t)(e.len * sizeof local));
    if (count) {
        e.aux = drive_scratch(d, opts, count * (uint32_t)sizeof *opts);
        e.aux32 = count;
    }
    drive_put(d, e);
    return drive_wait(d, TOKEN_OPEN);
}

uint64_t dgram_open(drive *d, sluice_addr local, const sluice_addr *peer, const sluice_optval *opts, uint32_t count)
{
    sluice_cqe c = dgram_try(d, local, peer, opts, count);

    if (c.result) FAIL("DATAGRAM: %s, errno %u, option %u", sluice_strerror(c.result), c.detail, c.accepted);
    CHECK_EQ(c.flags, 0);
    CHECK_NE(c.handle, 0);
    return c.handle;
}

void dgram_receive(drive *d, uint64_t handle, uint64_t token, bool multishot)
{
    drive_put(d, (sluice_sqe){.op = SLUICE_OP_RECVMSG, .flags = multishot ? SLUICE_SQE_MULTISHOT : 0, .handle = handle,
                              .token = token});
}

void dgram_send(drive *d, uint64_t handle, uint64_t token, const void *bytes, uint32_t n, const sluice_meta *meta)
{
    sluice_sqe e = {.op = SLUICE_OP_SEND, .handle = handle, .token = token, .addr = (uintptr_t)bytes, .len = n};

    if (meta) e.aux = drive_scratch(d, meta, sizeof *meta);
    drive_put(d, e);
}

sluice_meta dgram_to(uint16_t port)
{
    return (sluice_meta){.family = SLUICE_FAMILY_INET4, .port = port, .addr = {127, 0, 0, 1}};
}

sluice_meta dgram_meta(drive *d, const sluice_cqe *c)
{
    sluice_meta m;

    CHECK(c->flags & SLUICE_CQE_BUFFER);
    CHECK_LT(c->buf_id, d->buf_count);
    CHECK_GE(c->result, 0);
    CHECK_EQ(c->detail % 8, 0);
    CHECK_LE(c->detail + sizeof m + (uint32_t)c->result, d->buf_bytes);
    memcpy(&m, d->pool + (size_t)c->buf_id * d->buf_bytes + c->detail, sizeof m);
    CHECK_EQ(m.stream * !(m.flags & SLUICE_META_ERROR), 0);
    return m;
}

uint8_t *dgram_payload(drive *d, const sluice_cqe *c)
{
    return d->pool + (size_t)c->buf_id * d->buf_bytes + c->detail + sizeof(sluice_meta);
}

sluice_meta dgram_expect(drive *d, uint64_t token, const void *bytes, uint32_t n)
{
    sluice_cqe c = drive_wait(d, token);

    if (c.result != (int32_t)n) FAIL("token %" PRIu64 ": %d bytes (%s), expected %u", token, c.result,
                                     sluice_strerror(c.result < 0 ? c.result : 0), n);
    CHECK_EQ(c.op, SLUICE_OP_RECVMSG);
    CHECK_EQ(c.flags & ~SLUICE_CQE_MORE, SLUICE_CQE_BUFFER);
    sluice_meta m = dgram_meta(d, &c);
    CHECK_EQ(m.flags & SLUICE_META_ERROR, 0);
    if (n) CHECK_EQ(memcmp(dgram_payload(d, &c), bytes, n), 0);
    drive_give_back(d, &c);
    return m;
}

sluice_cqe dgram_note(drive *d, uint64_t token)
{
    sluice_cqe c = drive_wait(d, token);

    if (!(c.flags & SLUICE_CQE_NOTE)) FAIL("token %" PRIu64 ": result %d flags %x is no notification", token, c.result, c.flags);
    CHECK(c.flags & SLUICE_CQE_MORE);
    CHECK_EQ(c.op, SLUICE_OP_RECVMSG);
    return c;
}

/* ------------------------------------------------------------------------------- errors */

int dgram_descriptor(uint16_t port)
{
    for (int fd = 3; fd < 256; fd++) {
        struct sockaddr_in a;
        socklen_t len = sizeof a;
        if (!getsockname(fd, (struct sockaddr *)&a, &len) && a.sin_family == AF_INET && ntohs(a.sin_port) == port) return fd;
    }
    FAIL("no descriptor is bound to port %u", port);
}

void dgram_await_error(int fd)
{
    struct pollfd p = {.fd = fd, .events = POLLIN}; /* Linux reports an error in any case, the BSDs as something to be read */

    CHECK_EQ(poll(&p, 1, DRIVE_LIMIT_S * 1000), 1);
}

/* ------------------------------------------------------------------------------- peers */

static struct sockaddr_in loopback(uint16_t port)
{
    return (struct sockaddr_in){.sin_family = AF_INET, .sin_port = htons(port),
                                .sin_addr.s_addr = htonl(INADDR_LOOPBACK)};
}

int peer_udp(uint16_t *port)
{
    struct sockaddr_in a = loopback(0);
    socklen_t len = sizeof a;
    int fd = (int)CHECK_SYS(socket(AF_INET, SOCK_DGRAM, 0));

    CHECK_SYS(bind(fd, (struct sockaddr *)&a, sizeof a));
    CHECK_SYS(getsockname(fd, (struct sockaddr *)&a, &len));
    *port = ntohs(a.sin_port);
    return fd;
}

void peer_udp_to(int fd, uint16_t port, const void *bytes, size_t n)
{
    struct sockaddr_in a = loopback(port);

    CHECK_EQ(CHECK_SYS(sendto(fd, bytes, n, 0, (struct sockaddr *)&a, sizeof a)), (ssize_t)n);
}

size_t peer_udp_from(drive *d, int fd, void *bytes, size_t n, uint16_t *port)
{
    struct sockaddr_in a;
    socklen_t len = sizeof a;

    for (int i = 0; i < DRIVE_LIMIT_S * 1000; i++) {
        ssize_t got = recvfrom(fd, bytes, n, MSG_DONTWAIT, (struct sockaddr *)&a, &len);
        if (got >= 0) {
            if (port) *port = ntohs(a.sin_port);
            return (size_t)got;
        }
        if (errno != EAGAIN && errno != EINTR) FAIL("the peer's recvfrom: %s", strerror(errno));
        drive_turn(d, MS);
    }
    FAIL("the peer got no datagram for %d s", DRIVE_LIMIT_S);
}

uint16_t unused_udp_port(void)
{
    uint16_t port;

    close(peer_udp(&port));
    return port;
}

/* A port that is merely free may be another process's a moment later. One with a socket that takes datagrams of one peer only, which is
   not there, refuses all others and stays taken. */
uint16_t refusing_udp_port(void)
{
    struct sockaddr_in nobody = loopback(9);
    uint16_t port;
    int fd = peer_udp(&port);

    nobody.sin_addr.s_addr = htonl(INADDR_LOOPBACK + 8);
    CHECK_SYS(connect(fd, (struct sockaddr *)&nobody, sizeof nobody));
    return port;
}

#if defined(__linux__)

/* What the kernel delays it delivers on the processor where the delay was asked for, and what it does not delay on the sender's: a
   sender who is moved to another one meanwhile overtakes himself on the way, which says nothing about the order of sending. */
static bool on_one_processor(void)
{
    cpu_set_t one;
    int here = sched_getcpu();

    if (here < 0) return false;
    CPU_ZERO(&one);
    CPU_SET((unsigned)here, &one);
    return !sched_setaffinity(0, sizeof one, &one);
}

bool own_network(void)
{
    return on_one_processor() && (!unshare(CLONE_NEWNET) || !unshare(CLONE_NEWUSER | CLONE_NEWNET));
}

bool slow_loopback(const char *rate)
{
    char command[256];

    snprintf(command, sizeof command,
             "PATH=$PATH:/sbin:/usr/sbin; ip link set lo up && tc qdisc replace dev lo root tbf rate %s burst 3k limit 4mb", rate);
    return system(command) == 0;
}

#else

bool own_network(void) { return false; }

bool slow_loopback(const char *rate)
{
    (void)rate;
    return false;
}

#endif
