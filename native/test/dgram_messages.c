/*
 * dgram_messages: D1 to D3: one datagram is one completion with its sender, whole or marked as cut; each is sent whole, in
 * order, to where it says; one that fails takes no other with it.
 */
#include "drive_dgram.h"

#include <fcntl.h>
#include <sys/socket.h>

#define PEERS 12
#define ROUNDS 40
#define BUF_BYTES 1024u
#define RECEIVE 100

static drive d;

static void end(uint64_t handle)
{
    sluice_cqe c;

    drive_end(&d, handle, 1, 0);
    drive_expect(&d, 1, 0);
    while (drive_try(&d, RECEIVE, &c)) continue;
}

/* An unconnected socket answers each of many peers, in the size it was asked in, zero included. */
static void echoes_to_many_peers(bool multishot)
{
    uint64_t s = dgram_open(&d, drive_inet4(0), NULL, NULL, 0);
    uint16_t here = drive_port(&d, s), port[PEERS], from;
    uint8_t out[800], in[800];
    int peer[PEERS];

    for (int i = 0; i < PEERS; i++) peer[i] = peer_udp(&port[i]);
    if (multishot) dgram_receive(&d, s, RECEIVE, true);
    for (uint32_t round = 0; round < ROUNDS; round++) {
        uint32_t n = round * 37 % 800;
        for (int i = 0; i < PEERS; i++) {
            for (uint32_t b = 0; b < n; b++) out[b] = oracle((uint64_t)i << 8 | round, b);
            peer_udp_to(peer[i], here, out, n);
        }
        for (int i = 0; i < PEERS; i++) {
            if (!multishot) dgram_receive(&d, s, RECEIVE, false);
            sluice_cqe c = drive_wait(&d, RECEIVE);
            sluice_meta m = dgram_meta(&d, &c);
            CHECK_EQ(c.result, n);
            CHECK_EQ(!!(c.flags & SLUICE_CQE_MORE), multishot);
            CHECK_EQ(m.family, SLUICE_FAMILY_INET4);
            CHECK_EQ(m.flags, 0);
            sluice_meta back = {.family = m.family, .port = m.port};
            memcpy(back.addr, m.addr, sizeof back.addr);
            drive_scratch_reset(&d);
            dgram_send(&d, s, 2, dgram_payload(&d, &c), n, &back);
            drive_expect(&d, 2, (int32_t)n);
            drive_give_back(&d, &c);
        }
        for (int i = 0; i < PEERS; i++) {
            CHECK_EQ(peer_udp_from(&d, peer[i], in, sizeof in, &from), n);
            CHECK_EQ(from, here);
            for (uint32_t b = 0; b < n; b++) CHECK_EQ(in[b], oracle((uint64_t)i << 8 | round, b));
        }
    }
    end(s);
    for (int i = 0; i < PEERS; i++) close(peer[i]);
}

static void one_longer_than_the_buffer_is_cut_once(bool multishot)
{
    uint64_t s = dgram_open(&d, drive_inet4(0), NULL, NULL, 0);
    uint16_t port;
    uint8_t big[3000];
    int peer = peer_udp(&port);
    uint32_t room = BUF_BYTES - SLUICE_MSG_ROOM;
    uint64_t cut = drive_ctr(&d, SLUICE_CTR_DATAGRAMS_TRUNCATED);

    for (uint32_t i = 0; i < sizeof big; i++) big[i] = oracle(7, i);
    peer_udp_to(peer, drive_port(&d, s), big, sizeof big);
    peer_udp_to(peer, drive_port(&d, s), big, room);
    peer_udp_to(peer, drive_port(&d, s), big, room + 1);
    peer_udp_to(peer, drive_port(&d, s), "x", 1);
    static const bool truncated[] = {true, false, true, false};
    if (multishot) dgram_receive(&d, s, RECEIVE, true);
    for (int i = 0; i < 4; i++) {
        if (!multishot) dgram_receive(&d, s, RECEIVE, false);
        sluice_meta m = dgram_expect(&d, RECEIVE, i == 3 ? (const uint8_t *)"x" : big, i == 3 ? 1 : room);
        CHECK_EQ(!!(m.flags & SLUICE_META_TRUNCATED), truncated[i]);
        CHECK_EQ(m.port, port);
    }
    CHECK_EQ(drive_ctr(&d, SLUICE_CTR_DATAGRAMS_TRUNCATED) - cut, 2);
    end(s);
    close(peer);
}

/* On a connected socket no meta is needed, others' datagrams do not come in, and pieces are one datagram. */
static void connected_sockets_talk_to_their_peer(void)
{
    uint16_t port, stranger_port, from;
    int peer = peer_udp(&port), stranger = peer_udp(&stranger_port);
    sluice_addr to = drive_inet4(port);
    uint64_t s = dgram_open(&d, drive_inet4(0), &to, NULL, 0);
    uint16_t here = drive_port(&d, s);
    char in[64];
    sluice_addr named;
    uint32_t len = sizeof named;

    CHECK_EQ(sluice_query(d.loop, s, SLUICE_QUERY_PEER_ADDR, &named, &len), 0);
    CHECK_EQ(named.port, port);
    dgram_receive(&d, s, RECEIVE, true);
    drive_turn(&d, 0);
    peer_udp_to(stranger, here, "stranger", 8);
    peer_udp_to(peer, here, "peer", 4);
    CHECK_EQ(dgram_expect(&d, RECEIVE, "peer", 4).port, port);
    sluice_iovec v[3] = {{(uintptr_t)"three ", 6}, {(uintptr_t)"pieces, ", 8}, {(uintptr_t)"one datagram", 12}};
    drive_scratch_reset(&d);
    sluice_sqe e = {.op = SLUICE_OP_SENDMSG, .handle = s, .token = 3, .len = 3, .addr = drive_scratch(&d, v, sizeof v)};
    drive_put(&d, e);
    dgram_send(&d, s, 4, "and another", 11, NULL);
    drive_expect(&d, 3, 26);
    drive_expect(&d, 4, 11);
    CHECK_EQ(peer_udp_from(&d, peer, in, sizeof in, &from), 26);
    CHECK_EQ(memcmp(in, "three pieces, one datagram", 26), 0);
    CHECK_EQ(peer_udp_from(&d, peer, in, sizeof in, NULL), 11);
    CHECK_EQ(from, here);
    end(s);
    close(peer);
    close(stranger);
}

/* D3: what cannot be sent says why, and its neighbours arrive in order. D2: nothing of it is sent. */
static void a_failed_datagram_takes_no_other_with_it(void)
{
    uint64_t s = dgram_open(&d, drive_inet4(0), NULL, NULL, 0);
    static uint8_t big[70000];
    uint16_t port;
    char in[8];
    int peer = peer_udp(&port);
    sluice_meta to = dgram_to(port), broadcast = {.family = SLUICE_FAMILY_INET4, .port = port, .addr = {255, 255, 255, 255}};
    sluice_meta foreign = to;

    foreign.flags = SLUICE_META_HAS_LOCAL;
    memcpy(foreign.local, (uint8_t[]){192, 0, 2, 77}, 4); /* not an address of this host */
    drive_scratch_reset(&d);
    dgram_send(&d, s, 10, "one", 3, &to);
    dgram_send(&d, s, 11, big, 65508, &to);            /* 65535 less the headers is 65507 */
    dgram_send(&d, s, 12, "two", 3, &to);
    dgram_send(&d, s, 13, big, sizeof big, &to);       /* no datagram at all */
    dgram_send(&d, s, 14, "x", 1, NULL);               /* to whom? */
    dgram_send(&d, s, 15, "x", 1, &broadcast);         /* without SO_BROADCAST */
    dgram_send(&d, s, 16, (void *)64, 10, &to);        /* not readable */
    dgram_send(&d, s, 17, "x", 1, &foreign);
    dgram_send(&d, s, 18, "three", 5, &to);
    drive_expect(&d, 10, 3);
    CHECK_EQ(drive_expect(&d, 11, -SLUICE_EMSGSIZE).detail, EMSGSIZE);
    drive_expect(&d, 12, 3);
    CHECK_EQ(drive_expect(&d, 13, -SLUICE_EMSGSIZE).accepted, 0);
    drive_expect(&d, 14, -SLUICE_ENOTCONN);
    /* A host without a route for it says so before it looks for the permission. */
    sluice_cqe c = drive_wait(&d, 15);
    CHECK(c.result == -SLUICE_EPERM || c.result == -SLUICE_ENETUNREACH);
    drive_expect(&d, 16, -SLUICE_EFAULT);
    c = drive_wait(&d, 17);
    CHECK_LT(c.result, 0);
    drive_expect(&d, 18, 5);
    CHECK_EQ(peer_udp_from(&d, peer, in, sizeof in, NULL), 3);
    CHECK_EQ(memcmp(in, "one", 3), 0);
    CHECK_EQ(peer_udp_from(&d, peer, in, sizeof in, NULL), 3);
    CHECK_EQ(memcmp(in, "two", 3), 0);
    CHECK_EQ(peer_udp_from(&d, peer, in, sizeof in, NULL), 5);
    end(s);
    close(peer);
}

/* Not a run as on an older kernel, or with a tiny ring? */
static bool whole(void) { return !getenv("SLUICE_TEST_FEATURES_OFF") && !getenv("SLUICE_TEST_URING_ENTRIES"); }

/* All datagrams of a turn leave with few system calls, in order; what waits together comes in with few. */
static void a_burst_takes_few_system_calls(void)
{
    uint64_t a = dgram_open(&d, drive_inet4(0), NULL, NULL, 0), b = dgram_open(&d, drive_inet4(0), NULL, NULL, 0);
    sluice_meta to = dgram_to(drive_port(&d, b));
    uint8_t bytes[96];

    dgram_receive(&d, b, RECEIVE, true);
    drive_turn(&d, 0);
    drive_scratch_reset(&d);
    for (uint32_t i = 0; i < 96; i++) {
        bytes[i] = (uint8_t)i;
        dgram_send(&d, a, 200 + i, &bytes[i], 1, &to);
    }
    uint64_t calls = drive_ctr(&d, SLUICE_CTR_SYSCALLS);
    for (uint32_t i = 0; i < 96; i++) drive_expect(&d, 200 + i, 1);
    for (uint32_t i = 0; i < 96; i++) dgram_expect(&d, RECEIVE, &bytes[i], 1);
    calls = drive_ctr(&d, SLUICE_CTR_SYSCALLS) - calls;
    printf("96 datagrams out and in: %" PRIu64 " system calls\n", calls);
    /* One each way for each, where the system has no call for several (macOS). */
    if (d.engine == SLUICE_ENGINE_KQUEUE) CHECK_LE(calls, 2 * 96 + 20);
    else if (whole()) CHECK_LE(calls, 20);
    end(a);
    end(b);
}

/* An echo to one peer, as a server does it: whoever waits for the next datagram sends the answer with the same call. */
static void an_echo_takes_few_system_calls(void)
{
    uint16_t port;
    int peer = peer_udp(&port);
    uint64_t s = dgram_open(&d, drive_inet4(0), NULL, NULL, 0), calls = 0;
    uint16_t here = drive_port(&d, s);
    sluice_meta to = dgram_to(port);
    sluice_cqe c, before = {0};

    dgram_receive(&d, s, RECEIVE, true);
    for (int i = 0; i < 1000; i++) {
        if (i == 100) calls = drive_ctr(&d, SLUICE_CTR_SYSCALLS);
        peer_udp_to(peer, here, &i, sizeof i);
        while (!drive_try(&d, RECEIVE, &c)) drive_turn(&d, 1000 * MS); /* the answer before leaves here, too */
        CHECK_EQ(memcmp(dgram_payload(&d, &c), &i, sizeof i), 0);
        if (i) {
            drive_expect(&d, 2, sizeof i);
            drive_give_back(&d, &before);
        }
        drive_scratch_reset(&d);
        sluice_sqe e = {.op = SLUICE_OP_SEND, .flags = SLUICE_SQE_LAZY, .handle = s, .token = 2, .len = sizeof i,
                        .addr = (uintptr_t)dgram_payload(&d, &c), .aux = drive_scratch(&d, &to, sizeof to)};
        drive_put(&d, e);
        before = c;
    }
    drive_turn(&d, 0);
    drive_expect(&d, 2, sizeof(int));
    drive_give_back(&d, &before);
    calls = drive_ctr(&d, SLUICE_CTR_SYSCALLS) - calls;
    printf("900 echoes: %" PRIu64 " system calls\n", calls);
    if (whole()) CHECK_LE(calls, d.engine == SLUICE_ENGINE_KQUEUE ? 3650 : d.engine == SLUICE_ENGINE_EPOLL ? 2750u : 950u);
    end(s);
    close(peer);
}

/* A datagram that has left makes room in the socket. Nobody waits for room, so nobody is woken: one wait, to its end. */
static void room_that_nobody_waits_for_wakes_nobody(void)
{
    uint16_t port;
    int peer = peer_udp(&port);
    uint64_t s = dgram_open(&d, drive_inet4(0), NULL, NULL, 0);
    sluice_meta to = dgram_to(port);

    drive_scratch_reset(&d);
    uint64_t aux = drive_scratch(&d, &to, sizeof to);
    for (int i = 0; i < 3; i++) {
        drive_put(&d, (sluice_sqe){.op = SLUICE_OP_SEND, .flags = SLUICE_SQE_LAZY, .handle = s, .token = 2, .len = 1,
                                   .addr = (uintptr_t)"x", .aux = aux});
        uint64_t calls = drive_ctr(&d, SLUICE_CTR_SYSCALLS);
        drive_turn(&d, 20 * MS);
        CHECK_LE(drive_ctr(&d, SLUICE_CTR_SYSCALLS) - calls, 2);
        drive_expect(&d, 2, 1);
    }
    end(s);
    close(peer);
}

/* One flooded socket leaves the others their turn: epoll takes so many bytes of it, and no more. */
static void a_flood_is_taken_in_shares(void)
{
    sluice_config config = drive_config();
    sluice_optval big = {.option = SLUICE_OPT_SO_RCVBUF, .value = 200000};
    uint16_t port;
    int peer = peer_udp(&port);
    uint8_t bytes[500] = {0};
    drive e;

    config.read_budget = 8192;
    drive_open(&e, "epoll", &config);
    drive_pool(&e, BUF_BYTES, 128);
    uint64_t s = dgram_open(&e, drive_inet4(0), NULL, &big, 1);
    dgram_receive(&e, s, RECEIVE, true);
    drive_turn(&e, 0);
    for (int i = 0; i < 80; i++) peer_udp_to(peer, drive_port(&e, s), bytes, sizeof bytes);
    for (uint32_t got = 0, turns = 0; got < 80; got += e.list_count, e.list_count = 0, turns++) {
        drive_turn(&e, 1000 * MS);
        CHECK_LE(e.list_count, 1 + config.read_budget / (sizeof bytes + SLUICE_MSG_ROOM) + 1);
        CHECK_GT(e.list_count, 0);
    }
    drive_end(&e, s, 1, 0);
    drive_expect(&e, 1, 0);
    drive_expect(&e, RECEIVE, -SLUICE_ECANCELED);
    drive_close(&e);
    close(peer);
}

/* A full socket is waited for: nothing is refused, nothing is lost on this side. */
static void a_full_socket_is_waited_for(void)
{
    sluice_optval small = {.option = SLUICE_OPT_SO_SNDBUF, .value = 4096};
    uint64_t s = dgram_open(&d, drive_inet4(0), NULL, &small, 1);
    static uint8_t bytes[4000];
    uint16_t port;
    int peer = peer_udp(&port);
    sluice_meta to = dgram_to(port);

    drive_scratch_reset(&d);
    for (uint32_t i = 0; i < 200; i++) dgram_send(&d, s, 300 + i, bytes, sizeof bytes, &to);
    for (uint32_t i = 0; i < 200; i++) drive_expect(&d, 300 + i, sizeof bytes);
    end(s);
    close(peer);
}

int main(int argc, char **argv)
{
    CHECK_EQ(argc, 2);
    drive_open(&d, argv[1], NULL);
    drive_pool(&d, BUF_BYTES, 64);
    echoes_to_many_peers(true);
    echoes_to_many_peers(false);
    one_longer_than_the_buffer_is_cut_once(true);
    one_longer_than_the_buffer_is_cut_once(false);
    connected_sockets_talk_to_their_peer();
    a_failed_datagram_takes_no_other_with_it();
    a_burst_takes_few_system_calls();
    an_echo_takes_few_system_calls();
    room_that_nobody_waits_for_wakes_nobody();
    if (d.engine == SLUICE_ENGINE_EPOLL) a_flood_is_taken_in_shares();
    a_full_socket_is_waited_for();
    drive_quiet(&d);
    CHECK_EQ(drive_ctr(&d, SLUICE_CTR_BUFFERS_OUT), 0);
    drive_close(&d);
    return 0;
}
