/* A completion ring of eight entries: nothing is lost, nothing is reordered, submissions wait for room. */
#include <sys/socket.h>

#include "drive.h"

#define SENDS 500

static drive d;

int main(int argc, char **argv)
{
    sluice_config config = drive_config();
    uint64_t handle;
    int peer;
    static uint8_t block[100000];

    CHECK_EQ(argc, 2);
    config.cq_entries = 8;
    config.sq_entries = 1024;
    drive_open(&d, argv[1], &config);
    drive_pool(&d, 4096, 32);

    /* Submissions are consumed only as far as they can be answered. */
    for (uint64_t t = 0; t < 100; t++) drive_simple(&d, SLUICE_OP_NOP, 0, t);
    CHECK_EQ(sluice_enter(d.loop, -1, 0), 8); /* does not wait although the timeout would let it */
    CHECK_EQ(d.hdr->sq_tail - d.hdr->sq_head, 92);
    CHECK_EQ(sluice_enter(d.loop, -1, 0), 8);
    CHECK_EQ(d.hdr->sq_tail - d.hdr->sq_head, 92);
    for (uint64_t t = 0; t < 100; t++) drive_expect(&d, t, 0);
    CHECK_EQ(drive_ctr(&d, SLUICE_CTR_CQ_OVERFLOWS), 0);

    /* One CLOSE ends five hundred queued SENDs: the answers wait in order behind the ring. */
    drive_pair(&d, &handle, &peer);
    for (uint64_t t = 0; t < SENDS; t++) drive_send(&d, handle, 1000 + t, block, sizeof block, SLUICE_SQE_LAZY);
    while (d.hdr->sq_head != d.hdr->sq_tail) drive_turn(&d, 0);
    drive_end(&d, handle, 1, SLUICE_SQE_ABORT);
    drive_expect(&d, 1, 0);
    CHECK_GT(drive_ctr(&d, SLUICE_CTR_CQ_OVERFLOWS), 0);
    for (uint64_t t = 0; t < SENDS; t++) {
        CHECK_EQ_U64(d.list[0].token, 1000 + t);
        sluice_cqe c = drive_wait(&d, 1000 + t);
        CHECK(c.result == -SLUICE_ECANCELED || c.result == (int32_t)sizeof block);
    }
    drive_quiet(&d);
    close(peer);

    /* Data keeps its order while the ring is full most of the time. */
    uint8_t text[64];
    uint32_t got = 0, sent = 0;
    drive_pair(&d, &handle, &peer);
    drive_recv(&d, handle, 2, true);
    while (got < 20000) {
        for (int i = 0; i < 12 && sent < 20000; i++) {
            for (uint32_t b = 0; b < 50; b++) text[b] = oracle(1, sent + b);
            peer_send(peer, text, 50);
            sent += 50;
            drive_simple(&d, SLUICE_OP_NOP, 0, 3);
            sluice_enter(d.loop, 0, 0); /* without taking anything out */
        }
        drive_turn(&d, 0);
        sluice_cqe c;
        while (drive_try(&d, 2, &c)) {
            CHECK_GT(c.result, 0);
            for (int b = 0; b < c.result; b++) CHECK_EQ(drive_data(&d, &c)[b], oracle(1, got++));
            drive_give_back(&d, &c);
        }
        while (drive_try(&d, 3, &c)) CHECK_EQ(c.result, 0);
    }
    drive_end(&d, handle, 4, 0);
    drive_expect(&d, 4, 0);
    drive_expect(&d, 2, -SLUICE_ECANCELED);
    sluice_cqe c;
    drive_turn(&d, 0);
    while (drive_try(&d, 3, &c)) CHECK_EQ(c.result, 0);
    drive_quiet(&d);
    close(peer);
    CHECK_EQ(drive_ctr(&d, SLUICE_CTR_BUFFERS_OUT), 0);
    drive_close(&d);
    return 0;
}
