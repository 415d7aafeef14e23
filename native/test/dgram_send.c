/*
 * dgram_send: what Linux can be made to show about sending: D3, the order when the socket is full meanwhile, and D4, an ICMP error
 * in the middle of a batch.
 *
 * Loopback never fills a socket: a datagram is the receiver's at once. So the first one runs in a network namespace of its own,
 * whose loopback sends slowly (tc-tbf(8)); what waits there still counts for the sender.
 */
#include <sys/socket.h>
#include <unistd.h>

#include "drive_dgram.h"

#define BATCH   96u
#define BATCHES 10u
#define RECEIVE 100u
#define TRIES   10

/* Room comes while a batch is under way. Whoever then goes on behind the one that found none, overtakes it. */
static void a_full_socket_keeps_the_order(drive *d)
{
    const sluice_optval small = {.option = SLUICE_OPT_SO_SNDBUF, .value = 4608};
    uint64_t s = dgram_open(d, drive_inet4(0), NULL, &small, 1);
    uint16_t port;
    int peer = peer_udp(&port), big = 4 << 20;
    static uint32_t numbers[BATCH * BATCHES][16];
    sluice_meta to = dgram_to(port);

    setsockopt(peer, SOL_SOCKET, SO_RCVBUFFORCE, &big, sizeof big);
    for (uint32_t i = 0; i < BATCH * BATCHES; i++) {
        if (i % BATCH == 0) drive_scratch_reset(d);
        numbers[i][0] = i;
        dgram_send(d, s, 1000 + i, numbers[i], sizeof numbers[i], &to);
        if (i % BATCH < BATCH - 1) continue;
        /* More come while some wait. */
        drive_turn(d, 0);
    }
    uint32_t number, before = 0;
    for (uint32_t i = 0; i < BATCH * BATCHES; i++) {
        uint32_t in[16];
        CHECK_EQ(peer_udp_from(d, peer, in, sizeof in, NULL), sizeof in);
        number = in[0];
        if (number != i) FAIL("datagram %u came behind %u", number, before);
        before = number;
    }
    for (uint32_t i = 0; i < BATCH * BATCHES; i++) drive_expect(d, 1000 + i, sizeof numbers[i]);
    CHECK_GT(drive_ctr(d, SLUICE_CTR_BLOCKED_SENDS), 0);
    drive_end(d, s, 1, 0);
    drive_expect(d, 1, 0);
    close(peer);
}

/* The queue of errors makes every poll of the socket answer at once, also one for room. Nobody reads it: reading is paused. */
static void errors_that_nobody_reads_do_not_spin_on_a_full_socket(drive *d)
{
    const sluice_optval v[] = {{.option = SLUICE_OPT_SO_SNDBUF, .value = 4608}, {.option = SLUICE_OPT_IP_RECVERR, .value = 1}};
    uint64_t s = dgram_open(d, drive_inet4(0), NULL, v, 2);
    uint16_t port, nobody = refusing_udp_port();
    int peer = peer_udp(&port);
    sluice_meta lost = dgram_to(nobody), to = dgram_to(port);
    static uint8_t bytes[64];

    drive_scratch_reset(d);
    dgram_send(d, s, 10, "x", 1, &lost);
    drive_expect(d, 10, 1);
    for (int i = 0; i < 10; i++) drive_turn(d, 5 * MS); /* the error comes meanwhile; the end of the test checks that it did */
    CHECK(slow_loopback("1mbit"));
    uint64_t calls = drive_ctr(d, SLUICE_CTR_SYSCALLS);
    for (uint32_t i = 0; i < BATCH; i++) dgram_send(d, s, 1000 + i, bytes, sizeof bytes, &to);
    for (uint32_t i = 0; i < BATCH; i++) drive_expect(d, 1000 + i, sizeof bytes);
    calls = drive_ctr(d, SLUICE_CTR_SYSCALLS) - calls;
    printf("%u datagrams through a full socket: %" PRIu64 " system calls\n", BATCH, calls);
    CHECK_LE(calls, 20 * BATCH);
    dgram_receive(d, s, RECEIVE, true);
    sluice_cqe c = dgram_note(d, RECEIVE);
    drive_give_back(d, &c);
    drive_end(d, s, 1, 0);
    drive_expect(d, 1, 0);
    drive_expect(d, RECEIVE, -SLUICE_ECANCELED);
    close(peer);
}

/* Sends eight that nobody takes, in one batch. Whether each that left was told of, by a SEND or by the RECVMSG. */
static bool each_refusal_is_told(drive *d, const sluice_addr *nobody)
{
    uint64_t s = dgram_open(d, drive_inet4(0), nobody, NULL, 0);
    int sent = 0, refused = 0, notes = 0;
    sluice_cqe c;

    for (uint32_t i = 0; i < 8; i++) dgram_send(d, s, 200 + i, "x", 1, NULL);
    for (uint32_t i = 0; i < 8; i++) {
        c = drive_wait(d, 200 + i);
        if (c.result == 1) sent++;
        else {
            CHECK_EQ(c.result, -SLUICE_ECONNREFUSED);
            refused++;
        }
    }
    dgram_receive(d, s, RECEIVE, true);
    for (int i = 0; i < 3; i++) drive_turn(d, MS);
    while (drive_try(d, RECEIVE, &c)) {
        CHECK_EQ(c.result, -SLUICE_ECONNREFUSED);
        notes++;
    }
    printf("%d left, %d were refused, %d notes\n", sent, refused, notes);
    drive_end(d, s, 1, 0);
    drive_expect(d, 1, 0);
    while (drive_wait(d, RECEIVE).flags & SLUICE_CQE_MORE) continue;
    return refused > 0 && sent == refused + notes;
}

/*
 * Each datagram that leaves brings an ICMP error for the one behind it, or for the receive. None of them may vanish. A loaded kernel
 * brings an error later than that, and then two become one: so there are further tries, and an engine that loses errors fails in all.
 */
static void a_refusal_in_the_middle_of_a_batch_is_told(drive *d)
{
    sluice_addr nobody = drive_inet4(refusing_udp_port());

    for (int i = 0; i < TRIES; i++)
        if (each_refusal_is_told(d, &nobody)) return;
    FAIL("errors vanished in each of %d tries", TRIES);
}

int main(int argc, char **argv)
{
    drive d;

    CHECK_EQ(argc, 2);
    drive_open(&d, argv[1], NULL);
    drive_pool(&d, 512, 8);
    a_refusal_in_the_middle_of_a_batch_is_told(&d);
    drive_quiet(&d);
    drive_close(&d);
    if (!own_network() || !slow_loopback("10mbit")) SKIP("no network namespace with a slow loopback here (needs ip, tc, and the right to make one)");
    drive_open(&d, argv[1], NULL);
    drive_pool(&d, 512, 8);
    a_full_socket_keeps_the_order(&d);
    if (d.engine != SLUICE_ENGINE_KQUEUE) errors_that_nobody_reads_do_not_spin_on_a_full_socket(&d); /* Linux's queue of errors */
    drive_quiet(&d);
    drive_close(&d);
    return 0;
}
