/* C1, C2: one terminal completion for every submission; the terminal of the CLOSE comes last. */
#include <sys/socket.h>

#include "drive.h"

static drive d;
static uint8_t block[1 << 20];

#define BLOCKS_DRAINED 48u /* more than the buffers of both ends ever take (tcp_wmem, tcp_rmem), so that it goes on for more than a turn */

static void every_submission_is_answered_once(void)
{
    uint64_t handle, terminals = d.terminals, submissions = drive_ctr(&d, SLUICE_CTR_SUBMISSIONS);
    int peer;

    drive_pair(&d, &handle, &peer);
    for (uint64_t t = 0; t < 50; t++) drive_simple(&d, SLUICE_OP_NOP, 0, 100 + t);
    for (uint64_t t = 0; t < 50; t++) drive_send(&d, handle, 200 + t, block, 10, t & 1 ? SLUICE_SQE_LAZY : 0);
    drive_recv(&d, handle, 300, true);
    drive_recv(&d, handle, 301, true);
    drive_simple(&d, SLUICE_OP_WATCH, handle, 302);
    for (uint64_t t = 0; t < 50; t++) drive_expect(&d, 100 + t, 0);
    for (uint64_t t = 0; t < 50; t++) drive_expect(&d, 200 + t, 10);
    drive_expect(&d, 301, -SLUICE_EBUSY);
    drive_expect(&d, 302, -SLUICE_EBUSY);
    drive_end(&d, handle, 303, 0);
    drive_expect(&d, 303, 0);
    drive_expect(&d, 300, -SLUICE_ECANCELED);
    drive_quiet(&d);
    CHECK_EQ(d.terminals - terminals, drive_ctr(&d, SLUICE_CTR_SUBMISSIONS) - submissions);
    close(peer);
}

/* Everything that can be pending on a handle is pending, then it is closed. */
static void close_is_the_last_word(uint8_t flags, bool unix_socket)
{
    uint64_t handle, seen = 0;
    int peer;
    sluice_cqe c = {0};

    if (unix_socket) drive_pair_unix(&d, &handle, &peer);
    else drive_pair(&d, &handle, &peer);
    drive_recv(&d, handle, 1, true);
    for (uint64_t t = 0; t < 20; t++) drive_send(&d, handle, 10 + t, block, sizeof block, 0);
    drive_turn(&d, 0);
    peer_send(peer, "last words", 10);
    drive_end(&d, handle, 2, flags);
    drive_end(&d, handle, 3, 0);
    while (!seen) {
        drive_turn(&d, 50 * MS);
        for (uint32_t i = 0; i < d.list_count; i++) {
            if (d.list[i].result == -SLUICE_ESTALE) continue; /* C3: the second CLOSE found no handle any more */
            if (seen) FAIL("token %" PRIu64 " op %u after the terminal of the CLOSE", d.list[i].token, d.list[i].op);
            CHECK_EQ_U64(d.list[i].handle, handle);
            if (d.list[i].token == 2) seen = 1;
        }
    }
    drive_quiet_of(&d, handle);
    drive_expect(&d, 2, 0);
    c = drive_wait(&d, 3);
    CHECK(c.result == -SLUICE_EALREADY || c.result == -SLUICE_ESTALE);
    for (uint64_t t = 0; t < 20; t++) {
        c = drive_wait(&d, 10 + t);
        CHECK(c.result == (int32_t)sizeof block || c.result == -SLUICE_ECANCELED);
        CHECK(c.result >= 0 || c.accepted <= sizeof block);
    }
    CHECK_EQ(c.result, -SLUICE_ECANCELED); /* 20 MiB do not fit into any socket buffer here */
    do {
        c = drive_wait(&d, 1);
        if (c.flags & SLUICE_CQE_BUFFER) drive_give_back(&d, &c);
    } while (c.flags & SLUICE_CQE_MORE);
    CHECK_EQ(c.result, -SLUICE_ECANCELED);
    drive_quiet(&d);
    close(peer);
}

static void close_ends_what_the_peer_sees(void)
{
    uint64_t handle;
    int peer;

    drive_pair(&d, &handle, &peer);
    drive_send(&d, handle, 1, "x", 1, 0);
    drive_expect(&d, 1, 1);
    drive_end(&d, handle, 2, 0);
    drive_expect(&d, 2, 0);
    CHECK_EQ(peer_end(&d, peer), 0);
    close(peer);

    drive_pair(&d, &handle, &peer);
    drive_end(&d, handle, 2, SLUICE_SQE_ABORT);
    drive_expect(&d, 2, 0);
    CHECK_EQ(peer_end(&d, peer), ECONNRESET);
    close(peer);
}

static void drain_hands_everything_over(void)
{
    uint64_t handle;
    int peer;
    static uint8_t back[BLOCKS_DRAINED * sizeof block];

    for (size_t i = 0; i < sizeof block; i++) block[i] = oracle(7, i);
    drive_pair(&d, &handle, &peer);
    for (uint64_t t = 0; t < BLOCKS_DRAINED; t++) drive_send(&d, handle, 10 + t, block, sizeof block, 0);
    drive_end(&d, handle, 2, SLUICE_SQE_DRAIN);
    drive_turn(&d, 0);
    drive_send(&d, handle, 3, block, 1, 0); /* no new work */
    drive_expect(&d, 3, -SLUICE_EALREADY);
    peer_read(&d, peer, back, sizeof back);
    for (size_t i = 0; i < sizeof back; i++) CHECK_EQ(back[i], block[i % sizeof block]);
    for (uint64_t t = 0; t < BLOCKS_DRAINED; t++) drive_expect(&d, 10 + t, sizeof block);
    drive_expect(&d, 2, 0);
    CHECK_EQ(peer_end(&d, peer), 0);
    close(peer);
}

static void abort_turns_a_drain_into_a_reset(void)
{
    uint64_t handle;
    int peer;
    sluice_cqe c;

    drive_pair(&d, &handle, &peer);
    for (uint64_t t = 0; t < 20; t++) drive_send(&d, handle, 10 + t, block, sizeof block, 0);
    drive_end(&d, handle, 2, SLUICE_SQE_DRAIN);
    drive_turn(&d, 0);
    drive_end(&d, handle, 3, SLUICE_SQE_ABORT);
    drive_expect(&d, 2, 0);
    drive_expect(&d, 3, -SLUICE_EALREADY);
    for (uint64_t t = 0; t < 20; t++) c = drive_wait(&d, 10 + t);
    CHECK_EQ(c.result, -SLUICE_ECANCELED);
    CHECK_EQ(peer_end(&d, peer), ECONNRESET);
    close(peer);
}

int main(int argc, char **argv)
{
    CHECK_EQ(argc, 2);
    drive_open(&d, argv[1], NULL);
    drive_pool(&d, 4096, 64);
    int before = open_descriptors();
    every_submission_is_answered_once();
    close_is_the_last_word(0, false);
    close_is_the_last_word(SLUICE_SQE_ABORT, false);
    close_is_the_last_word(0, true);
    close_is_the_last_word(SLUICE_SQE_ABORT, true);
    close_ends_what_the_peer_sees();
    drain_hands_everything_over();
    abort_turns_a_drain_into_a_reset();
    CHECK_EQ(open_descriptors(), before);
    CHECK_EQ(drive_ctr(&d, SLUICE_CTR_BUFFERS_OUT), 0);
    CHECK_EQ(drive_ctr(&d, SLUICE_CTR_OPS_IN_FLIGHT), 0);
    drive_close(&d);
    return 0;
}
