/*
 * C9 with LAZY: a RECV waits for a buffer, and the buffers hang on LAZY sends that the kernel takes at once. The blocking
 * enter that submits them must come back with their completions: nothing else would ever end its wait.
 */
#include "drive.h"

#define BUF_BYTES 64
#define BUFFERS 2
#define BLOCKS 6

static drive d;

/* Takes both buffers; they stay out. */
static void take(sluice_cqe *held, uint32_t *got)
{
    for (int i = 0; i < BUFFERS; i++) {
        held[i] = drive_wait(&d, 1);
        CHECK_EQ(held[i].result, BUF_BYTES);
        for (int b = 0; b < BUF_BYTES; b++) CHECK_EQ(drive_data(&d, &held[i])[b], oracle(1, (*got)++));
    }
}

int main(int argc, char **argv)
{
    uint8_t text[BUF_BYTES * BLOCKS], back[sizeof text];
    sluice_cqe held[BUFFERS];
    uint32_t got = 0;
    uint64_t handle, rounds = 0;
    int peer;

    CHECK_EQ(argc, 2);
    drive_open(&d, argv[1], NULL);
    drive_pool(&d, BUF_BYTES, BUFFERS);
    drive_pair(&d, &handle, &peer);
    for (uint32_t b = 0; b < sizeof text; b++) text[b] = oracle(1, b);
    peer_send(peer, text, sizeof text);
    drive_recv(&d, handle, 1, true);
    while (got < sizeof text) {
        bool last = got + BUFFERS * BUF_BYTES == sizeof text;
        take(held, &got);
        /* The RECV is parked for the rest before the sends go out. */
        while (!last && drive_ctr(&d, SLUICE_CTR_STARVED) <= rounds) drive_turn(&d, MS);
        for (int i = 0; i < BUFFERS; i++)
            drive_send(&d, handle, 10 + (uint64_t)i, drive_data(&d, &held[i]), BUF_BYTES, SLUICE_SQE_LAZY);
        if (!last) CHECK_GT(drive_turn(&d, -1), 0); /* never hangs: that is the failure */
        rounds++;
        for (int i = 0; i < BUFFERS; i++) {
            drive_expect(&d, 10 + (uint64_t)i, BUF_BYTES);
            drive_give_back(&d, &held[i]);
        }
    }
    peer_read(&d, peer, back, sizeof back);
    CHECK_MEM_EQ(back, text, sizeof back);
    drive_end(&d, handle, 2, 0);
    drive_expect(&d, 2, 0);
    close(peer);
    drive_turn(&d, 0);
    drive_close(&d);
    return 0;
}
