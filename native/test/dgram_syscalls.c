/*
 * dgram_syscalls: what an echoed datagram costs in system calls, alone and in bursts. The counts are exact, not measured: the
 * peers are driven from the same thread, so how datagrams fall into turns is fixed.
 */
#include "drive_dgram.h"

#include <sys/socket.h>

#define BURSTS 200
#define SETTLING 20 /* bursts until the engine has learned how many come at a time */
#define MANY 64
#define BYTES 64
#define RECEIVE 1
#define SEND 2

static drive d;
static uint8_t text[BYTES];

static void answer(uint64_t s, const sluice_cqe *c)
{
    sluice_meta m = dgram_meta(&d, c), back = {.family = m.family, .port = m.port};

    CHECK_EQ(c->result, BYTES);
    memcpy(back.addr, m.addr, sizeof back.addr);
    drive_put(&d, (sluice_sqe){.op = SLUICE_OP_SEND, .flags = SLUICE_SQE_LAZY, .handle = s, .token = SEND, .len = BYTES,
                               .addr = (uintptr_t)dgram_payload(&d, c), .aux = drive_scratch(&d, &back, sizeof back)});
    drive_give_back(&d, c);
}

/* Bursts of n datagrams, one from each peer; the next one is there before the turn that sends the answers to the last. */
static double echoes(uint32_t n)
{
    uint64_t s = dgram_open(&d, drive_inet4(0), NULL, NULL, 0), before = 0;
    uint16_t here = drive_port(&d, s), port;
    int peer[MANY];
    sluice_cqe c;

    for (uint32_t i = 0; i < n; i++) peer[i] = peer_udp(&port);
    dgram_receive(&d, s, RECEIVE, true);
    drive_turn(&d, 0);
    for (int burst = 0; burst < SETTLING + BURSTS; burst++) {
        if (burst == SETTLING) before = drive_ctr(&d, SLUICE_CTR_SYSCALLS);
        for (uint32_t i = 0; i < n; i++) peer_udp_to(peer[i], here, text, BYTES);
        for (uint32_t got = 0; got < n;) {
            drive_turn(&d, -1);
            drive_scratch_reset(&d);
            while (drive_try(&d, SEND, &c)) CHECK_EQ(c.result, BYTES);
            for (; drive_try(&d, RECEIVE, &c); got++) answer(s, &c);
        }
    }
    uint64_t spent = drive_ctr(&d, SLUICE_CTR_SYSCALLS) - before;
    drive_end(&d, s, 3, 0);
    drive_expect(&d, 3, 0);
    while (drive_try(&d, RECEIVE, &c) || drive_try(&d, SEND, &c)) continue;
    for (uint32_t i = 0; i < n; i++) close(peer[i]);
    return (double)spent / (n * BURSTS);
}

int main(int argc, char **argv)
{
    CHECK_EQ(argc, 2);
    drive_open(&d, argv[1], NULL);
    drive_pool(&d, 2048, 256);
    double one = echoes(1), many = echoes(MANY);
    printf("%s: %.4f system calls per echoed datagram, %.4f in bursts of %d\n", argv[1], one, many, MANY);
    if (d.engine == SLUICE_ENGINE_IO_URING) {
        CHECK_MSG(one <= 1.0, "%.4f", one);
        CHECK_MSG(many <= 8.0 / MANY, "%.4f", many); /* a turn gets up to 32: io_uring_enter, and sendmmsg, which keeps the order */
    } else if (d.engine == SLUICE_ENGINE_EPOLL) {
        CHECK_MSG(one <= 3.0, "%.4f", one);
        CHECK_MSG(many <= 5.0 / MANY, "%.4f", many); /* the wait, recvmmsg twice, sendmmsg */
    } else {
        CHECK_MSG(one <= 4.0, "%.4f", one);
        CHECK_MSG(many <= 2.1, "%.4f", many);
    }
    drive_close(&d);
    return 0;
}
