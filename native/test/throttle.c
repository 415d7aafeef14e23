/* Running out of descriptors throttles an ACCEPT, ends nothing, loses no connection, and recovers. */
#include <sys/resource.h>
#include <sys/socket.h>

#include "drive.h"

#define PEERS 12
#define ROOM 5

static drive d;
static int peers[PEERS];
static uint64_t handles[PEERS];
static int accepted, throttled, resumed;

static void look_at(void)
{
    sluice_cqe c;

    while (drive_try(&d, 1, &c)) {
        CHECK(c.flags & SLUICE_CQE_MORE);
        CHECK_EQ(c.result, 0);
        if (!(c.flags & SLUICE_CQE_NOTE)) {
            handles[accepted++] = c.handle;
            continue;
        }
        CHECK_EQ_U64(c.handle, 0);
        if (c.detail == SLUICE_NOTE_THROTTLED) throttled++;
        else {
            CHECK_EQ(c.detail, SLUICE_NOTE_RESUMED);
            resumed++;
        }
        CHECK(throttled - resumed == 0 || throttled - resumed == 1); /* they alternate */
    }
}

static void limit(rlim_t n)
{
    struct rlimit r;

    CHECK_SYS(getrlimit(RLIMIT_NOFILE, &r));
    r.rlim_cur = n;
    CHECK_SYS(setrlimit(RLIMIT_NOFILE, &r));
}

static void out_of_descriptors(uint32_t throttle_ms, const char *engine)
{
    sluice_config config = drive_config();
    struct rlimit original;

    accepted = throttled = resumed = 0;
    config.throttle_ms = throttle_ms;
    drive_open(&d, engine, &config);
    drive_pool(&d, 4096, 16);
    uint64_t listener = drive_listen(&d, drive_inet4(0), NULL, 0);
    for (int i = 0; i < PEERS; i++) peers[i] = peer_connect(drive_port(&d, listener));
    CHECK_SYS(getrlimit(RLIMIT_NOFILE, &original));
    int lowest = (int)CHECK_SYS(dup(0)); /* the limit is on numbers, not on a count */
    close(lowest);
    limit((rlim_t)lowest + ROOM);
    drive_accept(&d, listener, 1, true);
    while (!throttled) drive_turn(&d, 50 * MS), look_at();
    CHECK_EQ(accepted, ROOM);
    CHECK_EQ(drive_ctr(&d, SLUICE_CTR_THROTTLED), 1);
    /* Waiting does not spin. */
    uint64_t calls = drive_ctr(&d, SLUICE_CTR_SYSCALLS);
    drive_turn(&d, 20 * MS);
    look_at();
    if (throttle_ms > 1000) CHECK_LE(drive_ctr(&d, SLUICE_CTR_SYSCALLS) - calls, 6);
    if (throttle_ms > 1000) { /* only a close can help, not the timer */
        drive_end(&d, handles[0], 2, 0);
        drive_expect(&d, 2, 0);
        while (accepted == ROOM) drive_turn(&d, 50 * MS), look_at();
        CHECK_EQ(resumed, 1);
        while (throttled == 1) drive_turn(&d, 50 * MS), look_at();
        CHECK_EQ(accepted, ROOM + 1);
        drive_end(&d, handles[1], 2, 0);
        limit(original.rlim_cur);
        drive_expect(&d, 2, 0);
    } else limit(original.rlim_cur);
    while (accepted < PEERS) drive_turn(&d, 50 * MS), look_at();
    CHECK_EQ(throttled, resumed);
    /* Every one of them is served, in the order they came. */
    for (int i = throttle_ms > 1000 ? 2 : 0; i < PEERS; i++) {
        uint8_t byte = (uint8_t)i;
        peer_send(peers[i], &byte, 1);
        drive_read(&d, handles[i], 3, false, &byte, 1);
        CHECK_EQ(byte, i);
        drive_end(&d, handles[i], 4, 0);
        drive_expect(&d, 4, 0);
    }
    drive_end(&d, listener, 5, 0);
    drive_expect(&d, 5, 0);
    drive_expect(&d, 1, -SLUICE_ECANCELED);
    for (int i = 0; i < PEERS; i++) close(peers[i]);
    drive_quiet(&d);
    drive_close(&d);
}

static void a_throttled_accept_can_be_closed(const char *engine)
{
    struct rlimit original;

    accepted = throttled = resumed = 0;
    drive_open(&d, engine, NULL);
    uint64_t listener = drive_listen(&d, drive_inet4(0), NULL, 0);
    peers[0] = peer_connect(drive_port(&d, listener));
    CHECK_SYS(getrlimit(RLIMIT_NOFILE, &original));
    drive_turn(&d, 0);
    int lowest = (int)CHECK_SYS(dup(0));
    close(lowest);
    limit((rlim_t)lowest);
    drive_accept(&d, listener, 1, true);
    while (!throttled) drive_turn(&d, 50 * MS), look_at();
    drive_end(&d, listener, 2, 0);
    drive_expect(&d, 2, 0);
    drive_expect(&d, 1, -SLUICE_ECANCELED);
    limit(original.rlim_cur);
    close(peers[0]);
    drive_quiet(&d);
    drive_close(&d);
}

int main(int argc, char **argv)
{
    CHECK_EQ(argc, 2);
    out_of_descriptors(60000, argv[1]);
    out_of_descriptors(5, argv[1]);
    a_throttled_accept_can_be_closed(argv[1]);
    return 0;
}
