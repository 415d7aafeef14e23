/*
 * sctp_deadline: close(deadline) ends at the deadline and not later, wherever the SHUTDOWN got stuck, with an ABORT that carries the
 * reason; a shorter deadline replaces a longer one; what was taken before the close is delivered if there is time.
 */
#include "sctp/net.h"

enum { DATA_STUCK, SHUTDOWN_STUCK, PEER_SHUTDOWN_STUCK, PLACES };

static net n;

static void stuck(int place, uint32_t deadline_ms)
{
    uint64_t client, server;
    net_open(&n, 2, NULL);
    net_listen(&n, 1, NET_PORT, SLUICE_SCTP_PROFILE_RFC); /* timers that do not interfere */
    net_pair(&n, 0, 1, SLUICE_SCTP_PROFILE_RFC, &client, &server);
    if (place == PEER_SHUTDOWN_STUCK) {
        n.node[0].silent = true;
        CHECK_EQ(net_send(&n, 0, client, 0, "unacknowledged", 14), 1);
        CHECK_EQ(sluice_sctp_close(n.node[1].s, server, 60000, NULL, 0), 0);
        CHECK(net_run_until(&n, 0, client, SLUICE_SCTP_EV_PEER_SHUTDOWN, 1000));
    }
    n.node[1].deaf = true;
    if (place == DATA_STUCK) CHECK_EQ(net_send_ctx(&n, 0, client, 0, "unacknowledged", 14, 5), 1);
    uint64_t from = n.now_ms;
    CHECK_EQ(sluice_sctp_close(n.node[0].s, client, deadline_ms * 10, "never", 5), 0);
    CHECK_EQ(sluice_sctp_close(n.node[0].s, client, deadline_ms, "too slow", 8), 0);
    CHECK_EQ(sluice_sctp_close(n.node[0].s, client, deadline_ms * 20, "never", 5), 0);
    CHECK_EQ(net_send(&n, 0, client, 0, "x", 1), -SLUICE_SCTP_ENOTUP);
    net_run(&n, deadline_ms - 10);
    CHECK_EQ(net_count(&n, 0, client, SLUICE_SCTP_EV_CLOSED), 0);
    n.node[1].deaf = n.node[0].silent = false;
    while (n.first) { /* only what comes from now on arrives */
        net_packet *p = n.first;
        n.first = p->next;
        free(p);
    }
    n.last = NULL;
    CHECK(net_run_until(&n, 0, client, SLUICE_SCTP_EV_CLOSED, 20));
    CHECK_LE(n.now_ms - from, deadline_ms + 10);
    net_event *e = net_need(&n, 0, client, SLUICE_SCTP_EV_CLOSED);
    CHECK_MSG(e->e.kind == SLUICE_SCTP_CLOSED_LOCAL_DEADLINE, "%d: %s", place, net_kind(e->e.kind));
    CHECK_EQ(net_count(&n, 0, client, SLUICE_SCTP_EV_SEND_FAILED), place != SHUTDOWN_STUCK);
    net_check_order(&n, 0, client, true);
    net_flush(&n);
    e = net_need(&n, 1, server, SLUICE_SCTP_EV_CLOSED);
    CHECK_MSG(e->e.kind == SLUICE_SCTP_CLOSED_PEER_ABORT, "%d: %s", place, net_kind(e->e.kind));
    CHECK_EQ(e->e.payload_bytes, 8);
    CHECK_MEM_EQ(e->data, "too slow", 8);
    net_close(&n);
}

static void enough_time(void)
{
    static uint8_t data[200000];
    uint64_t client, server;
    net_open(&n, 2, NULL);
    n.delay_ms = 10;
    net_listen(&n, 1, NET_PORT, SLUICE_SCTP_PROFILE_DEFAULT);
    client = net_connect(&n, 0, 1, NET_PORT, SLUICE_SCTP_PROFILE_DEFAULT);
    CHECK(net_run_until(&n, 0, client, SLUICE_SCTP_EV_UP, 1000));
    CHECK(net_run_until(&n, 1, 0, SLUICE_SCTP_EV_UP, 1000));
    server = net_need(&n, 1, 0, SLUICE_SCTP_EV_UP)->e.assoc;
    CHECK_EQ(net_send(&n, 0, client, 0, data, sizeof data), 1);
    CHECK_EQ(sluice_sctp_close(n.node[0].s, client, 30000, NULL, 0), 0);
    CHECK_EQ(net_count(&n, 1, server, SLUICE_SCTP_EV_MESSAGE), 0);
    CHECK(net_run_until(&n, 0, client, SLUICE_SCTP_EV_CLOSED, 20000));
    CHECK_EQ(net_need(&n, 0, client, SLUICE_SCTP_EV_CLOSED)->e.kind, SLUICE_SCTP_CLOSED_LOCAL);
    net_run(&n, 100);
    CHECK_EQ(net_need(&n, 1, server, SLUICE_SCTP_EV_MESSAGE)->e.payload_bytes, sizeof data);
    net_check_order(&n, 1, server, true);
    net_close(&n);
}

int main(void)
{
    net_need_usrsctp();
    for (int place = 0; place < PLACES; place++) {
        stuck(place, 100);
        stuck(place, 800);
    }
    enough_time();
    return 0;
}
