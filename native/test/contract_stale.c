/* C3: an old handle is answered with ESTALE, without a system call, whoever has the slot now. */
#include "drive.h"

static drive d;

static void old_handle(uint64_t handle)
{
    static const uint8_t ops[] = {SLUICE_OP_ACCEPT, SLUICE_OP_RECV, SLUICE_OP_SHUTDOWN, SLUICE_OP_CLOSE,
                                  SLUICE_OP_DETACH, SLUICE_OP_WATCH, SLUICE_OP_CANCEL};
    uint32_t count = sizeof ops - !handle; /* CANCEL with handle 0 asks for a CONNECT */
    uint64_t stale = drive_ctr(&d, SLUICE_CTR_STALE);

    drive_turn(&d, 0); /* what earlier steps left to do */
    uint64_t calls = drive_ctr(&d, SLUICE_CTR_SYSCALLS);
    drive_turn(&d, 0);
    uint64_t idle = drive_ctr(&d, SLUICE_CTR_SYSCALLS) - calls; /* what a turn without work costs */
    calls = drive_ctr(&d, SLUICE_CTR_SYSCALLS);
    for (uint32_t i = 0; i < count; i++) drive_simple(&d, ops[i], handle, 10 + i);
    drive_send(&d, handle, 30, "abc", 3, 0);
    drive_turn(&d, 0);
    CHECK_EQ(drive_ctr(&d, SLUICE_CTR_SYSCALLS) - calls, idle);
    CHECK_EQ(drive_ctr(&d, SLUICE_CTR_STALE) - stale, count + 1);
    for (uint32_t i = 0; i < count; i++) {
        sluice_cqe c = drive_expect(&d, 10 + i, -SLUICE_ESTALE);
        CHECK_EQ(c.op, ops[i]);
        CHECK_EQ_U64(c.handle, handle);
    }
    drive_expect(&d, 30, -SLUICE_ESTALE);
    sluice_addr a;
    uint32_t len = sizeof a;
    CHECK_EQ(sluice_query(d.loop, handle, SLUICE_QUERY_LOCAL_ADDR, &a, &len), -SLUICE_ESTALE);
}

int main(int argc, char **argv)
{
    /* One slot: every new handle has the index of the old one. */
    sluice_config config = drive_config();
    uint64_t handle, old = 0;
    int peer;
    uint8_t byte;

    CHECK_EQ(argc, 2);
    config.max_handles = 2;
    drive_open(&d, argv[1], &config);
    drive_pool(&d, 4096, 16);
    old_handle(0);
    old_handle(1);
    old_handle(UINT64_MAX);
    for (int i = 0; i < 20; i++) {
        drive_pair(&d, &handle, &peer);
        CHECK_NE(handle, old);
        CHECK_LT((uint32_t)handle, 2);
        if (old) old_handle(old);
        old_handle(handle + (1ull << 32)); /* a generation that is not given out yet */
        /* The present owner of the slot is untouched. */
        drive_recv(&d, handle, 1, false);
        drive_send(&d, handle, 2, "y", 1, 0);
        drive_expect(&d, 2, 1);
        peer_read(&d, peer, &byte, 1);
        CHECK_EQ(byte, 'y');
        peer_send(peer, "z", 1);
        sluice_cqe c = drive_expect(&d, 1, 1);
        CHECK_EQ(*drive_data(&d, &c), 'z');
        drive_give_back(&d, &c);
        drive_end(&d, handle, 3, 0);
        drive_expect(&d, 3, 0);
        close(peer);
        old = handle;
        old_handle(old);
    }
    /* A third handle does not fit. */
    sluice_addr any = drive_inet4(0);
    drive_listen(&d, any, NULL, 0);
    drive_listen(&d, any, NULL, 0);
    drive_scratch_reset(&d);
    uint64_t at = drive_scratch(&d, &any, sizeof any);
    drive_put(&d, (sluice_sqe){.op = SLUICE_OP_LISTEN, .token = 5, .addr = at});
    CHECK_EQ_U64(drive_expect(&d, 5, -SLUICE_ENOMEM).handle, 0);
    CHECK_EQ(sluice_destroy(d.loop, 0), -SLUICE_EBUSY);
    CHECK_EQ(sluice_destroy(d.loop, SLUICE_DESTROY_FORCE), 0);
    return 0;
}
