/*
 * sctp_ends: every way to end x who ends x when, once with every packet arriving as it is sent and once with every packet
 * arriving twice. Whatever happens, both sides get exactly one CLOSED, of the right kind, after everything else (S1, S2, S5).
 */
#include "sctp/net.h"

enum { CLOSE, ABORT, ABORT_504, DEADLINE, SILENCE, STACK, WAYS };
enum { IDLE, DATA, HALF_CLOSED, WHENS };
static const char *const way_names[WAYS] = { "close", "abort", "abort_504", "deadline", "silence", "stack" };
static const char *const when_names[WHENS] = { "idle", "data", "half_closed" };

#define MESSAGES 50
#define KIND(k) (1u << SLUICE_SCTP_CLOSED_##k)

static net n;
static uint8_t reason[SLUICE_SCTP_REASON_MAX];

static void act(uint32_t who, uint64_t assoc, int way)
{
    sluice_sctp *s = n.node[who].s;
    switch (way) {
    case CLOSE: CHECK_EQ(sluice_sctp_close(s, assoc, 5000, reason, 7), 0); break;
    case ABORT: CHECK_EQ(sluice_sctp_abort(s, assoc, 12, reason, 7), 0); break;
    case ABORT_504: CHECK_EQ(sluice_sctp_abort(s, assoc, 12, reason, sizeof reason), 0); break;
    case DEADLINE: CHECK_EQ(sluice_sctp_close(s, assoc, 0, reason, 7), 0); break;
    case SILENCE: n.node[who].silent = n.node[who].deaf = true; break;
    case STACK: CHECK_EQ(sluice_sctp_shutdown(s, reason, 7), 0); break;
    }
}

static void send_some(uint32_t node, uint64_t assoc)
{
    for (uint32_t i = 0; i < MESSAGES; i++) {
        uint8_t data[100] = { (uint8_t)i };
        CHECK_EQ(net_send_ctx(&n, node, assoc, 3, data, sizeof data, 100 + i), 1);
    }
}

/* What arrived is a beginning of what was sent, in order. */
static uint32_t arrived(uint32_t node, uint64_t assoc)
{
    uint32_t count = net_count(&n, node, assoc, SLUICE_SCTP_EV_MESSAGE);
    for (uint32_t i = 0; i < count; i++) CHECK_EQ(net_find(&n, node, assoc, SLUICE_SCTP_EV_MESSAGE, i)->data[0], i);
    return count;
}

static const sluice_sctp_event *ended(uint32_t node, uint64_t assoc, uint32_t kinds)
{
    const sluice_sctp_event *e = &net_need(&n, node, assoc, SLUICE_SCTP_EV_CLOSED)->e;
    CHECK_MSG(kinds & 1u << e->kind, "node %u ended with %s", node, net_kind(e->kind));
    net_check_order(&n, node, assoc, true);
    CHECK(!(e->flags & SLUICE_SCTP_CLOSE_BEFORE_UP));
    return e;
}

static uint32_t kinds_of_actor(int way, int when)
{
    if (when == HALF_CLOSED && way == CLOSE) return KIND(PEER_SHUTDOWN);
    switch (way) {
    case CLOSE: return KIND(LOCAL);
    case DEADLINE: return KIND(LOCAL_DEADLINE);
    case SILENCE: return KIND(PATH_LOST);
    case STACK: return KIND(STACK_SHUTDOWN);
    default: return KIND(LOCAL_ABORT);
    }
}

static uint32_t kinds_of_other(int way, int when)
{
    if (way == SILENCE) return when == HALF_CLOSED ? KIND(LOCAL) : KIND(PATH_LOST); /* the last acknowledgement was on its way */
    if (when == HALF_CLOSED) return KIND(LOCAL) | (way == CLOSE ? 0 : KIND(PEER_ABORT));
    return way == CLOSE ? KIND(PEER_SHUTDOWN) : KIND(PEER_ABORT);
}

static void check_reason(const net_event *e, int way)
{
    if (e->e.kind != SLUICE_SCTP_CLOSED_PEER_ABORT) return;
    CHECK_EQ(e->e.value, 12);
    CHECK(e->e.flags & SLUICE_SCTP_CLOSE_BY_PEER);
    CHECK(e->e.flags & SLUICE_SCTP_CLOSE_HAS_CAUSE);
    CHECK(!(e->e.flags & SLUICE_SCTP_CLOSE_REASON_TRUNCATED));
    uint32_t bytes = way == ABORT_504 ? sizeof reason : 7;
    CHECK_EQ(e->e.payload_bytes, bytes);
    CHECK_MEM_EQ(e->data, reason, bytes);
}

/* From the end on every call answers at once (S3); then the id is stale. */
static void check_after(uint32_t node, uint64_t assoc)
{
    sluice_sctp *s = n.node[node].s;
    CHECK_EQ(net_send(&n, node, assoc, 0, "x", 1), -SLUICE_ESTALE);
    CHECK_EQ(sluice_sctp_close(s, assoc, 1, NULL, 0), -SLUICE_ESTALE);
    CHECK_EQ(sluice_sctp_abort(s, assoc, 12, NULL, 0), -SLUICE_ESTALE);
    CHECK_EQ(sluice_sctp_reset_streams(s, assoc, NULL, 0), -SLUICE_ESTALE);
}

static void one(int way, uint32_t who, int when, bool twice)
{
    uint64_t id[2];
    uint32_t other = 1 - who;
    net_open(&n, 2, NULL);
    n.twice = twice;
    net_listen(&n, 1, NET_PORT, SLUICE_SCTP_PROFILE_DEFAULT);
    net_pair(&n, 0, 1, SLUICE_SCTP_PROFILE_DEFAULT, &id[0], &id[1]);
    net_run(&n, 500);
    if (when == DATA) {
        send_some(who, id[who]);
        send_some(other, id[other]);
    } else if (when == HALF_CLOSED) {
        n.delay_ms = 20;
        CHECK_EQ(sluice_sctp_close(n.node[other].s, id[other], 20000, "half", 4), 0);
        CHECK(net_run_until(&n, who, id[who], SLUICE_SCTP_EV_PEER_SHUTDOWN, 100));
        CHECK_EQ(net_send(&n, who, id[who], 0, "x", 1), -SLUICE_SCTP_ENOTUP);
        CHECK_EQ(net_send(&n, other, id[other], 0, "x", 1), -SLUICE_SCTP_ENOTUP);
    }
    act(who, id[who], way);
    net_run(&n, way == SILENCE ? 20000 : 1000);
    ended(who, id[who], kinds_of_actor(way, when));
    ended(other, id[other], kinds_of_other(way, when));
    check_reason(net_need(&n, other, id[other], SLUICE_SCTP_EV_CLOSED), way);
    check_after(who, id[who]);
    check_after(other, id[other]);
    uint32_t got = arrived(other, id[other]);
    arrived(who, id[who]);
    if (when == DATA && way == CLOSE) CHECK_EQ(got, MESSAGES);
    if (when == DATA && way != CLOSE)
        CHECK_MSG(got + net_count(&n, who, id[who], SLUICE_SCTP_EV_SEND_FAILED) >= MESSAGES, "%u arrived, %u failed", got,
                  net_count(&n, who, id[who], SLUICE_SCTP_EV_SEND_FAILED));
    net_close(&n);
}

int main(void)
{
    net_need_usrsctp();
    for (uint32_t i = 0; i < sizeof reason; i++) reason[i] = (uint8_t)('a' + i % 26);
    for (int twice = 0; twice < 2; twice++)
        for (int way = 0; way < WAYS; way++)
            for (uint32_t who = 0; who < 2; who++)
                for (int when = 0; when < WHENS; when++) {
                    printf("%s by %s, %s%s\n", way_names[way], who ? "server" : "client", when_names[when], twice ? ", twice" : "");
                    fflush(stdout);
                    one(way, who, when, twice);
                }
    return 0;
}
