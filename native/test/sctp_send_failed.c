/*
 * sctp_send_failed: however an association ends, every message that was taken and that the peer did not get is told as failed, once, before
 * CLOSED (S2): more of them than fit into the receive buffer, in which usrsctp puts its notices; beside messages that nobody reads; and
 * in many pieces.
 */
#include "sctp/net.h"

enum { PEER_ABORT, OWN_ABORT, DEADLINE, STACK, LOST, VIOLATION, RESTART, ENDS };
static const char *const end_names[ENDS] = { "peer's abort", "abort", "deadline", "stack", "path lost", "violation", "restart" };
static const uint16_t end_kinds[ENDS] = {
    SLUICE_SCTP_CLOSED_PEER_ABORT, SLUICE_SCTP_CLOSED_LOCAL_ABORT, SLUICE_SCTP_CLOSED_LOCAL_DEADLINE, SLUICE_SCTP_CLOSED_STACK_SHUTDOWN,
    SLUICE_SCTP_CLOSED_PATH_LOST, SLUICE_SCTP_CLOSED_PROTOCOL, SLUICE_SCTP_CLOSED_RESTARTED };

/* What is sent: many tiny ones; more bytes than the receive buffer has; ones of many pieces; the same to a caller that does not read. */
enum { TINY, LARGE, PIECES, UNREAD, LOADS };
static const char *const load_names[LOADS] = { "tiny", "large", "pieces", "unread" };
static const uint32_t load_bytes[LOADS] = { 4, 9000, 100000, 4 };

enum { SENDER = 1, OTHER = 0, SECOND_LIFE = 2, MANY = 20000, STREAMS = 16 };

static net n;
static uint64_t client, server;
static uint8_t data[262144], header[12];

/* Data of the sender gets through for as long as this says; what the other side sends always does. */
static uint32_t pass;
static bool only_some_data(net *net_, net_packet *p)
{
    (void)net_;
    if (p->from == OTHER) memcpy(header, p->data, sizeof header);
    if (p->from != SENDER || p->data[12] != 0) return true;
    return pass > 0 ? pass-- > 0 : false;
}

static uint32_t send_all(uint32_t bytes)
{
    for (uint32_t i = 0; i < MANY; i++) {
        memcpy(data, &i, sizeof i);
        int got = net_send_ctx(&n, SENDER, server, (uint16_t)(i % STREAMS), data, bytes, i);
        if (got == -SLUICE_SCTP_EAGAIN) return i;
        CHECK_EQ(got, 1);
    }
    return MANY;
}

/* The sender's receive buffer is full, and so is its event ring. */
static void fill_receive_buffer(void)
{
    n.node[SENDER].no_read = true;
    for (uint32_t i = 0; i < 400; i++) {
        if (net_send(&n, OTHER, client, 0, data, 9000) != 1) break;
        net_run(&n, 5);
    }
    CHECK_EQ(n.node[SENDER].h->waiting, 1);
}

static void begin_second_life(void)
{
    sluice_sctp_connect_args a = { .size = sizeof a, .local_port = 6000, .peer_port = NET_PORT, .options = { .size = 64 } };
    n.node[SECOND_LIFE].addr = n.node[OTHER].addr;
    n.node[OTHER].addr.bytes[0] = 99;
    a.peer = n.node[SENDER].addr;
    a.peer.link = 7;
    CHECK_GT(sluice_sctp_connect(n.node[SECOND_LIFE].s, &a), 0);
}

static void end(int how)
{
    uint8_t p[28] = { 0 };
    switch (how) {
    case PEER_ABORT: CHECK_EQ(sluice_sctp_abort(n.node[OTHER].s, client, 12, "end", 3), 0); break;
    case OWN_ABORT: CHECK_EQ(sluice_sctp_abort(n.node[SENDER].s, server, 12, "end", 3), 0); break;
    case DEADLINE: CHECK_EQ(sluice_sctp_close(n.node[SENDER].s, server, 50, "end", 3), 0); break;
    case STACK: CHECK_GE(sluice_sctp_shutdown(n.node[SENDER].s, "end", 3), 0); break;
    case LOST: n.node[OTHER].silent = n.node[OTHER].deaf = true; break;
    case VIOLATION: /* DATA without data */
        memcpy(p, header, sizeof header);
        p[13] = 3;
        p[15] = 16;
        net_seal(p, sizeof p);
        CHECK_GE(net_inject(&n, SENDER, &n.node[OTHER].addr, p, sizeof p), 0);
        break;
    case RESTART: begin_second_life(); break;
    }
    net_flush(&n);
    if (how == LOST) net_run(&n, 10000);
    else net_run(&n, 100);
}

static void check(uint32_t sent, int how, int load)
{
    static uint8_t arrived[MANY], failed[MANY];
    uint32_t missing = 0, twice = 0, both = 0, count = 0;
    memset(arrived, 0, sizeof arrived);
    memset(failed, 0, sizeof failed);
    const net_node *other = &n.node[OTHER], *sender = &n.node[SENDER];
    for (uint32_t i = 0; i < other->count; i++)
        if (other->list[i].e.type == SLUICE_SCTP_EV_MESSAGE) {
            uint32_t which;
            memcpy(&which, other->list[i].data, sizeof which);
            arrived[which] = 1;
        }
    for (uint32_t i = 0; i < sender->count; i++) {
        const sluice_sctp_event *e = &sender->list[i].e;
        if (e->type != SLUICE_SCTP_EV_SEND_FAILED) continue;
        CHECK_LT(e->context, sent);
        CHECK_EQ(e->stream, e->context % STREAMS);
        twice += failed[e->context]++ > 0;
        count++;
    }
    for (uint32_t i = 0; i < sent; i++) {
        missing += !arrived[i] && !failed[i];
        both += arrived[i] && failed[i];
    }
    printf("%s, %s: %u sent, %u failed\n", end_names[how], load_names[load], sent, count);
    CHECK_MSG(missing == 0 && twice == 0, "%u of %u neither arrived nor failed, %u failed twice", missing, sent, twice);
    CHECK_LE(both, 200); /* arrived, and the acknowledgement did not */
    CHECK_GT(count, 0);
    CHECK_EQ(net_counter(&n, SENDER, SLUICE_SCTP_CTR_SENDS_FAILED), count);
    net_check_order(&n, SENDER, server, true);
    CHECK_EQ(net_need(&n, SENDER, server, SLUICE_SCTP_EV_CLOSED)->e.kind, end_kinds[how]);
}

static void one(int how, int load, uint32_t packets_through)
{
    sluice_sctp_connect_args a = { .size = sizeof a, .local_port = 6000, .peer_port = NET_PORT, .options = { .size = 64 } };
    sluice_sctp_config c = { .size = sizeof c, .event_entries = 64, .slots = 65536, .max_message_bytes = sizeof data };
    net_open(&n, 3, &c);
    net_listen(&n, SENDER, NET_PORT, SLUICE_SCTP_PROFILE_DEFAULT);
    a.peer = n.node[SENDER].addr;
    a.peer.link = 7;
    client = (uint64_t)sluice_sctp_connect(n.node[OTHER].s, &a);
    net_flush(&n);
    server = net_need(&n, SENDER, 0, SLUICE_SCTP_EV_UP)->e.assoc;
    pass = packets_through;
    n.filter = only_some_data;
    CHECK_EQ(net_send(&n, OTHER, client, 0, "a packet to copy from", 21), 1);
    net_flush(&n);
    if (load == UNREAD) fill_receive_buffer();
    uint32_t sent = send_all(load_bytes[load]);
    CHECK_GT(sent, 4);
    net_flush(&n);
    end(how);
    n.node[SENDER].no_read = false;
    net_run(&n, 500);
    check(sent, how, load);
    net_close(&n);
}

/* Messages that are given up one by one, in the middle of their pieces, and then the association. */
static void limited_reliability(uint32_t count)
{
    uint32_t failed[STREAMS] = { 0 };
    net_open(&n, 2, NULL);
    net_listen(&n, SENDER, NET_PORT, SLUICE_SCTP_PROFILE_WAN);
    net_pair(&n, OTHER, SENDER, SLUICE_SCTP_PROFILE_WAN, &client, &server);
    n.filter = only_some_data;
    pass = 2;
    for (uint32_t i = 0; i < count; i++) {
        sluice_sctp_message m = { .assoc = server, .data = (uint64_t)(uintptr_t)data, .bytes = 100000, .stream = (uint16_t)i,
                                  .context = i, .pr_policy = SLUICE_SCTP_PR_RTX, .pr_value = 0 };
        CHECK_EQ(sluice_sctp_send(n.node[SENDER].s, &m, 1), 1);
    }
    net_run(&n, 20000);
    if (count == 1) CHECK_EQ(net_count(&n, SENDER, server, SLUICE_SCTP_EV_SEND_FAILED), 1); /* not only when something else is told */
    CHECK_EQ(sluice_sctp_abort(n.node[OTHER].s, client, 12, "end", 3), 0);
    net_run(&n, 100);
    net_event *e;
    for (uint32_t i = 0; (e = net_find(&n, SENDER, server, SLUICE_SCTP_EV_SEND_FAILED, i)); i++) failed[e->e.context]++;
    for (uint32_t i = 0; i < count; i++) CHECK_MSG(failed[i] == 1, "message %u failed %u times", i, failed[i]);
    net_check_order(&n, SENDER, server, true);
    net_close(&n);
}

/* A packet that could have ended the association, and did not: the window that the peer is told stays what it is. */
static void window_stays(void)
{
    uint8_t p[20] = { 0 };
    sluice_sctp_info info;
    uint32_t bytes = sizeof info;
    net_open(&n, 2, NULL);
    net_listen(&n, SENDER, NET_PORT, SLUICE_SCTP_PROFILE_RFC);
    net_pair(&n, OTHER, SENDER, SLUICE_SCTP_PROFILE_RFC, &client, &server);
    n.filter = only_some_data;
    pass = MANY;
    CHECK_EQ(net_send(&n, OTHER, client, 0, "x", 1), 1);
    net_run(&n, 500);
    memcpy(p, header, sizeof header);
    p[4] ^= 1; /* the tag */
    p[12] = 6;
    p[15] = 8;
    net_seal(p, sizeof p);
    CHECK_GE(net_inject(&n, SENDER, &n.node[OTHER].addr, p, sizeof p), 0);
    for (int i = 0; i < 3; i++) CHECK_EQ(net_send(&n, OTHER, client, 0, "x", 1), 1);
    net_run(&n, 500);
    CHECK_EQ(sluice_sctp_query(n.node[OTHER].s, client, SLUICE_SCTP_QUERY_INFO, &info, &bytes), 0);
    CHECK_LE(info.peer_window_bytes, 262144);
    CHECK_GT(info.peer_window_bytes, 200000);
    CHECK_EQ(net_count(&n, SENDER, server, SLUICE_SCTP_EV_CLOSED), 0);
    net_close(&n);
}

int main(void)
{
    net_need_usrsctp();
    for (int load = 0; load < LOADS; load++)
        for (int how = 0; how < ENDS; how++) {
            one(how, load, 0);
            one(how, load, 5);
        }
    limited_reliability(1);
    limited_reliability(3);
    window_stays();
    return 0;
}
