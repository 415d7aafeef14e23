/*
 * C4 with a kernel ring of eight entries: many armed sends end in one turn, and each starts the next piece, an inline
 * send. The ring fills up while completions are collected, so sends are submitted in the middle of that. One that was
 * accepted only in part must not be taken for whole.
 */
#include <errno.h>
#include <sys/socket.h>
#include <time.h>

#include "drive.h"

#define CONNECTIONS 48
#define PIECES 6
#define PIECE_BYTES 300000u
#define SOCKET_BYTES 65536

static drive d;
static uint64_t handle[CONNECTIONS], received[CONNECTIONS];
static int peer[CONNECTIONS];
static uint8_t *stream[CONNECTIONS];

static int64_t clock_ns(void)
{
    struct timespec t;

    clock_gettime(CLOCK_MONOTONIC, &t);
    return (int64_t)t.tv_sec * 1000000000 + t.tv_nsec;
}

static void open_connections(void)
{
    int bytes = SOCKET_BYTES;

    for (int i = 0; i < CONNECTIONS; i++) {
        drive_pair(&d, &handle[i], &peer[i]);
        CHECK_SYS(setsockopt(peer[i], SOL_SOCKET, SO_RCVBUF, &bytes, sizeof bytes));
        sluice_optval o = {.option = SLUICE_OPT_SO_SNDBUF, .value = SOCKET_BYTES};
        CHECK_EQ(sluice_control(d.loop, handle[i], SLUICE_CONTROL_SET_OPTION, &o, sizeof o), 0);
        stream[i] = malloc(PIECES * PIECE_BYTES);
        CHECK(stream[i]);
        for (uint32_t b = 0; b < PIECES * PIECE_BYTES; b++) stream[i][b] = oracle((uint64_t)i, b);
    }
}

/* Every peer reads what is there, without the loop turning in between. */
static uint64_t peers_drain(void)
{
    static uint8_t block[65536];
    uint64_t sum = 0;

    for (int i = 0; i < CONNECTIONS; i++)
        for (;;) {
            ssize_t n = recv(peer[i], block, sizeof block, MSG_DONTWAIT);
            if (n < 0 && errno == EINTR) continue;
            if (n < 0 && errno == EAGAIN) break;
            CHECK_GT(n, 0);
            CHECK_MEM_EQ(block, stream[i] + received[i], (size_t)n);
            received[i] += (uint64_t)n;
            sum += (uint64_t)n;
        }
    return sum;
}

int main(void)
{
    sluice_config config = drive_config();

    config.uring_entries = 8;
    drive_open(&d, "io_uring", &config);
    drive_pool(&d, 4096, 16);
    open_connections();
    /* The first piece finds the socket full and is armed. The next one must not be gathered with it. */
    for (uint64_t p = 0; p < PIECES; p++) {
        for (int i = 0; i < CONNECTIONS; i++)
            drive_send(&d, handle[i], (uint64_t)i << 8 | p, stream[i] + p * PIECE_BYTES, PIECE_BYTES, 0);
        drive_turn(&d, 0);
        drive_turn(&d, 0);
        uint64_t goal = p * PIECE_BYTES; /* the previous piece is through, and this one under way */
        int64_t end = clock_ns() + DRIVE_LIMIT_S * 1000 * MS;
        for (int behind = CONNECTIONS; behind;) {
            behind = 0;
            peers_drain();
            drive_turn(&d, MS);
            for (int i = 0; i < CONNECTIONS; i++) behind += received[i] < goal;
            if (clock_ns() > end) FAIL("%d connections did not get piece %d whole", behind, (int)p - 1);
        }
    }
    int64_t end = clock_ns() + DRIVE_LIMIT_S * 1000 * MS;
    for (int i = 0; i < CONNECTIONS; i++)
        while (received[i] < PIECES * PIECE_BYTES) {
            peers_drain();
            drive_turn(&d, MS);
            if (clock_ns() > end) FAIL("connection %d: %llu bytes missing", i,
                                     (unsigned long long)(PIECES * PIECE_BYTES - received[i]));
        }
    for (int i = 0; i < CONNECTIONS; i++) {
        for (uint64_t p = 0; p < PIECES; p++) drive_expect(&d, (uint64_t)i << 8 | p, (int32_t)PIECE_BYTES);
        drive_end(&d, handle[i], 1u << 20, 0);
        drive_expect(&d, 1u << 20, 0);
        close(peer[i]);
        free(stream[i]);
    }
    drive_close(&d);
    return 0;
}
