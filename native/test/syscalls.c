/*
 * syscalls: what an echoed message costs in system calls. The counts are exact, not measured: the peers are driven from
 * the same thread, so how messages fall into turns is fixed.
 */
#include "drive.h"

#define ECHOES 200
#define MANY 64
#define BYTES 64

static drive d;
static uint8_t text[BYTES], back[BYTES];

static void answer(const sluice_cqe *c, uint64_t token)
{
    CHECK_EQ(c->result, BYTES);
    drive_send(&d, c->handle, token, drive_data(&d, c), BYTES, SLUICE_SQE_LAZY);
    drive_give_back(&d, c);
}

/* The next message is there before the turn that sends the last answer and waits for it: one turn does it all, and none
   sleeps. In real ping-pong the same turn sleeps in its wait; the calls are the same. */
static double one_connection(void)
{
    uint64_t handle;
    int peer;
    sluice_cqe c;

    drive_pair(&d, &handle, &peer);
    drive_recv(&d, handle, 1, true);
    drive_turn(&d, 0);
    uint64_t before = 0;
    for (int i = 0; i < ECHOES + 10; i++) {
        if (i == 10) before = drive_ctr(&d, SLUICE_CTR_SYSCALLS);
        peer_send(peer, text, BYTES);
        /* Sends the last answer, waits, receives: what a server's turn does. Data is there, so it does not sleep. */
        drive_turn(&d, -1);
        while (drive_try(&d, 2, &c)) CHECK_EQ(c.result, BYTES);
        CHECK(drive_try(&d, 1, &c));
        answer(&c, 2);
    }
    uint64_t spent = drive_ctr(&d, SLUICE_CTR_SYSCALLS) - before;
    drive_turn(&d, 0);
    drive_end(&d, handle, 3, 0);
    drive_expect(&d, 3, 0);
    close(peer);
    drive_turn(&d, 0);
    while (drive_try(&d, 1, &c) || drive_try(&d, 2, &c)) continue;
    return (double)spent / ECHOES;
}

static double many_connections(void)
{
    uint64_t handle[MANY];
    int peer[MANY];
    sluice_cqe c;
    uint64_t before = 0;

    for (int i = 0; i < MANY; i++) {
        drive_pair(&d, &handle[i], &peer[i]);
        drive_recv(&d, handle[i], 1, true);
    }
    drive_turn(&d, 0);
    for (int round = 0; round < ECHOES; round++) {
        if (round == 10) before = drive_ctr(&d, SLUICE_CTR_SYSCALLS);
        for (int i = 0; i < MANY; i++) peer_send(peer[i], text, BYTES);
        for (int got = 0; got < MANY;) {
            drive_turn(&d, -1);
            while (drive_try(&d, 2, &c)) CHECK_EQ(c.result, BYTES);
            for (; drive_try(&d, 1, &c); got++) answer(&c, 2);
        }
    }
    uint64_t spent = drive_ctr(&d, SLUICE_CTR_SYSCALLS) - before;
    drive_turn(&d, 0);
    for (int i = 0; i < MANY; i++) {
        for (int n = 0; n < ECHOES; n++) peer_read(&d, peer[i], back, BYTES);
        drive_end(&d, handle[i], 3, 0);
        drive_expect(&d, 3, 0);
        close(peer[i]);
    }
    while (drive_try(&d, 1, &c) || drive_try(&d, 2, &c)) continue;
    return (double)spent / (MANY * (ECHOES - 10));
}

int main(int argc, char **argv)
{
    CHECK_EQ(argc, 2);
    drive_open(&d, argv[1], NULL);
    drive_pool(&d, 2048, 256);
    double one = one_connection(), many = many_connections();
    printf("%s: %.3f system calls per echo at 1 connection, %.3f at %d\n", argv[1], one, many, MANY);
    if (d.engine != SLUICE_ENGINE_IO_URING) {
        CHECK_MSG(one <= 3.0, "%.3f", one);
        CHECK_MSG(many <= 2.1, "%.3f", many);
    } else {
        CHECK_MSG(one <= 1.05, "%.3f", one);
        CHECK_MSG(many <= 0.15, "%.3f", many);
    }
    drive_close(&d);
    return 0;
}
