/*
 * sctp_setup_ends: ends before UP: refused, nobody there, given up by either side in the middle of the handshake, a handshake that loses
 * any one of its packets, and the peer's restart.
 */
#include "sctp/net.h"

static net n;

static const sluice_sctp_event *closed(uint32_t node, uint64_t assoc, uint32_t kind, bool before_up)
{
    const sluice_sctp_event *e = &net_need(&n, node, assoc, SLUICE_SCTP_EV_CLOSED)->e;
    CHECK_MSG(e->kind == kind, "%s instead of %s", net_kind(e->kind), net_kind(kind));
    CHECK_EQ(!(e->flags & SLUICE_SCTP_CLOSE_BEFORE_UP), !before_up);
    CHECK_EQ(net_count(&n, node, assoc, SLUICE_SCTP_EV_CLOSED), 1);
    return e;
}

static void refused(void)
{
    net_open(&n, 2, NULL);
    uint64_t id = net_connect(&n, 0, 1, NET_PORT, SLUICE_SCTP_PROFILE_RFC);
    net_flush(&n); /* without any time passing */
    CHECK(closed(0, id, SLUICE_SCTP_CLOSED_REFUSED, true)->flags & SLUICE_SCTP_CLOSE_BY_PEER);
    CHECK_EQ(net_counter(&n, 1, SLUICE_SCTP_CTR_INIT_REFUSED), 1);

    /* A listener on the port, but for another link. */
    n.node[1].link = 8;
    net_listen(&n, 1, NET_PORT, SLUICE_SCTP_PROFILE_DEFAULT);
    n.node[1].link = 7;
    id = net_connect(&n, 0, 1, NET_PORT, SLUICE_SCTP_PROFILE_RFC);
    net_flush(&n);
    closed(0, id, SLUICE_SCTP_CLOSED_REFUSED, true);
    net_close(&n);
}

static void silent_stack_refuses_nobody(void)
{
    sluice_sctp_config c = { .size = sizeof c, .flags = SLUICE_SCTP_SILENT };
    net_open(&n, 2, &c);
    uint64_t id = net_connect(&n, 0, 1, NET_PORT, SLUICE_SCTP_PROFILE_FAST);
    CHECK(net_run_until(&n, 0, id, SLUICE_SCTP_EV_CLOSED, 10000));
    closed(0, id, SLUICE_SCTP_CLOSED_CONNECT_TIMEOUT, true);
    CHECK_EQ(net_counter(&n, 1, SLUICE_SCTP_CTR_OUT), 0);
    net_close(&n);
}

/* Five attempts, the first after 250 ms, none later than 500 ms after the one before, with jitter. */
static void nobody_there(void)
{
    net_open(&n, 2, NULL);
    n.node[1].deaf = true;
    uint64_t id = net_connect(&n, 0, 1, NET_PORT, SLUICE_SCTP_PROFILE_FAST);
    CHECK(net_run_until(&n, 0, id, SLUICE_SCTP_EV_CLOSED, 250 + 6 * 750));
    closed(0, id, SLUICE_SCTP_CLOSED_CONNECT_TIMEOUT, true);
    net_close(&n);
}

/* The client gives up when so many packets of the handshake have passed; the server ends up with nothing. */
static uint32_t pass;
static bool only_some(net *net_, net_packet *p)
{
    (void)net_, (void)p;
    return pass > 0 ? pass-- > 0 : false;
}

static void given_up(uint32_t packets, bool by_close)
{
    net_open(&n, 2, NULL);
    net_listen(&n, 1, NET_PORT, SLUICE_SCTP_PROFILE_FAST);
    pass = packets;
    n.filter = only_some;
    uint64_t id = net_connect(&n, 0, 1, NET_PORT, SLUICE_SCTP_PROFILE_FAST);
    net_flush(&n);
    CHECK_EQ(net_count(&n, 0, id, SLUICE_SCTP_EV_UP), packets >= 4);
    CHECK_EQ(net_send(&n, 0, id, 0, "x", 1), packets >= 4 ? 1 : -SLUICE_SCTP_ENOTUP);
    n.filter = NULL;
    CHECK_EQ(by_close ? sluice_sctp_close(n.node[0].s, id, 1000, "no", 2) : sluice_sctp_abort(n.node[0].s, id, 12, "no", 2), 0);
    net_run(&n, 8000);
    closed(0, id, packets >= 4 && by_close ? SLUICE_SCTP_CLOSED_LOCAL : SLUICE_SCTP_CLOSED_LOCAL_ABORT, packets < 4);
    CHECK_EQ(net_count(&n, 1, 0, SLUICE_SCTP_EV_UP), packets >= 3);
    CHECK_EQ(net_count(&n, 1, 0, SLUICE_SCTP_EV_CLOSED), packets >= 3);
    CHECK_EQ(net_counter(&n, 1, SLUICE_SCTP_CTR_PATHS), 0);
    net_close(&n);
}

static uint32_t seen, lose;
static bool lose_one(net *net_, net_packet *p)
{
    (void)net_, (void)p;
    return seen++ != lose;
}

static void any_packet_lost(uint32_t which)
{
    uint64_t server;
    net_open(&n, 2, NULL);
    net_listen(&n, 1, NET_PORT, SLUICE_SCTP_PROFILE_FAST);
    seen = 0;
    lose = which;
    n.filter = lose_one;
    uint64_t id = net_connect(&n, 0, 1, NET_PORT, SLUICE_SCTP_PROFILE_FAST);
    CHECK(net_run_until(&n, 0, id, SLUICE_SCTP_EV_UP, 2000));
    CHECK(net_run_until(&n, 1, 0, SLUICE_SCTP_EV_UP, 2000));
    server = net_need(&n, 1, 0, SLUICE_SCTP_EV_UP)->e.assoc;
    net_run(&n, 10000);
    CHECK_EQ(net_count(&n, 1, 0, SLUICE_SCTP_EV_UP), 1);
    CHECK_EQ(net_count(&n, 0, id, SLUICE_SCTP_EV_CLOSED) + net_count(&n, 1, server, SLUICE_SCTP_EV_CLOSED), 0);
    net_close(&n);
}

/* A process that dies and comes back on the same ports: the server learns it by the handshake, and by nothing else. */
static void restarted(bool listener_gone)
{
    sluice_sctp_connect_args a = { .size = sizeof a, .local_port = 6000, .peer_port = NET_PORT, .options = { .size = 64 } };
    net_open(&n, 3, NULL);
    uint64_t listener = net_listen(&n, 1, NET_PORT, SLUICE_SCTP_PROFILE_RFC);
    a.peer = n.node[1].addr;
    a.peer.link = 7;
    uint64_t first = (uint64_t)sluice_sctp_connect(n.node[0].s, &a);
    net_flush(&n);
    net_need(&n, 0, first, SLUICE_SCTP_EV_UP);
    uint64_t old = net_need(&n, 1, 0, SLUICE_SCTP_EV_UP)->e.assoc;
    CHECK_EQ(net_send_ctx(&n, 1, old, 1, "unacknowledged", 14, 77), 1);
    n.node[0].deaf = n.node[0].silent = true;
    net_flush(&n);
    n.node[2].addr = n.node[0].addr; /* node 2 is node 0's second life */
    n.node[0].addr.bytes[0] = 99;
    if (listener_gone) CHECK_EQ(sluice_sctp_unlisten(n.node[1].s, listener), 0);

    uint64_t second = (uint64_t)sluice_sctp_connect(n.node[2].s, &a);
    net_flush(&n);
    net_run(&n, 100);
    CHECK(closed(1, old, SLUICE_SCTP_CLOSED_RESTARTED, false)->flags & SLUICE_SCTP_CLOSE_BY_PEER);
    net_check_order(&n, 1, old, true);
    net_need(&n, 1, old, SLUICE_SCTP_EV_SEND_FAILED);
    CHECK_EQ(net_counter(&n, 1, SLUICE_SCTP_CTR_RESTARTS), 1);
    if (listener_gone) {
        CHECK_EQ(net_need(&n, 2, second, SLUICE_SCTP_EV_CLOSED)->e.kind, SLUICE_SCTP_CLOSED_PEER_ABORT);
        CHECK_EQ(net_count(&n, 1, 0, SLUICE_SCTP_EV_UP), 1);
    } else {
        net_event *up = net_find(&n, 1, 0, SLUICE_SCTP_EV_UP, 1);
        CHECK(up);
        CHECK_EQ(up->e.flags, SLUICE_SCTP_UP_ACCEPTED | SLUICE_SCTP_UP_RESTARTED);
        CHECK(up->e.assoc != old);
        CHECK_EQ(net_send(&n, 1, up->e.assoc, 2, "new", 3), 1);
        CHECK_EQ(net_send(&n, 2, second, 2, "life", 4), 1);
        net_run(&n, 300);
        CHECK_EQ(net_count(&n, 2, second, SLUICE_SCTP_EV_MESSAGE), 1);
        CHECK_EQ(net_count(&n, 1, up->e.assoc, SLUICE_SCTP_EV_MESSAGE), 1);
        net_check_order(&n, 1, up->e.assoc, false);
    }
    net_close(&n);
}

/* The peer comes back with other ports, or without any: its answer to a heartbeat says that it knows nothing any more. */
static void forgotten(void)
{
    uint64_t client, server;
    net_open(&n, 3, NULL);
    net_listen(&n, 1, NET_PORT, SLUICE_SCTP_PROFILE_RFC);
    net_pair(&n, 0, 1, SLUICE_SCTP_PROFILE_RFC, &client, &server);
    n.node[0].deaf = n.node[0].silent = true;
    n.node[2].addr = n.node[0].addr;
    n.node[0].addr.bytes[0] = 99;
    CHECK_EQ(net_send(&n, 1, server, 0, "anybody?", 8), 1);
    net_flush(&n);
    closed(1, server, SLUICE_SCTP_CLOSED_PEER_ABORT, false);
    net_close(&n);
}

/* Both call connect on the same ports, nobody listens (WebRTC): one association. */
static void both_connect(void)
{
    uint64_t id[2];
    net_open(&n, 2, NULL);
    n.delay_ms = 20;
    for (uint32_t i = 0; i < 2; i++) {
        sluice_sctp_connect_args a = { .size = sizeof a, .local_port = 5000, .peer_port = 5000, .options = { .size = 64 } };
        a.peer = n.node[1 - i].addr;
        a.peer.link = 7;
        id[i] = (uint64_t)sluice_sctp_connect(n.node[i].s, &a);
    }
    CHECK(net_run_until(&n, 0, id[0], SLUICE_SCTP_EV_UP, 2000));
    CHECK(net_run_until(&n, 1, id[1], SLUICE_SCTP_EV_UP, 2000));
    CHECK_EQ(net_send(&n, 0, id[0], 0, "hello", 5), 1);
    net_run(&n, 300);
    CHECK_EQ(net_count(&n, 1, id[1], SLUICE_SCTP_EV_MESSAGE), 1);
    net_close(&n);
}

int main(void)
{
    net_need_usrsctp();
    refused();
    silent_stack_refuses_nobody();
    nobody_there();
    for (uint32_t packets = 0; packets <= 4; packets++) {
        given_up(packets, false);
        given_up(packets, true);
    }
    for (uint32_t which = 0; which < 4; which++) any_packet_lost(which);
    restarted(false);
    restarted(true);
    forgotten();
    both_connect();
    return 0;
}
