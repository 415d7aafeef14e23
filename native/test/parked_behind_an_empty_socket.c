/*
 * C9: a RECV that filled its last buffer exactly is parked although its socket is empty. One buffer that comes back must
 * not get stuck with it: the next parked RECV, whose socket has data, gets it.
 */
#include "drive.h"

#define BUF_BYTES 64
#define BUFFERS 2

static drive d;

int main(int argc, char **argv)
{
    uint8_t text[BUF_BYTES * BUFFERS] = "exactly as much as all buffers take";
    uint64_t empty, full;
    int empty_peer, full_peer;
    sluice_cqe c[BUFFERS], last;

    CHECK_EQ(argc, 2);
    drive_open(&d, argv[1], NULL);
    drive_pool(&d, BUF_BYTES, BUFFERS);
    drive_pair(&d, &empty, &empty_peer);
    drive_pair(&d, &full, &full_peer);
    peer_send(empty_peer, text, sizeof text);
    drive_recv(&d, empty, 1, true);
    for (int i = 0; i < BUFFERS; i++) {
        c[i] = drive_wait(&d, 1);
        CHECK_EQ(c[i].result, BUF_BYTES);
    }
    /* epoll parks the first RECV at once; io_uring only when its kernel asks for a buffer before it looks */
    if (d.engine != SLUICE_ENGINE_IO_URING) CHECK_EQ_U64(drive_ctr(&d, SLUICE_CTR_STARVED), 1);
    uint64_t starved = drive_ctr(&d, SLUICE_CTR_STARVED);
    peer_send(full_peer, text, BUF_BYTES);
    drive_recv(&d, full, 2, true);
    while (drive_ctr(&d, SLUICE_CTR_STARVED) == starved) drive_turn(&d, MS);
    drive_give_back(&d, &c[0]);
    last = drive_wait(&d, 2);
    CHECK_EQ(last.result, BUF_BYTES);
    drive_give_back(&d, &last);
    drive_give_back(&d, &c[1]);
    drive_end(&d, empty, 3, 0);
    drive_end(&d, full, 4, 0);
    drive_expect(&d, 3, 0);
    drive_expect(&d, 4, 0);
    close(empty_peer);
    close(full_peer);
    drive_turn(&d, 0);
    drive_close(&d);
    return 0;
}
