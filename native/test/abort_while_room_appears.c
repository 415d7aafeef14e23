/*
 * C3: an abort ends a send that waits for room at the very moment at which the peer makes some. io_uring's kernel was then
 * about to try the send again, and the cancellation found nothing (engine_uring_cancel.c): the send went on, and the close
 * hung until the peer had read everything, or for ever.
 *
 * The peer reads as fast as it can on another thread, and far more is sent than it could get. So a send that completes whole
 * behind an abort was not cancelled. Without the remedy that were 5 to 10 of these rounds.
 */
#include <pthread.h>
#include <stdlib.h>
#include <sys/socket.h>
#include <time.h>
#include <unistd.h>

#include "drive.h"

#define ROUNDS 10000 /* a second or two, */
#define LIMIT_S 5    /* but not where everything is emulated */
#define TURNS_MAX 200
#define BYTES  (64u << 20)
#define ROOM   (32 << 10) /* of either kernel buffer: a larger one is full too rarely, a smaller one is never read in time */

static drive d;

static void *read_to_the_end(void *peer)
{
    static _Thread_local uint8_t piece[64 << 10];

    while (recv(*(int *)peer, piece, sizeof piece, 0) > 0) {}
    return NULL;
}

/* false: all was sent before the abort, which shows nothing. */
static bool a_round(const uint8_t *data, int turns)
{
    sluice_optval room = {.option = SLUICE_OPT_SO_SNDBUF, .value = ROOM};
    uint64_t handle;
    sluice_cqe sent;
    pthread_t reader;
    int peer, peer_room = ROOM;

    drive_pair(&d, &handle, &peer);
    CHECK_EQ(sluice_control(d.loop, handle, SLUICE_CONTROL_SET_OPTION, &room, sizeof room), 0);
    CHECK_EQ(setsockopt(peer, SOL_SOCKET, SO_RCVBUF, &peer_room, sizeof peer_room), 0);
    CHECK_EQ(pthread_create(&reader, NULL, read_to_the_end, &peer), 0);
    drive_send(&d, handle, 1, data, BYTES, 0);
    for (int i = 0; i < turns; i++) drive_turn(&d, 0);
    bool under_way = !drive_try(&d, 1, &sent);
    drive_end(&d, handle, 2, SLUICE_SQE_ABORT);
    drive_expect(&d, 2, 0);
    if (under_way) {
        sent = drive_wait(&d, 1);
        CHECK(sent.result < (int32_t)BYTES);
    }
    CHECK_EQ(pthread_join(reader, NULL), 0);
    close(peer);
    return under_way;
}

int main(int argc, char **argv)
{
    uint8_t *data = calloc(1, BYTES);
    int shown = 0;

    CHECK(argc == 2 && data);
    drive_open(&d, argv[1], NULL);
    time_t end = time(NULL) + LIMIT_S;
    for (int i = 0; i < ROUNDS && time(NULL) < end; i++) shown += a_round(data, i % TURNS_MAX);
    CHECK_GE(shown, 1);
    drive_turn(&d, 0);
    drive_close(&d);
    free(data);
    return 0;
}
