/* C8, C10: cancelling, and what a cancelled operation produced too late. */
#include <sys/socket.h>

#include "drive.h"

static drive d;

static void every_kind_can_be_cancelled(void)
{
    uint64_t handle, listener = drive_listen(&d, drive_inet4(0), NULL, 0);
    int peer;

    drive_pair(&d, &handle, &peer);
    for (int multi = 0; multi < 2; multi++) {
        drive_recv(&d, handle, 1, multi);
        drive_accept(&d, listener, 2, multi);
        drive_turn(&d, 0);
        drive_cancel(&d, handle, 11, 1);
        drive_cancel(&d, listener, 12, 2);
        drive_expect(&d, 11, 0);
        drive_expect(&d, 12, 0);
        drive_expect(&d, 1, -SLUICE_ECANCELED);
        drive_expect(&d, 2, -SLUICE_ECANCELED);
    }
    drive_simple(&d, SLUICE_OP_WATCH, handle, 3);
    drive_cancel(&d, handle, 13, 3); /* in the same batch */
    drive_expect(&d, 13, 0);
    drive_expect(&d, 3, -SLUICE_ECANCELED);
    drive_cancel(&d, handle, 14, 3);
    drive_expect(&d, 14, -SLUICE_ENOENT);
    drive_cancel(&d, 0, 15, 99);
    drive_expect(&d, 15, -SLUICE_ENOENT);
    drive_end(&d, handle, 4, 0);
    drive_end(&d, listener, 5, 0);
    drive_expect(&d, 4, 0);
    drive_expect(&d, 5, 0);
    drive_quiet(&d);
    close(peer);
}

/* Data and the cancellation race. Whatever comes out, no byte is lost: the next RECV gets what this one did not. */
static void a_cancelled_recv_loses_nothing(void)
{
    uint64_t handle;
    int peer;
    uint32_t sent = 0, got = 0;
    sluice_cqe c;

    drive_pair(&d, &handle, &peer);
    for (int i = 0; i < 300; i++) {
        drive_recv(&d, handle, 1, i & 1);
        if (i % 3) drive_turn(&d, 0);
        uint8_t byte = oracle(5, sent++);
        peer_send(peer, &byte, 1);
        if (i % 5 == 0) drive_turn(&d, 0);
        drive_cancel(&d, handle, 2, 1);
        bool over = false;
        while (!over) {
            c = drive_wait(&d, 1);
            over = !(c.flags & SLUICE_CQE_MORE);
            if (!(c.flags & SLUICE_CQE_BUFFER)) {
                CHECK_EQ(c.result, -SLUICE_ECANCELED);
                continue;
            }
            for (int b = 0; b < c.result; b++) CHECK_EQ(drive_data(&d, &c)[b], oracle(5, got++));
            drive_give_back(&d, &c);
        }
        c = drive_wait(&d, 2);
        CHECK(c.result == 0 || c.result == -SLUICE_ENOENT);
    }
    while (got < sent) {
        uint8_t byte;
        drive_read(&d, handle, 1, false, &byte, 1);
        CHECK_EQ(byte, oracle(5, got++));
    }
    drive_end(&d, handle, 3, 0);
    drive_expect(&d, 3, 0);
    drive_quiet(&d);
    close(peer);
}

/* Connections arrive while the ACCEPT is being cancelled. Each is either delivered or closed; none leaks. */
static void a_late_accept_is_closed(void)
{
    int before = open_descriptors();

    for (int round = 0; round < 50; round++) {
        uint64_t listener = drive_listen(&d, drive_inet4(0), NULL, 0);
        uint16_t port = drive_port(&d, listener);
        int peers[4], count = 0;
        sluice_cqe c;

        drive_accept(&d, listener, 1, true);
        if (round & 1) drive_turn(&d, 0);
        for (; count < 4; count++) {
            peers[count] = peer_connect(port);
            if (count == (round & 3)) {
                if (round & 4) drive_end(&d, listener, 2, 0);
                else drive_cancel(&d, listener, 2, 1);
                if (round & 8) drive_turn(&d, 0);
                if ((round & 12) == 12) { /* closed by now: nobody listens */
                    count++;
                    break;
                }
            }
        }
        bool over = false;
        while (!over) {
            c = drive_wait(&d, 1);
            over = !(c.flags & SLUICE_CQE_MORE);
            if (c.result < 0) CHECK_EQ(c.result, -SLUICE_ECANCELED);
            else drive_end(&d, c.handle, 9, 0);
        }
        drive_expect(&d, 2, 0);
        if (!(round & 4)) {
            drive_end(&d, listener, 3, 0);
            drive_expect(&d, 3, 0);
        }
        for (int i = 0; i < count; i++) {
            peer_end(&d, peers[i]); /* nobody is left with a connection that never ends */
            close(peers[i]);
        }
        while (drive_try(&d, 9, &c)) CHECK_EQ(c.result, 0);
    }
    drive_turn(&d, 0);
    CHECK_EQ(open_descriptors(), before);
    drive_quiet(&d);
}

static void connects(void)
{
    uint16_t port, gone;
    int listener = peer_listen(&port, 128), refusing = peer_refuse(&gone), before = open_descriptors();
    sluice_addr a = drive_inet4(port);
    sluice_cqe c;

    for (int round = 0; round < 60; round++) {
        drive_scratch_reset(&d);
        a.port = port;
        drive_put(&d, (sluice_sqe){.op = SLUICE_OP_CONNECT, .token = 1, .addr = drive_scratch(&d, &a, sizeof a)});
        if (round % 3 == 1) drive_turn(&d, 0);
        if (round % 3 != 2) drive_cancel(&d, 0, 2, 1);
        c = drive_wait(&d, 1);
        CHECK(c.result == 0 || c.result == -SLUICE_ECANCELED);
        CHECK_EQ(c.result == 0, c.handle != 0);
        if (c.result == 0) {
            drive_end(&d, c.handle, 3, 0);
            drive_expect(&d, 3, 0);
        } else CHECK_NE(round % 3, 2);
        if (round % 3 != 2) {
            c = drive_wait(&d, 2);
            CHECK(c.result == 0 || c.result == -SLUICE_ENOENT);
        }
    }
    CHECK_EQ(open_descriptors(), before);
    drive_scratch_reset(&d);
    a.port = gone;
    drive_put(&d, (sluice_sqe){.op = SLUICE_OP_CONNECT, .token = 4, .addr = drive_scratch(&d, &a, sizeof a)});
    c = drive_expect(&d, 4, -SLUICE_ECONNREFUSED);
    CHECK_EQ(c.detail, ECONNREFUSED);
    CHECK_EQ_U64(c.handle, 0);
    CHECK_EQ(open_descriptors(), before);
    drive_quiet(&d);
    close(refusing);
    close(listener);
}

int main(int argc, char **argv)
{
    CHECK_EQ(argc, 2);
    drive_open(&d, argv[1], NULL);
    drive_pool(&d, 4096, 64);
    every_kind_can_be_cancelled();
    a_cancelled_recv_loses_nothing();
    a_late_accept_is_closed();
    connects();
    drive_close(&d);
    return 0;
}
