/* C9: without buffers a RECV is parked, goes on when buffers come back, and can be cancelled meanwhile. */
#include "drive.h"

#define CONNECTIONS 10
#define BUFFERS 4

static drive d;

int main(int argc, char **argv)
{
    uint64_t handle[CONNECTIONS];
    int peer[CONNECTIONS];
    uint32_t got[CONNECTIONS] = {0};
    sluice_cqe c, held[BUFFERS];
    int holding = 0;
    uint8_t text[1000];

    CHECK_EQ(argc, 2);
    drive_open(&d, argv[1], NULL);
    drive_pool(&d, 1000, BUFFERS);
    for (int i = 0; i < CONNECTIONS; i++) {
        drive_pair(&d, &handle[i], &peer[i]);
        drive_recv(&d, handle[i], 100 + (uint64_t)i, true);
        for (uint32_t b = 0; b < sizeof text; b++) text[b] = oracle((uint64_t)i, b);
        peer_send(peer[i], text, sizeof text);
    }
    while (drive_ctr(&d, SLUICE_CTR_BUFFERS_OUT) < BUFFERS) drive_turn(&d, 10 * MS);
    /* All buffers are out. The loop must be able to sleep, not spin, and nobody is told of an error. */
    for (int i = 0; i < 3; i++) drive_turn(&d, 10 * MS);
    uint64_t waits = drive_ctr(&d, SLUICE_CTR_WAITS), calls = drive_ctr(&d, SLUICE_CTR_SYSCALLS);
    drive_turn(&d, 30 * MS);
    CHECK_GT(drive_ctr(&d, SLUICE_CTR_WAITS), waits);
    CHECK_LE(drive_ctr(&d, SLUICE_CTR_SYSCALLS) - calls, 4);
    CHECK_GT(drive_ctr(&d, SLUICE_CTR_STARVED), 0);
    CHECK_EQ(drive_ctr(&d, SLUICE_CTR_BUFFERS_OUT), BUFFERS);
    /* A parked RECV can be cancelled, a parked handle closed. */
    drive_cancel(&d, handle[CONNECTIONS - 1], 1, 100 + CONNECTIONS - 1);
    drive_end(&d, handle[CONNECTIONS - 2], 2, 0);
    drive_expect(&d, 1, 0);
    drive_expect(&d, 2, 0);
    for (int i = CONNECTIONS - 2; i < CONNECTIONS; i++)
        while (drive_wait(&d, 100 + (uint64_t)i).flags & SLUICE_CQE_MORE) continue;
    /* One buffer back at a time is enough for all the others. */
    for (int rest = CONNECTIONS - 2; rest;) {
        for (int i = 0; i < CONNECTIONS - 2; i++)
            while (drive_try(&d, 100 + (uint64_t)i, &c)) {
                CHECK_GT(c.result, 0);
                for (int b = 0; b < c.result; b++) CHECK_EQ(drive_data(&d, &c)[b], oracle((uint64_t)i, got[i]++));
                if (got[i] == sizeof text) rest--;
                CHECK_LT(holding, BUFFERS);
                held[holding++] = c;
            }
        if (!rest) break;
        CHECK_GT(holding, 0);
        drive_give_back(&d, &held[--holding]);
        drive_turn(&d, 20 * MS);
    }
    while (holding) drive_give_back(&d, &held[--holding]);
    drive_turn(&d, 0);
    for (int i = 0; i < CONNECTIONS; i++) {
        if (i != CONNECTIONS - 2) {
            drive_end(&d, handle[i], 3, SLUICE_SQE_ABORT);
            drive_expect(&d, 3, 0);
        }
        close(peer[i]);
    }
    drive_turn(&d, 0);
    drive_close(&d);
    return 0;
}
