/* Opening and ending loops: nothing left, in every state; EBUSY; the caller's own memory; the limits of the arguments. */
#include <limits.h>
#include <sys/socket.h>

#include "drive.h"

static drive d;

static void force_in_the_middle_of_everything(const char *engine)
{
    int before = open_descriptors(), peers[8];
    uint64_t handles[8];
    static uint8_t block[1 << 20];

    drive_open(&d, engine, NULL);
    drive_pool(&d, 4096, 16);
    uint64_t listener = drive_listen(&d, drive_inet4(0), NULL, 0);
    drive_accept(&d, listener, 1, true);
    for (int i = 0; i < 8; i++) {
        drive_pair(&d, &handles[i], &peers[i]);
        drive_recv(&d, handles[i], 2, i & 1);
        for (int n = 0; (i & 2) && n < 20; n++) drive_send(&d, handles[i], 3, block, sizeof block, 0); /* more than fits */
        if (i & 4) peer_send(peers[i], "unread", 6);
    }
    sluice_addr nowhere = {.family = SLUICE_FAMILY_INET4, .port = 9, .bytes = {192, 0, 2, 1}};
    drive_scratch_reset(&d);
    drive_put(&d, (sluice_sqe){.op = SLUICE_OP_CONNECT, .token = 4, .addr = drive_scratch(&d, &nowhere, sizeof nowhere)});
    drive_turn(&d, 0);
    drive_end(&d, handles[2], 5, SLUICE_SQE_DRAIN);
    drive_turn(&d, 0);
    CHECK_EQ(sluice_destroy(d.loop, 0), -SLUICE_EBUSY);
    CHECK_EQ(sluice_destroy(d.loop, 2), -SLUICE_EINVAL);
    CHECK_EQ(sluice_destroy(d.loop, SLUICE_DESTROY_FORCE), 0);
    CHECK_EQ(open_descriptors(), before + 8);
    for (int i = 0; i < 8; i++) {
        uint8_t sink[4096];
        ssize_t n;
        do n = recv(peers[i], sink, sizeof sink, 0);
        while (n > 0);
        CHECK_MSG(n == -1, "peer %d", i); /* reset, not a polite end: the peer must know that something is missing */
        CHECK_EQ(errno, ECONNRESET);
        close(peers[i]);
    }
    free(d.list);
}

static void loops_come_and_go(const char *engine)
{
    int before = open_descriptors();

    for (int i = 0; i < 40; i++) {
        drive_open(&d, engine, NULL);
        drive_pool(&d, 4096, 16);
        if (i & 1) drive_turn(&d, 0);
        if (i & 2) sluice_wake(d.loop);
        drive_close(&d);
    }
    CHECK_EQ(open_descriptors(), before);
}

static void memory_of_the_caller(const char *engine)
{
    sluice_config config = drive_config();
    uint8_t *memory;

    config.engine = drive_engine(engine);
    config.sq_entries = 8;
    uint64_t bytes = sluice_shared_bytes(&config);
    CHECK_GT(bytes, 0);
    CHECK_EQ(posix_memalign((void **)&memory, 64, bytes + 64), 0);
    memset(memory, 0xaa, bytes + 64);
    config.shared_base = (uintptr_t)memory;
    config.shared_bytes = (uint32_t)bytes - 1;
    sluice_loop *loop;
    CHECK_EQ(sluice_open(&config, &loop), -SLUICE_EINVAL);
    config.shared_bytes = (uint32_t)bytes;
    config.shared_base += 8;
    CHECK_EQ(sluice_open(&config, &loop), -SLUICE_EINVAL);
    config.shared_base -= 8;
    drive_open(&d, engine, &config);
    CHECK((uint8_t *)d.hdr == memory);
    drive_simple(&d, SLUICE_OP_NOP, 0, 1);
    drive_expect(&d, 1, 0);
    drive_close(&d);
    CHECK_EQ(d.ctr[SLUICE_CTR_SUBMISSIONS], 1); /* still readable */
    for (int i = 0; i < 64; i++) CHECK_EQ(memory[bytes + (uint64_t)i], 0xaa);
    free(memory);
}

static void arguments(const char *engine)
{
    sluice_loop *loop;
    sluice_config good = drive_config();

    good.engine = drive_engine(engine);
#define BAD(field, value)                                                                              \
    do {                                                                                               \
        sluice_config c_ = good;                                                                       \
        c_.field = (value);                                                                            \
        if (sluice_open(&c_, &loop) != -SLUICE_EINVAL) FAIL("accepted: %s = %s", #field, #value);      \
        CHECK_EQ(sluice_shared_bytes(&c_), 0);                                                         \
    } while (0)
    BAD(size, 60);
    BAD(engine, 0);
    BAD(engine, SLUICE_ENGINE_KQUEUE + 1);
    BAD(sq_entries, 7);
    BAD(sq_entries, 100);
    BAD(sq_entries, 131072);
    BAD(cq_entries, 524288);
    BAD(rq_entries, 3);
    BAD(scratch_bytes, 5000);
    BAD(scratch_bytes, 2u << 20);
    BAD(max_handles, 4194305);
    BAD(max_ops, 63);
    BAD(features_off, 1u << 31);
    BAD(throttle_ms, 60001);
    BAD(read_budget, 100);
    BAD(uring_entries, 65536);
    BAD(reserved, 1);
    CHECK_EQ(sluice_open(NULL, &loop), -SLUICE_EINVAL);
    CHECK_EQ(sluice_open(&good, NULL), -SLUICE_EINVAL);

    sluice_probe_info info = {.size = 1};
    CHECK_EQ(sluice_probe(good.engine, &info), -SLUICE_EINVAL);
    info.size = sizeof info;
    CHECK_EQ(sluice_probe(77, &info), -SLUICE_EINVAL);
    for (int code = -40; code < 40; code++) CHECK_GT(strlen(sluice_strerror(code)), 0);
    CHECK_GT(strlen(sluice_strerror(INT_MIN)), 0);
    CHECK_STR_EQ(sluice_strerror(-SLUICE_EPIPE), sluice_strerror(SLUICE_EPIPE));
    CHECK_EQ(sluice_abi(), SLUICE_ABI);

    static uint8_t memory[4 * 64];
    drive_open(&d, engine, NULL);
    CHECK_EQ(sluice_pool(d.loop, 16, memory, 64, 4), -SLUICE_EINVAL);
    CHECK_EQ(sluice_pool(d.loop, 0, NULL, 64, 4), -SLUICE_EINVAL);
    CHECK_EQ(sluice_pool(d.loop, 0, memory, 63, 4), -SLUICE_EINVAL);
    CHECK_EQ(sluice_pool(d.loop, 0, memory, 64, 3), -SLUICE_EINVAL);
    CHECK_EQ(sluice_pool(d.loop, 0, memory, 64, 65536), -SLUICE_EINVAL);
    CHECK_EQ(sluice_pool(d.loop, 15, memory, 64, 4), 0);
    CHECK_EQ(sluice_pool(d.loop, 15, memory, 64, 4), -SLUICE_EBUSY);
    drive_close(&d);
}

int main(int argc, char **argv)
{
    CHECK_EQ(argc, 2);
    arguments(argv[1]);
    loops_come_and_go(argv[1]);
    memory_of_the_caller(argv[1]);
    force_in_the_middle_of_everything(argv[1]);
    return 0;
}
