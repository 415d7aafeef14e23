/* sctp_kernel_ends: every way in which an association of the kernel's SCTP ends is told once, on both sides, with its reason. */
#include "sctp/kernel_net.h"

static const char reason[] = "the session was moved to another host";

static void expect_reason(const kn_event *e, const void *bytes, uint32_t count)
{
    CHECK_EQ(e->e.payload_bytes, count);
    if (count) CHECK_MEM_EQ(e->payload, bytes, count);
}

static void a_close_is_a_shutdown_for_the_peer(kn *n)
{
    uint64_t a, b;

    kn_pair(n, SLUICE_SCTP_PROFILE_DEFAULT, &a, &b);
    kn_send(n, a, 1, 2, 0, "last words", 10);
    CHECK_EQ(sluice_ksctp_close(n->stack, a, 5000, NULL, 0), 0);
    kn_event *e = kn_closed(n, b, SLUICE_SCTP_CLOSED_PEER_SHUTDOWN);
    CHECK(e->e.flags & SLUICE_SCTP_CLOSE_BY_PEER);
    CHECK_EQ(kn_count(n, SLUICE_SCTP_EV_PEER_SHUTDOWN, b), 1);
    CHECK_EQ(kn_message_of(n, b)->bytes, 10);
    kn_closed(n, a, SLUICE_SCTP_CLOSED_LOCAL);
    CHECK_EQ(kn_count(n, SLUICE_SCTP_EV_PEER_SHUTDOWN, a), 0);
}

static void an_abort_carries_its_reason(kn *n, bool by_server, uint32_t bytes)
{
    uint64_t a, b;
    uint8_t text[SLUICE_SCTP_REASON_MAX];

    memset(text, 'r', sizeof text);
    kn_pair(n, SLUICE_SCTP_PROFILE_DEFAULT, &a, &b);
    uint64_t actor = by_server ? b : a, other = by_server ? a : b;
    CHECK_EQ(sluice_ksctp_abort(n->stack, actor, SLUICE_SCTP_CAUSE_USER, text, bytes), 0);
    CHECK_EQ(sluice_ksctp_abort(n->stack, actor, SLUICE_SCTP_CAUSE_USER, text, bytes), -SLUICE_SCTP_ECLOSED);
    sluice_sctp_close_info info;
    CHECK_EQ(sluice_ksctp_query_close(n->stack, actor, &info), 0);
    CHECK_EQ(info.kind, SLUICE_SCTP_CLOSED_LOCAL_ABORT);
    kn_event *e = kn_closed(n, other, SLUICE_SCTP_CLOSED_PEER_ABORT);
    CHECK(e->e.flags & SLUICE_SCTP_CLOSE_BY_PEER);
    CHECK_EQ(e->e.value, SLUICE_SCTP_CAUSE_USER);
    expect_reason(e, text, bytes);
    kn_closed(n, actor, SLUICE_SCTP_CLOSED_LOCAL_ABORT);
}

static void a_refusal_is_not_a_timeout(kn *n)
{
    uint64_t a = kn_connect_to(n, 9, SLUICE_SCTP_PROFILE_DEFAULT);
    kn_event *e = kn_closed(n, a, SLUICE_SCTP_CLOSED_REFUSED);

    CHECK(e->e.flags & SLUICE_SCTP_CLOSE_BEFORE_UP);
    CHECK(e->e.flags & SLUICE_SCTP_CLOSE_BY_PEER);
}

static void an_abort_before_up_ends_at_once(kn *n)
{
    uint64_t a = kn_connect_to(n, n->port, SLUICE_SCTP_PROFILE_DEFAULT);

    CHECK_EQ(sluice_ksctp_abort(n->stack, a, SLUICE_SCTP_CAUSE_USER, reason, sizeof reason), 0);
    kn_event *e = kn_closed(n, a, SLUICE_SCTP_CLOSED_LOCAL_ABORT);
    CHECK(e->e.flags & SLUICE_SCTP_CLOSE_BEFORE_UP);
    /* The listener may have seen it: then it saw the abort as well. */
    for (int i = 0; i < 20; i++) kn_turn(n);
    kn_event *up = kn_find(n, SLUICE_SCTP_EV_UP, 0);
    if (up) {
        up->taken = true;
        kn_closed(n, up->e.assoc, SLUICE_SCTP_CLOSED_PEER_ABORT);
    }
}

/* A listener that was reached twice by the same peer: exactly the association that ended is told, the other one carries on. */
static void of_two_associations_one_ends(kn *n)
{
    uint64_t a1, b1, a2, b2;

    kn_pair(n, SLUICE_SCTP_PROFILE_DEFAULT, &a1, &b1);
    kn_pair(n, SLUICE_SCTP_PROFILE_DEFAULT, &a2, &b2);
    CHECK_EQ(sluice_ksctp_abort(n->stack, a1, SLUICE_SCTP_CAUSE_USER, reason, sizeof reason), 0);
    expect_reason(kn_closed(n, b1, SLUICE_SCTP_CLOSED_PEER_ABORT), reason, sizeof reason);
    kn_closed(n, a1, SLUICE_SCTP_CLOSED_LOCAL_ABORT);
    CHECK_EQ(kn_count(n, SLUICE_SCTP_EV_CLOSED, b2), 0);
    kn_send(n, b2, 0, 0, 0, "still here", 10);
    CHECK_EQ(kn_message_of(n, a2)->bytes, 10);
    CHECK_EQ(sluice_ksctp_abort(n->stack, b2, SLUICE_SCTP_CAUSE_USER, NULL, 0), 0);
    kn_closed(n, a2, SLUICE_SCTP_CLOSED_PEER_ABORT);
    kn_closed(n, b2, SLUICE_SCTP_CLOSED_LOCAL_ABORT);
}

/* Data that nobody reads keeps SHUTDOWN from completing: the peer's window is full. */
static void a_deadline_turns_a_close_into_an_abort(kn *n, uint32_t deadline_ms)
{
    static const uint8_t much[60000];
    uint64_t a, b;

    kn_pair(n, SLUICE_SCTP_PROFILE_DEFAULT, &a, &b);
    kn_pause(n, b, true);
    for (int i = 0; i < 30; i++) dgram_send(&n->d, kn_handle(n, a), 99, much, sizeof much, NULL);
    sluice_cqe c;
    for (int still = 0; still < 100; still++) { /* until the kernel takes no more */
        kn_turn(n);
        if (drive_try(&n->d, 99, &c)) still = 0;
    }
    CHECK_EQ(sluice_ksctp_close(n->stack, a, deadline_ms, reason, sizeof reason), 0);
    if (deadline_ms) {
        CHECK_EQ(kn_count(n, SLUICE_SCTP_EV_CLOSED, a), 0);
        CHECK_EQ(sluice_ksctp_close(n->stack, a, deadline_ms * 2, reason, sizeof reason), 0); /* the sooner one counts */
    }
    kn_event *closed = kn_event_of(n, SLUICE_SCTP_EV_CLOSED, a);
    closed->taken = false;
    /* Kernels tell what failed when an association is aborted, and some nothing when that was shutting down. */
    if (!deadline_ms) CHECK_GT(kn_count(n, SLUICE_SCTP_EV_SEND_FAILED, a), 0);
    CHECK(!kn_find(n, SLUICE_SCTP_EV_SEND_FAILED, a) || kn_find(n, SLUICE_SCTP_EV_SEND_FAILED, a) < closed);
    kn_pause(n, b, false);
    expect_reason(kn_closed(n, b, SLUICE_SCTP_CLOSED_PEER_ABORT), reason, sizeof reason);
    kn_closed(n, a, SLUICE_SCTP_CLOSED_LOCAL_DEADLINE);
}

/* Heartbeats that nobody answers: loopback is taken down. Only in a virtual machine. */
static void a_silent_peer_is_a_lost_path(kn *n)
{
    uint64_t a, b;

    if (!getenv("SLUICE_TEST_GUEST")) return;
    kn_pair(n, SLUICE_SCTP_PROFILE_FAST, &a, &b);
    CHECK_EQ(system("ip link set lo down"), 0);
    kn_event *e = kn_closed(n, a, SLUICE_SCTP_CLOSED_PATH_LOST);
    CHECK(!(e->e.flags & SLUICE_SCTP_CLOSE_BY_PEER));
    kn_closed(n, b, SLUICE_SCTP_CLOSED_PATH_LOST);
    CHECK_EQ(system("ip link set lo up"), 0);
}

static void a_reset_of_streams_is_answered_once(kn *n)
{
    uint64_t a, b;
    const uint16_t ids[] = {1, 3};

    kn_pair(n, SLUICE_SCTP_PROFILE_DEFAULT, &a, &b);
    CHECK_EQ(sluice_ksctp_reset_streams(n->stack, a, (const uint16_t[]){16}, 1), -SLUICE_SCTP_ESTREAM);
    CHECK_EQ(sluice_ksctp_reset_streams(n->stack, a, ids, 2), 0);
    kn_event *there = kn_event_of(n, SLUICE_SCTP_EV_STREAM_RESET, b);
    CHECK(there->e.flags & SLUICE_SCTP_RESET_IN);
    CHECK_EQ(there->e.payload_bytes, 4);
    CHECK_MEM_EQ(there->payload, ids, 4);
    for (;;) { /* ours, and the answer */
        kn_event *here = kn_event_of(n, SLUICE_SCTP_EV_STREAM_RESET, a);
        if (here->e.flags & SLUICE_SCTP_RESET_IN) break;
    }
    for (int i = 0; i < 200; i++) kn_turn(n);
    CHECK_EQ(kn_count(n, SLUICE_SCTP_EV_STREAM_RESET, a), 2);
    CHECK_EQ(kn_count(n, SLUICE_SCTP_EV_STREAM_RESET, b), 2);
    CHECK_EQ(sluice_ksctp_close(n->stack, b, 5000, NULL, 0), 0);
    kn_closed(n, a, SLUICE_SCTP_CLOSED_PEER_SHUTDOWN);
    kn_closed(n, b, SLUICE_SCTP_CLOSED_LOCAL);
}

static void a_hundred_cycles_leave_nothing(kn *n)
{
    uint64_t a, b;
    int before = open_descriptors();

    for (int i = 0; i < 100; i++) {
        n->event_count = n->message_count = 0;
        n->socket_count = 1; /* the listener's */
        kn_pair(n, SLUICE_SCTP_PROFILE_DEFAULT, &a, &b);
        CHECK_EQ(sluice_ksctp_abort(n->stack, i % 2 ? a : b, SLUICE_SCTP_CAUSE_USER, reason, sizeof reason), 0);
        kn_closed(n, i % 2 ? b : a, SLUICE_SCTP_CLOSED_PEER_ABORT);
        kn_closed(n, i % 2 ? a : b, SLUICE_SCTP_CLOSED_LOCAL_ABORT);
    }
    CHECK_EQ(open_descriptors(), before);
}

static void shutdown_of_the_stack_tells_every_peer(kn *n)
{
    uint64_t a, b;

    kn_pair(n, SLUICE_SCTP_PROFILE_DEFAULT, &a, &b);
    CHECK_EQ(sluice_ksctp_destroy(n->stack, 0), -SLUICE_EBUSY);
    int left = sluice_ksctp_shutdown(n->stack, reason, sizeof reason);
    CHECK_GE(left, 0);
    n->listener = 0;
    /* Both ends are of this stack: the one that was aborted first is heard by the other, and a peer's ABORT ranks higher (S4). */
    uint16_t one = kn_event_of(n, SLUICE_SCTP_EV_CLOSED, a)->e.kind, two = kn_event_of(n, SLUICE_SCTP_EV_CLOSED, b)->e.kind;
    CHECK(one == SLUICE_SCTP_CLOSED_STACK_SHUTDOWN || two == SLUICE_SCTP_CLOSED_STACK_SHUTDOWN);
    CHECK(one == SLUICE_SCTP_CLOSED_STACK_SHUTDOWN || one == SLUICE_SCTP_CLOSED_PEER_ABORT);
    CHECK(two == SLUICE_SCTP_CLOSED_STACK_SHUTDOWN || two == SLUICE_SCTP_CLOSED_PEER_ABORT);
    kn_turn(n);
    CHECK_EQ(sluice_ksctp_shutdown(n->stack, NULL, 0), 0);
    for (uint32_t i = 0; i < n->socket_count; i++) {
        if (!n->sockets[i].used) continue;
        drive_end(&n->d, n->sockets[i].handle, 4711, 0);
        drive_expect(&n->d, 4711, 0);
    }
}

int main(int argc, char **argv)
{
    static kn n;

    CHECK_EQ(argc, 2);
    kn_open(&n, argv[1]);
    a_close_is_a_shutdown_for_the_peer(&n);
    an_abort_carries_its_reason(&n, false, sizeof reason);
    an_abort_carries_its_reason(&n, true, 1);
    an_abort_carries_its_reason(&n, true, 0);
    an_abort_carries_its_reason(&n, false, SLUICE_SCTP_REASON_MAX);
    a_refusal_is_not_a_timeout(&n);
    an_abort_before_up_ends_at_once(&n);
    of_two_associations_one_ends(&n);
    a_deadline_turns_a_close_into_an_abort(&n, 0);
    a_deadline_turns_a_close_into_an_abort(&n, 300);
    a_silent_peer_is_a_lost_path(&n);
    a_reset_of_streams_is_answered_once(&n);
    a_hundred_cycles_leave_nothing(&n);
    shutdown_of_the_stack_tells_every_peer(&n);
    kn_close(&n);
    return 0;
}
