/*
 * sctp_streams: stream resets are answered once each, also between two peers that both answer, and again when the stream was used again;
 * partial reliability; unordered messages; the window is respected and WRITABLE follows.
 */
#include "sctp/net.h"

static net n;
static uint64_t client, server;

static void open_pair(uint32_t flags)
{
    sluice_sctp_listen_args l = { .size = sizeof l, .port = NET_PORT, .link = 7, .options = { .size = 64, .flags = flags } };
    sluice_sctp_connect_args a = { .size = sizeof a, .peer_port = NET_PORT, .options = { .size = 64, .flags = flags } };
    net_open(&n, 2, NULL);
    a.peer = n.node[1].addr;
    a.peer.link = 7;
    CHECK_GT(sluice_sctp_listen(n.node[1].s, &l), 0);
    client = (uint64_t)sluice_sctp_connect(n.node[0].s, &a);
    net_flush(&n);
    server = net_need(&n, 1, 0, SLUICE_SCTP_EV_UP)->e.assoc;
}

/* STREAM_RESET events with this flag that name the stream. */
static uint32_t resets(uint32_t node, uint8_t flag, uint16_t stream)
{
    uint32_t found = 0;
    net_event *e;
    for (uint32_t i = 0; (e = net_find(&n, node, 0, SLUICE_SCTP_EV_STREAM_RESET, i)); i++) {
        CHECK(!(e->e.flags & (SLUICE_SCTP_RESET_DENIED | SLUICE_SCTP_RESET_FAILED)));
        for (uint32_t k = 0; k < e->e.payload_bytes / 2; k++) {
            uint16_t id;
            memcpy(&id, e->data + k * 2, 2);
            if (id == stream && e->e.flags & flag) found++;
        }
    }
    return found;
}

static void reset_answered_once(void)
{
    uint16_t streams[] = { 3, 5 };
    open_pair(0);
    for (uint32_t round = 1; round <= 3; round++) {
        CHECK_EQ(net_send(&n, 0, client, 3, "use", 3), 1);
        CHECK_EQ(net_send(&n, 0, client, 5, "use", 3), 1);
        net_run(&n, 300);
        CHECK_EQ(sluice_sctp_reset_streams(n.node[round % 2].s, round % 2 ? server : client, streams, 2), 0);
        net_run(&n, 3000);
        for (uint32_t node = 0; node < 2; node++)
            for (uint32_t i = 0; i < 2; i++) {
                CHECK_EQ(resets(node, SLUICE_SCTP_RESET_OUT, streams[i]), round);
                CHECK_EQ(resets(node, SLUICE_SCTP_RESET_IN, streams[i]), round);
            }
    }
    CHECK_EQ(net_counter(&n, 0, SLUICE_SCTP_CTR_RESETS_IN), 6);
    CHECK_EQ(net_counter(&n, 1, SLUICE_SCTP_CTR_RESETS_OUT), 6);
    net_close(&n);
}

static void many_resets_at_once(void)
{
    open_pair(0);
    for (uint16_t i = 0; i < 16; i++) CHECK_EQ(net_send(&n, 0, client, i, "use", 3), 1);
    for (uint16_t i = 0; i < 16; i++) {
        CHECK_EQ(sluice_sctp_reset_streams(n.node[0].s, client, &i, 1), 0); /* usrsctp runs one request at a time */
        if (i % 3 == 0) CHECK_EQ(sluice_sctp_reset_streams(n.node[1].s, server, &i, 1), 0);
    }
    net_run(&n, 10000);
    for (uint16_t i = 0; i < 16; i++)
        for (uint32_t node = 0; node < 2; node++) {
            CHECK_MSG(resets(node, SLUICE_SCTP_RESET_OUT, i) == 1, "node %u stream %u: %u", node, i, resets(node, SLUICE_SCTP_RESET_OUT, i));
            CHECK_MSG(resets(node, SLUICE_SCTP_RESET_IN, i) == 1, "node %u stream %u: %u", node, i, resets(node, SLUICE_SCTP_RESET_IN, i));
        }
    net_close(&n);
}

static void no_answer_when_asked(void)
{
    uint16_t stream = 2;
    open_pair(SLUICE_SCTP_NO_RESET_ANSWER);
    CHECK_EQ(sluice_sctp_reset_streams(n.node[0].s, client, &stream, 1), 0);
    net_run(&n, 2000);
    CHECK_EQ(resets(1, SLUICE_SCTP_RESET_IN, 2), 1);
    CHECK_EQ(resets(1, SLUICE_SCTP_RESET_OUT, 2), 0);
    net_close(&n);
}

static void all_streams(void)
{
    open_pair(0);
    CHECK_EQ(net_send(&n, 0, client, 1, "use", 3), 1);
    CHECK_EQ(sluice_sctp_reset_streams(n.node[0].s, client, NULL, 0), 0);
    net_run(&n, 3000);
    CHECK_GE(net_counter(&n, 0, SLUICE_SCTP_CTR_RESETS_OUT), 1);
    CHECK_GE(net_counter(&n, 1, SLUICE_SCTP_CTR_RESETS_OUT), 1);
    CHECK_EQ(net_counter(&n, 1, SLUICE_SCTP_CTR_RESETS_IN), net_counter(&n, 0, SLUICE_SCTP_CTR_RESETS_OUT));
    net_close(&n);
}

static bool drop_to_server(net *net_, net_packet *p) { (void)net_; return p->to != 1; }

static void partial_reliability(void)
{
    open_pair(0);
    for (uint16_t policy = SLUICE_SCTP_PR_TTL; policy <= SLUICE_SCTP_PR_RTX; policy++) {
        sluice_sctp_message m = { .assoc = client, .data = (uint64_t)(uintptr_t)"gone", .bytes = 4, .pr_policy = policy,
                                  .pr_value = policy == SLUICE_SCTP_PR_TTL ? 100 : 0, .context = policy };
        n.filter = drop_to_server;
        CHECK_EQ(sluice_sctp_send(n.node[0].s, &m, 1), 1);
        net_run(&n, 500); /* with data that nobody acknowledges, the association itself has little more than a second */
        n.filter = NULL;
        CHECK_EQ(net_send(&n, 0, client, 0, "kept", 4), 1);
        net_run(&n, 3000);
        CHECK_EQ(net_count(&n, 1, server, SLUICE_SCTP_EV_MESSAGE), policy);
        CHECK_MEM_EQ(net_find(&n, 1, server, SLUICE_SCTP_EV_MESSAGE, policy - 1u)->data, "kept", 4);
        net_event *f = net_find(&n, 0, client, SLUICE_SCTP_EV_SEND_FAILED, policy - 1u);
        CHECK(f);
        CHECK_EQ(f->e.context, policy);
        CHECK_EQ(f->e.flags, SLUICE_SCTP_FAILED_SENT);
        CHECK_EQ(f->e.os_errno, 0);
    }
    net_check_order(&n, 0, client, false);
    net_close(&n);
}

static void unordered_and_dry(void)
{
    open_pair(SLUICE_SCTP_TELL_DRY);
    sluice_sctp_message m = { .assoc = client, .data = (uint64_t)(uintptr_t)"any", .bytes = 3, .flags = SLUICE_SCTP_MSG_UNORDERED, .ppid = 53 };
    CHECK_EQ(sluice_sctp_send(n.node[0].s, &m, 1), 1);
    net_run(&n, 500);
    net_event *e = net_need(&n, 1, server, SLUICE_SCTP_EV_MESSAGE);
    CHECK_EQ(e->e.flags, SLUICE_SCTP_MSG_UNORDERED);
    CHECK_EQ(e->e.ppid, 53);
    CHECK_GE(net_count(&n, 0, client, SLUICE_SCTP_EV_SEND_DRY), 1);
    /* Events without payload between messages, read one by one: the arena is free again after each. */
    n.node[0].one_by_one = n.node[1].one_by_one = true;
    for (uint32_t i = 0; i < 50; i++) {
        uint32_t who = i % 2;
        CHECK_EQ(net_send(&n, who, who ? server : client, 0, "ping", 4), 1);
        CHECK_EQ(net_send(&n, 1 - who, who ? client : server, 1, "pong", 4), 1);
        net_run(&n, 300);
        CHECK_EQ(net_count(&n, 0, client, SLUICE_SCTP_EV_MESSAGE), i + 1);
        CHECK_EQ(net_count(&n, 1, server, SLUICE_SCTP_EV_MESSAGE), i + 2);
    }
    net_close(&n);
}

static void full_and_writable(void)
{
    static uint8_t data[60000];
    uint32_t sent = 0, rounds = 0;
    open_pair(0);
    while (sent < 200) {
        int got = net_send(&n, 0, client, 1, data, sizeof data);
        if (got == 1) {
            sent++;
            continue;
        }
        CHECK_EQ(got, -SLUICE_SCTP_EAGAIN);
        net_forget(&n, 0);
        CHECK_MSG(net_run_until(&n, 0, client, SLUICE_SCTP_EV_WRITABLE, 2000), "after %u messages", sent);
        CHECK_LT(++rounds, 2000);
    }
    net_run(&n, 2000);
    CHECK_EQ(net_count(&n, 1, server, SLUICE_SCTP_EV_MESSAGE), 200);
    CHECK_GT(net_counter(&n, 0, SLUICE_SCTP_CTR_SENDS_FULL), 0);
    net_close(&n);
}

int main(void)
{
    net_need_usrsctp();
    reset_answered_once();
    many_resets_at_once();
    no_answer_when_asked();
    all_streams();
    partial_reliability();
    unordered_and_dry();
    full_and_writable();
    return 0;
}
