/* sctp_limits: what is too much, out of range or malformed is refused at the call by a code, and nothing is cut silently. */
#include "sctp/net.h"

static net n;
static uint8_t big[262145];

static void sends(uint64_t client)
{
    sluice_sctp *s = n.node[0].s;
    uint8_t reason[SLUICE_SCTP_REASON_MAX + 1] = { 0 };
    CHECK_EQ(net_send(&n, 0, client, 0, big, sizeof big), -SLUICE_SCTP_ETOOLONG);
    CHECK_EQ(net_send(&n, 0, client, 0, big, 0), -SLUICE_EINVAL);
    CHECK_EQ(net_send(&n, 0, client, 0, NULL, 4), -SLUICE_EINVAL);
    CHECK_EQ(net_send(&n, 0, client, 16, big, 4), -SLUICE_SCTP_ESTREAM);
    CHECK_EQ(net_send(&n, 0, client, 65535, big, 4), -SLUICE_SCTP_ESTREAM);
    CHECK_EQ(net_send(&n, 0, client + 1, 0, big, 4), -SLUICE_ESTALE);
    CHECK_EQ(net_send(&n, 0, 0, 0, big, 4), -SLUICE_ESTALE);
    CHECK_EQ(net_send(&n, 0, UINT64_MAX, 0, big, 4), -SLUICE_ESTALE);
    uint16_t streams[] = { 3, 16 };
    CHECK_EQ(sluice_sctp_reset_streams(s, client, streams, 2), -SLUICE_SCTP_ESTREAM);
    CHECK_EQ(sluice_sctp_abort(s, client, 12, reason, sizeof reason), -SLUICE_SCTP_ETOOLONG);
    CHECK_EQ(sluice_sctp_close(s, client, 10, reason, sizeof reason), -SLUICE_SCTP_ETOOLONG);
    CHECK_EQ(sluice_sctp_close(s, client, SLUICE_SCTP_DEADLINE_MAX_MS + 1, NULL, 0), -SLUICE_EINVAL);
    CHECK_EQ(sluice_sctp_shutdown(s, reason, sizeof reason), -SLUICE_SCTP_ETOOLONG);
    for (uint32_t cause = 0; cause < 256; cause++)
        if (cause != 12) CHECK_EQ(sluice_sctp_abort(s, client, cause, reason, 1), -SLUICE_EINVAL);
    CHECK_EQ(sluice_sctp_hint(s, &n.node[1].addr, 0), -SLUICE_EINVAL);

    /* Of a list, what was taken is told; the rest is not sent. */
    sluice_sctp_message m[3] = { { .assoc = client, .data = (uint64_t)(uintptr_t)big, .bytes = 5, .pr_policy = 0 } };
    m[1] = m[2] = m[0];
    m[1].stream = 99;
    CHECK_EQ(sluice_sctp_send(s, m, 3), 1);
    CHECK_EQ(sluice_sctp_send(s, m + 1, 2), -SLUICE_SCTP_ESTREAM);
    m[0].pr_policy = 3;
    CHECK_EQ(sluice_sctp_send(s, m, 1), -SLUICE_EINVAL);
    m[0] = m[2];
    m[0].reserved2 = 1;
    CHECK_EQ(sluice_sctp_send(s, m, 1), -SLUICE_EINVAL);
    m[0] = m[2];
    m[0].flags = 0x8000;
    CHECK_EQ(sluice_sctp_send(s, m, 1), -SLUICE_EINVAL);
}

/* What is wrong for ever is not said to be full for now, with WRITABLE to come. */
static void wrong_stream_while_full(void)
{
    uint64_t client, server;
    net_open(&n, 2, NULL);
    net_listen(&n, 1, NET_PORT, SLUICE_SCTP_PROFILE_RFC);
    net_pair(&n, 0, 1, SLUICE_SCTP_PROFILE_RFC, &client, &server);
    n.node[1].deaf = true;
    while (net_send(&n, 0, client, 0, big, 60000) == 1) continue;
    CHECK_EQ(net_send(&n, 0, client, 15, big, 60000), -SLUICE_SCTP_EAGAIN);
    CHECK_EQ(net_send(&n, 0, client, 16, big, 60000), -SLUICE_SCTP_ESTREAM);
    CHECK_EQ(net_counter(&n, 0, SLUICE_SCTP_CTR_SENDS_FULL), 2);
    net_close(&n);
}

static void arguments(void)
{
    sluice_sctp *s = n.node[0].s;
    sluice_sctp_connect_args good = { .size = sizeof good, .peer_port = 1, .peer = n.node[1].addr, .options = { .size = 64 } };
    for (int i = 0; i < 9; i++) {
        sluice_sctp_connect_args a = good;
        if (i == 0) a.size = 4;
        if (i == 1) a.peer_port = 0;
        if (i == 2) a.peer.family = 9;
        if (i == 3) a.peer.port = 0;
        if (i == 4) a.options.rto_min_ms = 9;
        if (i == 5) a.options.rto_min_ms = 600;
        if (i == 6) a.options.streams_in = SLUICE_SCTP_STREAMS_MAX + 1;
        if (i == 7) a.options.profile = 4;
        if (i == 8) a.options.flags = 0x100;
        CHECK_MSG(sluice_sctp_connect(s, &a) == -SLUICE_EINVAL, "%d", i);
    }
    sluice_sctp_listen_args l = { .size = sizeof l, .port = 0, .options = { .size = 64 } };
    CHECK_EQ(sluice_sctp_listen(s, &l), -SLUICE_EINVAL);
    l.port = 77;
    int64_t id = sluice_sctp_listen(s, &l);
    CHECK_GT(id, 0);
    CHECK_EQ(sluice_sctp_listen(s, &l), -SLUICE_EADDRINUSE);
    l.link = 9; /* the same port through another link is another listener */
    int64_t other = sluice_sctp_listen(s, &l);
    CHECK_GT(other, 0);
    CHECK_EQ(sluice_sctp_unlisten(s, (uint64_t)id), 0);
    CHECK_EQ(sluice_sctp_unlisten(s, (uint64_t)id), -SLUICE_ESTALE);
    CHECK_EQ(sluice_sctp_unlisten(s, (uint64_t)other), 0);
    CHECK_EQ(sluice_sctp_unlisten(s, 0), -SLUICE_ESTALE);
}

static void configs(void)
{
    static const struct { size_t offset; uint32_t bad; } t[] = {
        { offsetof(sluice_sctp_config, size), 8 }, { offsetof(sluice_sctp_config, flags), 4 },
        { offsetof(sluice_sctp_config, event_entries), 100 }, { offsetof(sluice_sctp_config, event_entries), 8 },
        { offsetof(sluice_sctp_config, slots), 3 }, { offsetof(sluice_sctp_config, arena_bytes), 65536 },
        { offsetof(sluice_sctp_config, max_message_bytes), SLUICE_SCTP_MESSAGE_MAX + 1 },
        { offsetof(sluice_sctp_config, max_associations), 65537 }, { offsetof(sluice_sctp_config, max_listeners), 1025 },
        { offsetof(sluice_sctp_config, recv_buffer_bytes), 100 }, { offsetof(sluice_sctp_config, send_buffer_bytes), 4096 },
        { offsetof(sluice_sctp_config, tick_ms), 101 }, { offsetof(sluice_sctp_config, shared_base), 64 },
        { offsetof(sluice_sctp_config, reserved), 1 } };
    for (size_t i = 0; i < sizeof t / sizeof t[0]; i++) {
        sluice_sctp_config c = { .size = sizeof c };
        sluice_sctp *s;
        memcpy((uint8_t *)&c + t[i].offset, &t[i].bad, 4);
        CHECK_MSG(sluice_sctp_open(&c, NULL, NULL, &s) == -SLUICE_EINVAL, "%zu", i);
        CHECK(s == NULL);
    }
    CHECK_EQ(sluice_sctp_shared_bytes(NULL), 0);
}

/* The peer's limit is higher than ours: the association ends on both sides, with a reason. */
static void message_too_long(void)
{
    uint64_t client, server;
    sluice_sctp_config c = { .size = sizeof c, .max_message_bytes = 1000 };
    net_open(&n, 2, NULL);
    CHECK_EQ(sluice_sctp_destroy(n.node[1].s, 0), 0);
    CHECK_EQ(sluice_sctp_open(&c, NULL, NULL, &n.node[1].s), 0);
    n.node[1].base = sluice_sctp_shared(n.node[1].s, NULL);
    n.node[1].h = (sluice_sctp_header *)(void *)n.node[1].base;
    net_listen(&n, 1, NET_PORT, SLUICE_SCTP_PROFILE_DEFAULT);
    for (uint32_t bytes = 1001; bytes < 262144; bytes = bytes * 3 + 100) {
        net_pair(&n, 0, 1, SLUICE_SCTP_PROFILE_DEFAULT, &client, &server);
        CHECK_EQ(net_send(&n, 0, client, 0, big, 1000), 1);
        CHECK_EQ(net_send(&n, 0, client, 0, big, bytes), 1);
        net_run(&n, 500);
        CHECK_EQ(net_count(&n, 1, server, SLUICE_SCTP_EV_MESSAGE), 1);
        CHECK_EQ(net_need(&n, 1, server, SLUICE_SCTP_EV_CLOSED)->e.kind, SLUICE_SCTP_CLOSED_LIMIT);
        net_event *e = net_need(&n, 0, client, SLUICE_SCTP_EV_CLOSED);
        CHECK_EQ(e->e.kind, SLUICE_SCTP_CLOSED_PEER_ABORT);
        CHECK_GT(e->e.payload_bytes, 10);
    }
    CHECK_GE(net_counter(&n, 1, SLUICE_SCTP_CTR_TOO_LONG_IN), 5);
    net_close(&n);
}

static void associations(void)
{
    uint64_t client, server;
    sluice_sctp_config c = { .size = sizeof c, .max_associations = 2, .max_listeners = 1 };
    net_open(&n, 3, &c);
    net_listen(&n, 1, NET_PORT, SLUICE_SCTP_PROFILE_DEFAULT);
    sluice_sctp_listen_args l = { .size = sizeof l, .port = 99, .link = 7, .options = { .size = 64 } };
    CHECK_EQ(sluice_sctp_listen(n.node[1].s, &l), -SLUICE_SCTP_ELIMIT);
    net_pair(&n, 0, 1, SLUICE_SCTP_PROFILE_DEFAULT, &client, &server);
    net_pair(&n, 0, 1, SLUICE_SCTP_PROFILE_DEFAULT, &client, &server);
    sluice_sctp_connect_args a = { .size = sizeof a, .peer_port = NET_PORT, .peer = n.node[1].addr, .options = { .size = 64 } };
    CHECK_EQ(sluice_sctp_connect(n.node[0].s, &a), -SLUICE_SCTP_ELIMIT);
    uint64_t third = net_connect(&n, 2, 1, NET_PORT, SLUICE_SCTP_PROFILE_DEFAULT); /* the server is full */
    net_run(&n, 100);
    CHECK_EQ(net_need(&n, 2, third, SLUICE_SCTP_EV_CLOSED)->e.kind, SLUICE_SCTP_CLOSED_PEER_ABORT);
    CHECK_EQ(net_counter(&n, 1, SLUICE_SCTP_CTR_ACCEPTS_REFUSED), 1);
    CHECK_EQ(net_counter(&n, 1, SLUICE_SCTP_CTR_PATHS), 1);
    CHECK_EQ(sluice_sctp_destroy(n.node[1].s, 0), -SLUICE_EBUSY);
    net_close(&n);
}

/* One slot, used again and again: an old id is stale, whatever lives in its place. */
static void stale_ids(void)
{
    sluice_sctp_config c = { .size = sizeof c, .max_associations = 1 };
    uint64_t old[20], client, server;
    net_open(&n, 2, &c);
    net_listen(&n, 1, NET_PORT, SLUICE_SCTP_PROFILE_DEFAULT);
    for (uint32_t i = 0; i < 20; i++) {
        net_pair(&n, 0, 1, SLUICE_SCTP_PROFILE_DEFAULT, &client, &server);
        for (uint32_t k = 0; k < i; k++) {
            CHECK_EQ(net_send(&n, 0, old[k], 0, "x", 1), -SLUICE_ESTALE);
            CHECK_EQ(sluice_sctp_abort(n.node[0].s, old[k], 12, "x", 1), -SLUICE_ESTALE);
        }
        CHECK_EQ(sluice_sctp_abort(n.node[0].s, client, 12, "next", 4), 0);
        net_flush(&n);
        CHECK_GE(sluice_sctp_input(n.node[1].s, NULL, 0), 0); /* the server's slot is free when its CLOSED was read */
        old[i] = client;
    }
    net_close(&n);
}

int main(void)
{
    uint64_t client, server;
    net_need_usrsctp();
    configs();
    net_open(&n, 2, NULL);
    arguments();
    net_listen(&n, 1, NET_PORT, SLUICE_SCTP_PROFILE_DEFAULT);
    net_pair(&n, 0, 1, SLUICE_SCTP_PROFILE_DEFAULT, &client, &server);
    sends(client);
    net_run(&n, 300);
    CHECK_EQ(net_count(&n, 1, server, SLUICE_SCTP_EV_MESSAGE), 1);
    net_check_order(&n, 0, client, false);
    net_close(&n);
    wrong_stream_while_full();
    message_too_long();
    associations();
    stale_ids();
    return 0;
}
