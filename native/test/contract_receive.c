/* C5, C6: data in order, one owner per buffer, the end of the stream once per RECV and behind all data. */
#include <sys/socket.h>

#include "drive.h"

#define BYTES 3000000u

static drive d;
static uint8_t sent[BYTES];

/* The peer writes in chunks of many sizes while the loop reads; the test holds some buffers back for a while. */
static void order_is_kept(bool multishot, bool unix_socket)
{
    uint64_t handle;
    int peer;
    uint32_t seed = 3, in = 0, out = 0;
    bool owned[64] = {false};
    sluice_cqe held[8];
    int holding = 0;

    if (unix_socket) drive_pair_unix(&d, &handle, &peer);
    else drive_pair(&d, &handle, &peer);
    for (uint32_t i = 0; i < BYTES; i++) sent[i] = oracle(11, i);
    drive_recv(&d, handle, 1, multishot);
    while (in < BYTES) {
        seed = seed * 1103515245 + 12345;
        uint32_t n = 1 + (seed >> 8) % 20000;
        if (n > BYTES - out) n = BYTES - out;
        ssize_t w = n ? send(peer, sent + out, n, MSG_DONTWAIT | MSG_NOSIGNAL) : 0;
        if (w > 0) out += (uint32_t)w;
        drive_turn(&d, w > 0 ? 0 : MS);
        sluice_cqe c;
        while (drive_try(&d, 1, &c)) {
            CHECK_GT(c.result, 0);
            CHECK_EQ(c.flags, SLUICE_CQE_BUFFER | (multishot ? SLUICE_CQE_MORE : 0));
            uint8_t *data = drive_data(&d, &c);
            CHECK_MEM_EQ(data, sent + in, (size_t)c.result);
            in += (uint32_t)c.result;
            /* With incremental buffers several completions may share an id; the loop says so by the offset. */
            if (!c.detail) CHECK_MSG(!owned[c.buf_id], "buffer %u given out twice", c.buf_id);
            owned[c.buf_id] = true;
            if (holding == 8) {
                for (int i = 0; i < 8; i++) {
                    owned[held[i].buf_id] = false;
                    drive_give_back(&d, &held[i]);
                }
                holding = 0;
            }
            held[holding++] = c;
            if (!multishot) drive_recv(&d, handle, 1, false);
        }
    }
    CHECK_SYS(shutdown(peer, SHUT_WR));
    CHECK_EQ(drive_expect(&d, 1, 0).flags, SLUICE_CQE_EOF);
    for (int i = 0; i < holding; i++) drive_give_back(&d, &held[i]);
    drive_turn(&d, 0);
    CHECK_EQ(drive_ctr(&d, SLUICE_CTR_BUFFERS_OUT), 0);
    drive_end(&d, handle, 2, 0);
    drive_expect(&d, 2, 0);
    drive_quiet(&d);
    close(peer);
}

static void end_comes_once_per_recv_and_last(bool unix_socket)
{
    uint64_t handle;
    int peer;
    char text[10];

    if (unix_socket) drive_pair_unix(&d, &handle, &peer);
    else drive_pair(&d, &handle, &peer);
    peer_send(peer, "0123456789", 10);
    CHECK_SYS(shutdown(peer, SHUT_WR));
    drive_recv(&d, handle, 1, true);
    drive_read(&d, handle, 1, true, text, 10);
    CHECK_MEM_EQ(text, "0123456789", 10);
    CHECK_EQ(drive_expect(&d, 1, 0).flags, SLUICE_CQE_EOF);
    for (uint64_t t = 2; t < 6; t++) { /* who asks again is told again */
        drive_recv(&d, handle, t, t & 1);
        CHECK_EQ(drive_expect(&d, t, 0).flags, SLUICE_CQE_EOF);
    }
    drive_send(&d, handle, 7, "still open", 10, 0); /* half-close: the other direction works */
    drive_expect(&d, 7, 10);
    peer_read(&d, peer, text, 10);
    CHECK_MEM_EQ(text, "still open", 10);
    drive_end(&d, handle, 8, 0);
    drive_expect(&d, 8, 0);
    drive_quiet(&d);
    close(peer);
}

static void a_reset_is_an_error_behind_the_data(void)
{
    uint64_t handle;
    int peer;
    sluice_cqe c;

    drive_pair(&d, &handle, &peer);
    drive_recv(&d, handle, 1, true);
    drive_turn(&d, 0);
    peer_reset(peer);
    c = drive_expect(&d, 1, -SLUICE_ECONNRESET);
    CHECK_EQ(c.detail, ECONNRESET);
    CHECK_EQ(c.flags, 0);
    drive_end(&d, handle, 2, 0);
    drive_expect(&d, 2, 0);
    drive_quiet(&d);
}

static void a_watch_sees_the_end_and_reads_nothing(bool unix_socket)
{
    uint64_t handle;
    int peer;
    char text[4];

    if (unix_socket) drive_pair_unix(&d, &handle, &peer);
    else drive_pair(&d, &handle, &peer);
    drive_simple(&d, SLUICE_OP_WATCH, handle, 1);
    peer_send(peer, "data", 4);
    drive_quiet(&d); /* data is not the end */
    CHECK_SYS(shutdown(peer, SHUT_WR));
    CHECK_EQ(drive_expect(&d, 1, 0).flags, SLUICE_CQE_EOF);
    drive_recv(&d, handle, 2, true);
    drive_read(&d, handle, 2, true, text, 4);
    CHECK_MEM_EQ(text, "data", 4);
    CHECK_EQ(drive_expect(&d, 2, 0).flags, SLUICE_CQE_EOF);
    drive_end(&d, handle, 3, 0);
    drive_expect(&d, 3, 0);
    close(peer);
}

static void a_watch_sees_a_reset(void)
{
    uint64_t handle;
    int peer;

    drive_pair(&d, &handle, &peer);
    drive_simple(&d, SLUICE_OP_WATCH, handle, 1);
    drive_turn(&d, 0);
    peer_reset(peer);
    CHECK_EQ(drive_expect(&d, 1, -SLUICE_ECONNRESET).detail, ECONNRESET);
    drive_end(&d, handle, 3, 0);
    drive_expect(&d, 3, 0);
}

static void watch_on(uint64_t handle, uint64_t token)
{
    drive_put(&d, (sluice_sqe){.op = SLUICE_OP_WATCH, .flags = SLUICE_SQE_MULTISHOT, .handle = handle, .token = token});
}

static void end_is_told(uint64_t token)
{
    sluice_cqe c = drive_wait(&d, token);

    CHECK_EQ(c.result, 0);
    CHECK_EQ(c.flags, SLUICE_CQE_MORE | SLUICE_CQE_EOF);
}

/* The peer ends its direction, and is killed later: data lies unread, nobody receives. */
static void a_multishot_watch_sees_a_reset_behind_the_end(bool told_before)
{
    uint64_t handle;
    int peer;

    drive_pair(&d, &handle, &peer);
    if (!told_before) watch_on(handle, 1);
    peer_send(peer, "data", 4);
    CHECK_SYS(shutdown(peer, SHUT_WR));
    if (told_before) { /* the end was received before anybody watched */
        char text[4];
        drive_recv(&d, handle, 2, true);
        drive_read(&d, handle, 2, true, text, 4);
        CHECK_EQ(drive_expect(&d, 2, 0).flags, SLUICE_CQE_EOF);
        watch_on(handle, 1);
    }
    end_is_told(1);
    drive_send(&d, handle, 3, "half open", 9, 0); /* what the peer acknowledges is no event */
    drive_expect(&d, 3, 9);
    drive_quiet(&d);
    peer_reset(peer);
    sluice_cqe c = drive_wait(&d, 1);
    CHECK(c.result == -SLUICE_EPIPE || c.result == -SLUICE_ECONNRESET);
    CHECK_EQ(c.flags, 0);
    drive_end(&d, handle, 4, 0);
    drive_expect(&d, 4, 0);
    drive_quiet(&d);
}

/* Both directions have ended: the socket says HUP for ever, which must not keep the loop busy. */
static void a_multishot_watch_of_a_socket_that_has_ended_is_quiet(bool unix_socket)
{
    uint64_t handle;
    int peer;

    if (unix_socket) drive_pair_unix(&d, &handle, &peer);
    else drive_pair(&d, &handle, &peer);
    watch_on(handle, 1);
    drive_simple(&d, SLUICE_OP_SHUTDOWN, handle, 2);
    drive_expect(&d, 2, 0);
    CHECK_SYS(shutdown(peer, SHUT_WR));
    end_is_told(1);
    close(peer);
    drive_quiet(&d);
    uint64_t completions = drive_ctr(&d, SLUICE_CTR_COMPLETIONS), waits = drive_ctr(&d, SLUICE_CTR_WAITS);
    drive_turn(&d, 50 * MS);
    CHECK_EQ(drive_ctr(&d, SLUICE_CTR_COMPLETIONS), completions);
    CHECK(drive_ctr(&d, SLUICE_CTR_WAITS) - waits < 10);
    drive_cancel(&d, handle, 3, 1);
    drive_expect(&d, 3, 0);
    drive_expect(&d, 1, -SLUICE_ECANCELED);
    watch_on(handle, 5); /* who watches again is told again */
    end_is_told(5);
    drive_end(&d, handle, 4, 0);
    drive_expect(&d, 5, -SLUICE_ECANCELED);
    drive_expect(&d, 4, 0);
    drive_quiet(&d);
}

/* The urgent mark makes TCP reads stop early; a peer may use it, and what follows must still come (without the urgent
   byte, which is not part of the stream). */
static void urgent_data_does_not_stall(void)
{
    uint64_t handle;
    int peer;
    char text[6];

    drive_pair(&d, &handle, &peer);
    peer_send(peer, "abc", 3);
    CHECK_EQ(send(peer, "!", 1, MSG_OOB), 1);
    peer_send(peer, "def", 3);
    drive_recv(&d, handle, 1, true);
    drive_read(&d, handle, 1, true, text, 6);
    CHECK_MEM_EQ(text, "abcdef", 6);
    drive_end(&d, handle, 3, 0);
    drive_expect(&d, 3, 0);
    drive_expect(&d, 1, -SLUICE_ECANCELED);
    close(peer);
}

static void returns_nobody_owns_are_ignored(void)
{
    uint64_t bad = drive_ctr(&d, SLUICE_CTR_BAD_RETURNS);
    sluice_cqe never = {.buf_id = 3}, beyond = {.buf_id = 60000}, no_pool = {.buf_group = 9}, no_group = {.buf_group = 999};

    drive_give_back(&d, &never);
    drive_give_back(&d, &beyond);
    drive_give_back(&d, &no_pool);
    drive_give_back(&d, &no_group);
    drive_turn(&d, 0);
    CHECK_EQ(drive_ctr(&d, SLUICE_CTR_BAD_RETURNS) - bad, 4);
}

int main(int argc, char **argv)
{
    CHECK_EQ(argc, 2);
    drive_open(&d, argv[1], NULL);
    drive_pool(&d, 4096, 64);
    for (int i = 0; i < 4; i++) order_is_kept(i & 1, i & 2);
    for (int i = 0; i < 2; i++) end_comes_once_per_recv_and_last(i);
    a_reset_is_an_error_behind_the_data();
    for (int i = 0; i < 2; i++) a_watch_sees_the_end_and_reads_nothing(i);
    a_watch_sees_a_reset();
    for (int i = 0; i < 2; i++) a_multishot_watch_sees_a_reset_behind_the_end(i);
    for (int i = 0; i < 2; i++) a_multishot_watch_of_a_socket_that_has_ended_is_quiet(i);
    urgent_data_does_not_stall();
    returns_nobody_owns_are_ignored();
    CHECK_EQ(drive_ctr(&d, SLUICE_CTR_BUFFERS_OUT), 0);
    drive_close(&d);
    return 0;
}
