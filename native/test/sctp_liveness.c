/*
 * sctp_liveness: a silent peer is found within the bound of its profile, whether data is waiting or not; 5 and 10 % loss of each
 * direction for a minute end no association. In virtual time.
 */
#include "sctp/net.h"

static net n;

static const struct { uint32_t profile, bound_ms; } profiles[] = {
    { SLUICE_SCTP_PROFILE_FAST, 2 * 300 + 3 * 250 * 6 / 2 }, { SLUICE_SCTP_PROFILE_DEFAULT, 2 * 1000 + 3 * 500 * 6 / 2 },
    { SLUICE_SCTP_PROFILE_WAN, 2 * 5000 + 3 * 10000 * 10 / 2 }, { SLUICE_SCTP_PROFILE_RFC, 2 * 30000 + 3 * 60000 * 12 / 2 } };
#define PROFILES (sizeof profiles / sizeof profiles[0])

static void silent_peer(uint32_t which, bool data, uint32_t seed)
{
    uint64_t client, server;
    net_open(&n, 2, NULL);
    net_listen(&n, 1, NET_PORT, profiles[which].profile);
    net_pair(&n, 0, 1, profiles[which].profile, &client, &server);
    net_run(&n, 3000 + seed * 70);
    CHECK_EQ(net_count(&n, 0, client, SLUICE_SCTP_EV_CLOSED), 0);
    n.node[1].deaf = n.node[1].silent = true;
    uint64_t from = n.now_ms;
    if (data) CHECK_EQ(net_send(&n, 0, client, 0, "anybody?", 8), 1);
    CHECK_MSG(net_run_until(&n, 0, client, SLUICE_SCTP_EV_CLOSED, profiles[which].bound_ms), "profile %u, %s data", which,
              data ? "with" : "without");
    CHECK_EQ(net_need(&n, 0, client, SLUICE_SCTP_EV_CLOSED)->e.kind, SLUICE_SCTP_CLOSED_PATH_LOST);
    printf("profile %u %s: %u ms\n", profiles[which].profile, data ? "data" : "idle", (unsigned)(n.now_ms - from));
    net_close(&n);
}

/*
 * FAST and DEFAULT take five misses in a row for an end, and with 10 % lost at random these come now and then: their share is
 * lost without such series.
 */
static void lossy(uint32_t profile, uint32_t percent, uint32_t seed)
{
    uint64_t client, server;
    net_open(&n, 2, NULL);
    net_listen(&n, 1, NET_PORT, profile);
    net_pair(&n, 0, 1, profile, &client, &server);
    n.seed = seed;
    n.loss_percent = percent;
    n.loss_even = profile != SLUICE_SCTP_PROFILE_WAN;
    n.delay_ms = 10;
    uint32_t sent = 0;
    for (uint32_t ms = 0; ms < 60000; ms += 100) {
        if (ms % 20000 == 10000) sent += (uint32_t)net_send(&n, ms % 40000 ? 0 : 1, ms % 40000 ? client : server, 0, "hello", 5);
        net_run(&n, 100);
        CHECK_MSG(!net_find(&n, 0, client, SLUICE_SCTP_EV_CLOSED, 0) && !net_find(&n, 1, server, SLUICE_SCTP_EV_CLOSED, 0),
                  "false close after %u ms, profile %u, %u %% loss, seed %u", ms, profile, percent, seed);
    }
    CHECK_EQ(net_count(&n, 0, client, SLUICE_SCTP_EV_MESSAGE) + net_count(&n, 1, server, SLUICE_SCTP_EV_MESSAGE), sent);
    net_close(&n);
}

/* A loop that stood still for long: time comes in one piece, and is one missed heartbeat, not the end. */
static void stalled_loop(void)
{
    uint64_t client, server;
    net_open(&n, 2, NULL);
    net_listen(&n, 1, NET_PORT, SLUICE_SCTP_PROFILE_FAST);
    net_pair(&n, 0, 1, SLUICE_SCTP_PROFILE_FAST, &client, &server);
    net_run(&n, 1000);
    for (int i = 0; i < 5; i++) {
        CHECK_EQ(sluice_sctp_tick(n.node[0].s, 60000), 10);
        net_run(&n, 2000);
    }
    CHECK_EQ(net_count(&n, 0, client, SLUICE_SCTP_EV_CLOSED) + net_count(&n, 1, server, SLUICE_SCTP_EV_CLOSED), 0);
    net_close(&n);
}

/* Nothing ran while the stack was idle, so the time that passed then is nobody's. */
static void after_idle_time(void)
{
    net_open(&n, 2, NULL);
    n.node[1].deaf = true;
    uint64_t id = net_connect(&n, 0, 1, NET_PORT, SLUICE_SCTP_PROFILE_FAST);
    CHECK_EQ(sluice_sctp_tick(n.node[0].s, 3600000), 10);
    CHECK(net_run_until(&n, 0, id, SLUICE_SCTP_EV_CLOSED, 10000));
    CHECK_GT(net_need(&n, 0, id, SLUICE_SCTP_EV_CLOSED)->e.at_ms, 500);
    CHECK_LT(net_need(&n, 0, id, SLUICE_SCTP_EV_CLOSED)->e.at_ms, 10000);
    net_close(&n);
}

int main(void)
{
    net_need_usrsctp();
    after_idle_time();
    for (uint32_t which = 0; which < PROFILES; which++)
        for (uint32_t seed = 0; seed < 4; seed++) {
            silent_peer(which, false, seed);
            silent_peer(which, true, seed);
        }
    for (uint32_t seed = 1; seed <= 3; seed++)
        for (uint32_t percent = 5; percent <= 10; percent += 5) {
            lossy(SLUICE_SCTP_PROFILE_DEFAULT, percent, seed);
            lossy(SLUICE_SCTP_PROFILE_WAN, percent, seed);
            lossy(SLUICE_SCTP_PROFILE_FAST, percent, seed);
        }
    stalled_loop();
    return 0;
}
