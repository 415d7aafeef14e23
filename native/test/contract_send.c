/* C4: order, no silent short write, the count accepted before an error, ECANCELED behind it. */
#include <fcntl.h>
#include <sys/socket.h>

#include "drive.h"

#define PIECES 64
#define PIECE 100000u

static drive d;
static uint8_t out[PIECES * PIECE], back[PIECES * PIECE];

/* Far more than the socket takes at once, in SENDs and SENDMSGs of all shapes. */
static void order_is_kept(bool unix_socket)
{
    uint64_t handle;
    int peer;
    uint32_t seed = 1, next = 0, token = 0;
    uint32_t expected[PIECES * 8];

    if (unix_socket) drive_pair_unix(&d, &handle, &peer);
    else drive_pair(&d, &handle, &peer);
    for (size_t i = 0; i < sizeof out; i++) out[i] = oracle(unix_socket, i);
    while (next < sizeof out) {
        seed = seed * 1103515245 + 12345;
        uint32_t n = 1 + (seed >> 8) % PIECE, left = (uint32_t)sizeof out - next;
        if (n > left) n = left;
        if (token % 3 == 0 && n > 4) {
            uint32_t cut = n / 3;
            sluice_iovec v[3] = {{(uintptr_t)(out + next), cut},
                                 {(uintptr_t)(out + next + cut), 1},
                                 {(uintptr_t)(out + next + cut + 1), n - cut - 1}};
            drive_scratch_reset(&d);
            uint64_t at = drive_scratch(&d, v, sizeof v);
            drive_put(&d, (sluice_sqe){.op = SLUICE_OP_SENDMSG, .handle = handle, .token = token, .len = 3, .addr = at});
            drive_turn(&d, 0); /* the list is copied when it is consumed */
            memset(d.scratch, 0xee, sizeof v);
        } else {
            drive_send(&d, handle, token, out + next, n, 0);
            d.sq[(d.hdr->sq_tail - 1) & (d.hdr->sq_entries - 1)].msg_flags = token & 1 ? SLUICE_MSG_MORE : 0;
        }
        expected[token++] = n;
        next += n;
    }
    drive_put(&d, (sluice_sqe){.op = SLUICE_OP_SHUTDOWN, .handle = handle, .token = 5000});
    drive_turn(&d, 0);
    drive_send(&d, handle, 5001, out, 1, 0);
    drive_expect(&d, 5001, -SLUICE_EPIPE);
    peer_read(&d, peer, back, sizeof back);
    CHECK_MEM_EQ(back, out, sizeof out);
    CHECK_EQ(peer_end(&d, peer), 0);
    drive_expect(&d, 5000, 0);
    uint32_t order = 0; /* the completions, too, come in order */
    for (uint32_t t = 0; t < token; t++) {
        CHECK_EQ_U64(d.list[0].token, t);
        drive_expect(&d, t, (int32_t)expected[t]);
        order++;
    }
    CHECK_EQ(order, token);
    drive_end(&d, handle, 1, 0);
    drive_expect(&d, 1, 0);
    drive_quiet(&d);
    close(peer);
}

/* The peer resets in the middle: every queued SEND is answered, in order, and what they accepted adds up. */
static void a_reset_fails_the_queue(void)
{
    uint64_t handle, accepted = 0;
    int peer;
    bool failed = false;

    drive_pair(&d, &handle, &peer);
    for (uint64_t t = 0; t < PIECES; t++) drive_send(&d, handle, 100 + t, out + t * PIECE, PIECE, SLUICE_SQE_LAZY);
    drive_turn(&d, 0);
    peer_read(&d, peer, back, PIECE);
    peer_reset(peer);
    for (uint64_t t = 0; t < PIECES; t++) {
        sluice_cqe c = drive_wait(&d, 100 + t);
        if (c.result >= 0) {
            CHECK(!failed);
            CHECK_EQ(c.result, PIECE);
            accepted += PIECE;
        } else if (!failed) {
            CHECK_MSG(c.result == -SLUICE_ECONNRESET || c.result == -SLUICE_EPIPE, "%s", sluice_strerror(c.result));
            CHECK(c.detail == ECONNRESET || c.detail == EPIPE);
            CHECK_LT(c.accepted, PIECE);
            accepted += c.accepted;
            failed = true;
        } else {
            CHECK_EQ(c.result, -SLUICE_ECANCELED);
            CHECK_EQ(c.accepted, 0);
        }
    }
    CHECK(failed);
    CHECK_GE(accepted, PIECE);
    drive_send(&d, handle, 1, out, 1, 0); /* nothing can follow a gap */
    drive_expect(&d, 1, -SLUICE_ECANCELED);
    drive_end(&d, handle, 2, 0);
    drive_expect(&d, 2, 0);
}

static void unreadable_memory_is_an_error_of_the_send(void)
{
    uint64_t handle;
    int peer;

    drive_pair(&d, &handle, &peer);
    drive_send(&d, handle, 1, (void *)8, 100, 0);
    CHECK_EQ(drive_expect(&d, 1, -SLUICE_EFAULT).detail, EFAULT);
    drive_end(&d, handle, 2, 0);
    drive_expect(&d, 2, 0);
    close(peer);
}

static void lazy_sends_do_not_end_a_wait(void)
{
    uint64_t handle, waits = drive_ctr(&d, SLUICE_CTR_WAITS);
    int peer;
    uint8_t byte;

    drive_pair(&d, &handle, &peer);
    waits = drive_ctr(&d, SLUICE_CTR_WAITS);
    drive_send(&d, handle, 1, "l", 1, SLUICE_SQE_LAZY);
    drive_turn(&d, 20 * MS);
    CHECK_GT(drive_ctr(&d, SLUICE_CTR_WAITS), waits);
    drive_expect(&d, 1, 1);
    peer_read(&d, peer, &byte, 1);
    waits = drive_ctr(&d, SLUICE_CTR_WAITS);
    drive_send(&d, handle, 2, "e", 1, 0); /* this one does: a wait without limit would hang here */
    drive_turn(&d, -1);
    drive_expect(&d, 2, 1);
    drive_end(&d, handle, 3, 0);
    drive_expect(&d, 3, 0);
    close(peer);
}

int main(int argc, char **argv)
{
    CHECK_EQ(argc, 2);
    drive_open(&d, argv[1], NULL);
    order_is_kept(false);
    order_is_kept(true);
    a_reset_fails_the_queue();
    unreadable_memory_is_an_error_of_the_send();
    lazy_sends_do_not_end_a_wait();
    CHECK_EQ(drive_ctr(&d, SLUICE_CTR_OPS_IN_FLIGHT), 0);
    drive_close(&d);
    return 0;
}
