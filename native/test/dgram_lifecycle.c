/*
 * dgram_lifecycle: C1 to C3, C7 and C9 for datagram sockets: closing and cancelling with work in flight, parking without
 * buffers, adopting and detaching, what does not belong on such a socket, malformed submissions.
 */
#include "drive_dgram.h"

#include <sys/socket.h>

#define RECEIVE 100
#define BUFFERS 8u

static drive d;

static void closed(uint64_t handle, uint8_t flags)
{
    drive_end(&d, handle, 1, flags);
    drive_expect(&d, 1, 0);
}

static void sleeps(void)
{
    for (int i = 0; i < 3; i++) drive_turn(&d, 10 * MS);
    uint64_t waits = drive_ctr(&d, SLUICE_CTR_WAITS), calls = drive_ctr(&d, SLUICE_CTR_SYSCALLS);
    drive_turn(&d, 30 * MS);
    CHECK_GT(drive_ctr(&d, SLUICE_CTR_WAITS), waits);
    CHECK_LE(drive_ctr(&d, SLUICE_CTR_SYSCALLS) - calls, 4);
}

/* C1, C2: whatever is in flight is answered before the close is, and nothing follows. */
static void closing_with_everything_in_flight(uint8_t flags)
{
    sluice_optval v[] = {{.option = SLUICE_OPT_SO_SNDBUF, .value = 4096}, {.option = SLUICE_OPT_IP_RECVERR, .value = 1}};
    static uint8_t bytes[4000];

    for (int round = 0; round < 20; round++) {
        uint64_t s = dgram_open(&d, drive_inet4(0), NULL, v, 2);
        uint16_t port, nobody = refusing_udp_port();
        int peer = peer_udp(&port);
        sluice_meta to = dgram_to(port), lost = dgram_to(nobody);
        sluice_cqe c;
        uint64_t dropped = 0;

        dgram_receive(&d, s, RECEIVE, round % 2);
        if (round % 3) drive_turn(&d, 0);
        drive_scratch_reset(&d);
        for (uint64_t i = 0; i < 60; i++) dgram_send(&d, s, 200 + i, bytes, sizeof bytes, i % 7 ? &to : &lost);
        for (int i = 0; i < 5; i++) peer_udp_to(peer, drive_port(&d, s), "x", 1);
        if (round % 4 == 0) drive_turn(&d, 0);
        drive_end(&d, s, 2, flags);
        dgram_send(&d, s, 3, "late", 4, &to);
        drive_expect(&d, 2, 0);
        for (uint64_t i = 0; i < 60; i++) {
            CHECK(drive_try(&d, 200 + i, &c)); /* before the close, hence there */
            CHECK(c.result == (int32_t)sizeof bytes || c.result == -SLUICE_ECANCELED);
            dropped += c.result < 0;
        }
        CHECK(drive_try(&d, 3, &c));
        CHECK(c.result == -SLUICE_EALREADY || c.result == -SLUICE_ESTALE);
        if (flags & SLUICE_SQE_DRAIN) CHECK_EQ(dropped, 0);
        bool terminal = false;
        while (drive_try(&d, RECEIVE, &c)) {
            CHECK(!terminal);
            terminal = !(c.flags & SLUICE_CQE_MORE);
            if (c.flags & SLUICE_CQE_BUFFER) drive_give_back(&d, &c);
        }
        CHECK(terminal);
        drive_quiet_of(&d, s);
        dgram_send(&d, s, 4, "stale", 5, NULL);
        drive_expect(&d, 4, -SLUICE_ESTALE);
        dgram_receive(&d, s, 5, true);
        drive_expect(&d, 5, -SLUICE_ESTALE);
        close(peer);
    }
    drive_turn(&d, 0);
    CHECK_EQ(drive_ctr(&d, SLUICE_CTR_BUFFERS_OUT), 0);
}

/* C9: without buffers the datagrams wait in the socket, in order, and the loop sleeps. */
static void receives_without_buffers_are_parked(bool multishot)
{
    uint64_t s = dgram_open(&d, drive_inet4(0), NULL, NULL, 0);
    uint16_t port;
    int peer = peer_udp(&port), holding = 0;
    sluice_cqe held[BUFFERS];
    uint64_t starved = drive_ctr(&d, SLUICE_CTR_STARVED);

    for (uint8_t i = 0; i < 30; i++) peer_udp_to(peer, drive_port(&d, s), &i, 1);
    dgram_receive(&d, s, RECEIVE, multishot);
    while (drive_ctr(&d, SLUICE_CTR_STARVED) == starved) {
        drive_turn(&d, 10 * MS);
        while (drive_try(&d, RECEIVE, &held[holding])) {
            CHECK_EQ(dgram_payload(&d, &held[holding])[0], holding);
            holding++;
            if (!multishot) dgram_receive(&d, s, RECEIVE, false);
        }
    }
    CHECK_GE(holding, (int)BUFFERS - 1); /* io_uring keeps one back for error notifications */
    sleeps();
    uint8_t first = (uint8_t)holding;
    for (uint8_t i = first; i < 30; i++) {
        drive_give_back(&d, &held[i % first]);
        sluice_cqe c = drive_wait(&d, RECEIVE);
        CHECK_EQ(c.result, 1);
        CHECK_EQ(dgram_payload(&d, &c)[0], i);
        held[i % first] = c;
        if (!multishot && i < 29) dgram_receive(&d, s, RECEIVE, false);
    }
    /* Parked again: a CANCEL and a CLOSE find it. */
    if (!multishot) dgram_receive(&d, s, RECEIVE, false);
    peer_udp_to(peer, drive_port(&d, s), "x", 1);
    for (int i = 0; i < 3; i++) drive_turn(&d, 5 * MS);
    drive_cancel(&d, s, 2, RECEIVE);
    drive_expect(&d, 2, 0);
    drive_expect(&d, RECEIVE, -SLUICE_ECANCELED);
    dgram_receive(&d, s, RECEIVE, true);
    for (int i = 0; i < 3; i++) drive_turn(&d, 5 * MS);
    closed(s, 0);
    drive_expect(&d, RECEIVE, -SLUICE_ECANCELED);
    while (holding) drive_give_back(&d, &held[--holding]);
    drive_turn(&d, 0);
    CHECK_EQ(drive_ctr(&d, SLUICE_CTR_BUFFERS_OUT), 0);
    close(peer);
}

/* The pool is small: all of it would be in the kernel's hands when an error needs a buffer to say where it comes from. On
   io_uring one is kept back once there was such a socket. */
static void an_error_finds_a_buffer(void)
{
    sluice_optval recverr = {.option = SLUICE_OPT_IP_RECVERR, .value = 1};
    uint64_t s = dgram_open(&d, drive_inet4(0), NULL, &recverr, 1);
    sluice_meta lost = dgram_to(refusing_udp_port());

    dgram_receive(&d, s, RECEIVE, true);
    for (int i = 0; i < 3; i++) drive_turn(&d, 0);
    drive_scratch_reset(&d);
    dgram_send(&d, s, 2, "x", 1, &lost);
    drive_expect(&d, 2, 1);
    sluice_cqe c = dgram_note(&d, RECEIVE);
    CHECK_EQ(dgram_meta(&d, &c).port, lost.port);
    drive_give_back(&d, &c);
    closed(s, 0);
    drive_expect(&d, RECEIVE, -SLUICE_ECANCELED);
}

/* A CANCEL ends the RECVMSG and nothing else; what has come meanwhile is there for the next one. */
static void cancelling_loses_no_datagram(void)
{
    uint64_t s = dgram_open(&d, drive_inet4(0), NULL, NULL, 0);
    uint16_t port;
    int peer = peer_udp(&port);
    sluice_cqe c;
    uint8_t next = 0;

    for (uint8_t i = 0; i < 100; i++) {
        dgram_receive(&d, s, RECEIVE, i % 2);
        if (i % 3) drive_turn(&d, 0);
        peer_udp_to(peer, drive_port(&d, s), &i, 1);
        drive_cancel(&d, s, 2, RECEIVE);
        drive_wait(&d, 2);
        do {
            c = drive_wait(&d, RECEIVE);
            if (c.result < 0) {
                CHECK_EQ(c.result, -SLUICE_ECANCELED);
                break;
            }
            CHECK_EQ(dgram_payload(&d, &c)[0], next++);
            drive_give_back(&d, &c);
        } while (c.flags & SLUICE_CQE_MORE);
    }
    dgram_receive(&d, s, RECEIVE, true);
    while (next < 100) dgram_expect(&d, RECEIVE, &next, 1), next++;
    closed(s, SLUICE_SQE_ABORT);
    drive_expect(&d, RECEIVE, -SLUICE_ECANCELED);
    close(peer);
}

static void descriptors_come_and_go(void)
{
    uint16_t port, peer_port;
    int fd = peer_udp(&port), peer = peer_udp(&peer_port);

    drive_put(&d, (sluice_sqe){.op = SLUICE_OP_ADOPT, .token = 2, .aux32 = (uint32_t)fd});
    uint64_t s = drive_expect(&d, 2, 0).handle;
    dgram_receive(&d, s, RECEIVE, false);
    peer_udp_to(peer, port, "adopted", 7);
    CHECK_EQ(dgram_expect(&d, RECEIVE, "adopted", 7).port, peer_port);
    /* A datagram of no bytes is no end. Shut down by somebody who shares it, the socket reports itself readable for ever,
       and Linux tells a call that does not wait nothing (one that waits in a kernel thread of io_uring learns it): the loop
       must sleep all the same. */
    peer_udp_to(peer, port, "", 0);
    dgram_receive(&d, s, RECEIVE, true);
    dgram_expect(&d, RECEIVE, "", 0);
    drive_turn(&d, 0);
    drive_simple(&d, SLUICE_OP_DETACH, s, 3);
    drive_expect(&d, 3, -SLUICE_EBUSY);
    CHECK_EQ(shutdown(fd, SHUT_RD), -1); /* it has no peer, and is shut down all the same (inet_shutdown) */
    CHECK_EQ(errno, ENOTCONN);
    sleeps();
    sluice_cqe c;
    if (drive_try(&d, RECEIVE, &c)) {
        CHECK_EQ(c.result, 0);
        CHECK_EQ(c.flags, SLUICE_CQE_EOF);
    } else {
        drive_cancel(&d, s, 4, RECEIVE);
        drive_expect(&d, 4, 0);
        drive_expect(&d, RECEIVE, -SLUICE_ECANCELED);
    }
    drive_simple(&d, SLUICE_OP_DETACH, s, 5);
    CHECK_EQ(drive_wait(&d, 5).result, fd);
    close(fd);
    close(peer);
}

static void invalid(sluice_sqe e, const char *what)
{
    e.token = 9;
    drive_put(&d, e);
    sluice_cqe c = drive_wait(&d, 9);
    if (c.result != -SLUICE_EINVAL) FAIL("%s: %s", what, sluice_strerror(c.result));
}

static void what_does_not_belong_is_refused(void)
{
    uint64_t s = dgram_open(&d, drive_inet4(0), NULL, NULL, 0), six = 0;
    uint64_t stream;
    int peer;
    sluice_meta good = dgram_to(9), m;
    sluice_addr a = drive_inet4(0), unix_addr = drive_unix("\0x", 2);
    sluice_cqe c = dgram_try(&d, drive_any6(0), NULL, NULL, 0);

    if (!c.result) six = c.handle;
    drive_pair(&d, &stream, &peer);
    invalid((sluice_sqe){.op = SLUICE_OP_RECVMSG, .handle = stream}, "RECVMSG on a stream");
    invalid((sluice_sqe){.op = SLUICE_OP_RECV, .handle = s}, "RECV on a datagram socket");
    invalid((sluice_sqe){.op = SLUICE_OP_WATCH, .handle = s}, "WATCH");
    invalid((sluice_sqe){.op = SLUICE_OP_ACCEPT, .handle = s}, "ACCEPT");
    invalid((sluice_sqe){.op = SLUICE_OP_SHUTDOWN, .handle = s}, "SHUTDOWN");
    invalid((sluice_sqe){.op = SLUICE_OP_SENDFILE, .handle = s, .len = 1}, "SENDFILE");
    invalid((sluice_sqe){.op = SLUICE_OP_RECVMSG, .handle = s, .group = 7}, "no such pool");
    invalid((sluice_sqe){.op = SLUICE_OP_RECVMSG, .handle = s, .len = 1}, "len");
    drive_scratch_reset(&d);
    uint64_t meta = drive_scratch(&d, &good, sizeof good), addr = drive_scratch(&d, &a, sizeof a),
             path = drive_scratch(&d, &unix_addr, sizeof unix_addr);
    const sluice_sqe send = {.op = SLUICE_OP_SEND, .handle = s, .addr = (uintptr_t)"x", .len = 1, .aux = meta};
    sluice_sqe e = send;
    e.msg_flags = SLUICE_MSG_MORE;
    invalid(e, "MSG_MORE");
    e = send, e.aux += 4;
    invalid(e, "misaligned meta");
    e = send, e.aux = d.hdr->scratch_offset + d.hdr->scratch_bytes - 56;
    invalid(e, "meta beyond the area");
    e = send, e.handle = stream;
    invalid(e, "meta on a stream");
    e = send, e.op = SLUICE_OP_SENDMSG, e.len = 0;
    invalid(e, "no pieces");
    invalid((sluice_sqe){.op = SLUICE_OP_DATAGRAM, .addr = addr}, "no address");
    invalid((sluice_sqe){.op = SLUICE_OP_DATAGRAM, .addr = addr, .len = 3}, "three addresses");
    invalid((sluice_sqe){.op = SLUICE_OP_DATAGRAM, .addr = path, .len = 1}, "a Unix address");
    invalid((sluice_sqe){.op = SLUICE_OP_DATAGRAM, .addr = addr, .len = 2}, "a Unix peer");
    invalid((sluice_sqe){.op = SLUICE_OP_DATAGRAM, .addr = 8, .len = 1}, "an address outside");
    invalid((sluice_sqe){.op = SLUICE_OP_DATAGRAM, .addr = addr, .len = 1, .handle = s}, "a handle");
#define WRONG(change)                                                                      \
    do {                                                                                   \
        m = good;                                                                          \
        m.change;                                                                          \
        memcpy(d.scratch + (meta - d.hdr->scratch_offset), &m, sizeof m);                  \
        invalid(send, "meta." #change);                                                    \
        if (six && m.family != SLUICE_FAMILY_INET6) {                                      \
            e = send, e.handle = six;                                                      \
            invalid(e, "IPv6: meta." #change);                                             \
        }                                                                                  \
    } while (0)
    WRONG(family = 3);
    WRONG(family = SLUICE_FAMILY_INET6);
    WRONG(family = 0); /* with a port and an address */
    WRONG(scope_id = 1);
    WRONG(addr[4] = 1);
    WRONG(local[0] = 1);
    WRONG(tos = 1);
    WRONG(flags = SLUICE_META_TRUNCATED);
    WRONG(flags = 0x8000);
    WRONG(origin = 1);
    WRONG(stream = 1);
    WRONG(ppid = 1);
    WRONG(assoc = 1);
    WRONG(drops = 1);
    drive_expect(&d, (dgram_receive(&d, s, 2, true), dgram_receive(&d, s, 3, false), 3), -SLUICE_EBUSY);
    closed(s, 0);
    drive_expect(&d, 2, -SLUICE_ECANCELED);
    if (six) closed(six, 0);
    closed(stream, SLUICE_SQE_ABORT);
    close(peer);
    /* A pool whose buffers have no room behind the meta. */
    static uint8_t tiny[2 * SLUICE_MSG_ROOM];
    CHECK_EQ(sluice_pool(d.loop, 1, tiny, SLUICE_MSG_ROOM, 2), 0);
    s = dgram_open(&d, drive_inet4(0), NULL, NULL, 0);
    invalid((sluice_sqe){.op = SLUICE_OP_RECVMSG, .handle = s, .group = 1}, "a pool without room");
    closed(s, 0);
}

static void ports_and_descriptors_come_back(void)
{
    int before = open_descriptors();
    uint16_t port = unused_udp_port();

    for (int i = 0; i < 300; i++) {
        uint64_t s = dgram_open(&d, drive_inet4(port), NULL, NULL, 0);
        CHECK_EQ(dgram_try(&d, drive_inet4(port), NULL, NULL, 0).result, -SLUICE_EADDRINUSE);
        dgram_receive(&d, s, RECEIVE, true);
        if (i % 2) drive_turn(&d, 0);
        closed(s, i % 3 ? 0 : SLUICE_SQE_ABORT);
        drive_expect(&d, RECEIVE, -SLUICE_ECANCELED);
    }
    CHECK_EQ(open_descriptors(), before);
    sluice_addr elsewhere = {.family = SLUICE_FAMILY_INET4, .bytes = {192, 0, 2, 1}};
    CHECK_EQ(dgram_try(&d, elsewhere, NULL, NULL, 0).result, -SLUICE_EADDRNOTAVAIL);
}

int main(int argc, char **argv)
{
    CHECK_EQ(argc, 2);
    drive_open(&d, argv[1], NULL);
    drive_pool(&d, 512, BUFFERS);
    drive_turn(&d, 0);
    closing_with_everything_in_flight(0);
    closing_with_everything_in_flight(SLUICE_SQE_ABORT);
    closing_with_everything_in_flight(SLUICE_SQE_DRAIN);
    receives_without_buffers_are_parked(true);
    receives_without_buffers_are_parked(false);
    an_error_finds_a_buffer();
    cancelling_loses_no_datagram();
    descriptors_come_and_go();
    what_does_not_belong_is_refused();
    ports_and_descriptors_come_back();
    drive_quiet(&d);
    drive_close(&d);
    return 0;
}
