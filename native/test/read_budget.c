/*
 * One connection that floods does not starve the others: after its budget it waits for the next turn. Of the epoll engine
 * only: io_uring's receives are bounded by the kernel.
 */
#include <sys/socket.h>

#include "drive.h"

#define BUDGET 4096
#define BUF 1024

static drive d;
static uint8_t flood[400000];

int main(void)
{
    sluice_config config = drive_config();
    uint64_t loud, quiet;
    int loud_peer, quiet_peer;
    uint32_t got = 0, turns = 0, heard = 0;
    sluice_cqe c;

    config.read_budget = BUDGET;
    drive_open(&d, "epoll", &config);
    drive_pool(&d, BUF, 1024);
    drive_pair(&d, &loud, &loud_peer);
    drive_pair(&d, &quiet, &quiet_peer);
    for (uint32_t i = 0; i < sizeof flood; i++) flood[i] = oracle(2, i);
    peer_send(loud_peer, flood, sizeof flood);
    drive_recv(&d, loud, 1, true);
    drive_recv(&d, quiet, 2, true);
    while (got < sizeof flood) {
        if (turns++ % 4 == 0) peer_send(quiet_peer, "q", 1);
        drive_turn(&d, -1); /* never hangs: a handle that can go on makes the wait short */
        uint32_t now = 0;
        while (drive_try(&d, 1, &c)) {
            CHECK_MEM_EQ(drive_data(&d, &c), flood + got, (size_t)c.result);
            got += (uint32_t)c.result;
            now += (uint32_t)c.result;
            drive_give_back(&d, &c);
        }
        CHECK_LE(now, 2 * (BUDGET + BUF)); /* once from the ready list, once from an event */
        for (; drive_try(&d, 2, &c); heard += (uint32_t)c.result) drive_give_back(&d, &c);
        CHECK_GE(heard, turns / 4); /* heard in the turn it was said */
    }
    CHECK_GT(turns, sizeof flood / (2 * (BUDGET + BUF)) - 1);
    drive_end(&d, loud, 3, 0);
    drive_end(&d, quiet, 3, 0);
    drive_expect(&d, 3, 0);
    drive_expect(&d, 3, 0);
    for (uint64_t t = 1; t < 3; t++) drive_expect(&d, t, -SLUICE_ECANCELED);
    close(loud_peer);
    close(quiet_peer);
    drive_close(&d);
    return 0;
}
