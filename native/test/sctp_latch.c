/* sctp_latch: signs of an end in every order and combination; the cause is the strongest of one turn, and final after it. */
#include "check.h"
#include "sctp/latch.h"

enum { PEER_ABORT, LOCAL_ABORT, COMPLETE, TIMER, END_OF_FILE, SIGNS };
static const uint16_t kinds[SIGNS] = { SLUICE_SCTP_CLOSED_PEER_ABORT, SLUICE_SCTP_CLOSED_LOCAL_ABORT,
    SLUICE_SCTP_CLOSED_PEER_SHUTDOWN, SLUICE_SCTP_CLOSED_PATH_LOST, SLUICE_SCTP_CLOSED_ERROR };

static bool give(ssc_latch *l, int sign)
{
    ssc_note n = { .type = SSC_NOTE_LOST };
    switch (sign) {
    case PEER_ABORT:
        n.has_abort = n.has_cause = true;
        n.cause = 12;
        n.reason = (const uint8_t *)"peer";
        n.reason_bytes = 4;
        return ssc_latch_note(l, &n, SSC_AT_PACKET);
    case LOCAL_ABORT: return ssc_latch_local(l, SLUICE_SCTP_CLOSED_LOCAL_ABORT, 0, "own", 3);
    case COMPLETE: n.type = SSC_NOTE_SHUTDOWN_COMPLETE; return ssc_latch_note(l, &n, SSC_AT_PACKET);
    case TIMER: return ssc_latch_note(l, &n, SSC_AT_TICK);
    default: return ssc_latch_errno(l, 0);
    }
}

/* All orders of all subsets, every sign also twice: the strongest that is among them wins, with its own reason. */
static void every_order(ssc_latch l, unsigned given, int strongest)
{
    if (given) {
        ssc_latch settled = l;
        ssc_latch_settle(&settled, 5);
        CHECK_EQ(settled.kind, kinds[strongest]);
        CHECK_EQ(settled.reason_bytes, strongest == PEER_ABORT ? 4 : strongest == LOCAL_ABORT ? 3 : 0);
        for (int late = 0; late < SIGNS; late++) {
            CHECK(!give(&settled, late));
            CHECK_EQ(settled.kind, kinds[strongest]);
        }
    }
    for (int sign = 0; sign < SIGNS; sign++) {
        if (given & 1u << sign) continue;
        ssc_latch next = l;
        CHECK(give(&next, sign));
        CHECK(give(&next, sign)); /* doubled */
        every_order(next, given | 1u << sign, given == 0 || sign < strongest ? sign : strongest);
    }
}

static void libdatachannel(void)
{
    ssc_latch l = { .up = true, .shutdown_seen = true };
    ssc_note n = { .type = SSC_NOTE_LOST, .has_abort = true, .has_cause = true, .cause = 12 };
    ssc_latch_note(&l, &n, SSC_AT_PACKET);
    ssc_latch_settle(&l, 1);
    CHECK_EQ(l.kind, SLUICE_SCTP_CLOSED_PEER_SHUTDOWN);
    CHECK_EQ(l.cause, 12);
    CHECK(l.flags & SLUICE_SCTP_CLOSE_HAS_CAUSE);
    CHECK(l.flags & SLUICE_SCTP_CLOSE_SHUTDOWN_SEEN);

    l = (ssc_latch){ .up = true }; /* the same ABORT without a SHUTDOWN before it */
    ssc_latch_note(&l, &n, SSC_AT_PACKET);
    CHECK_EQ(l.kind, SLUICE_SCTP_CLOSED_PEER_ABORT);

    l = (ssc_latch){ .up = true, .shutdown_seen = true };
    n.reason = (const uint8_t *)"x";
    n.reason_bytes = 1;
    ssc_latch_note(&l, &n, SSC_AT_PACKET);
    CHECK_EQ(l.kind, SLUICE_SCTP_CLOSED_PEER_ABORT);
}

/* usrsctp's own ABORT: what kind of end it is, the packet that it answers decides. */
static void violation(void)
{
    ssc_note n = { .type = SSC_NOTE_LOST };
    ssc_latch l = { .up = true };
    ssc_latch_note(&l, &n, SSC_AT_SHUTDOWN);
    ssc_latch_settle(&l, 1);
    CHECK_EQ(l.kind, SLUICE_SCTP_CLOSED_PEER_SHUTDOWN);
    CHECK_EQ(l.flags, SLUICE_SCTP_CLOSE_BY_PEER | SLUICE_SCTP_CLOSE_SHUTDOWN_SEEN);

    l = (ssc_latch){ .up = true };
    ssc_latch_note(&l, &n, SSC_AT_PACKET);
    CHECK_EQ(l.kind, SLUICE_SCTP_CLOSED_PROTOCOL);
    l = (ssc_latch){ .up = false };
    ssc_latch_note(&l, &n, SSC_AT_SHUTDOWN);
    CHECK_EQ(l.kind, SLUICE_SCTP_CLOSED_PROTOCOL);
    l = (ssc_latch){ .up = true };
    ssc_latch_note(&l, &n, SSC_AT_TICK);
    CHECK_EQ(l.kind, SLUICE_SCTP_CLOSED_PATH_LOST);

    l = (ssc_latch){ .up = true }; /* the peer's ABORT is what it says, whatever packet brought it */
    n.has_abort = true;
    ssc_latch_note(&l, &n, SSC_AT_SHUTDOWN);
    CHECK_EQ(l.kind, SLUICE_SCTP_CLOSED_PEER_ABORT);
}

/* SHUTDOWN may be signalled more than once, or after the end: it is told once, and before. */
static void peer_shutdown_once(void)
{
    ssc_latch l = { .up = true };
    CHECK(ssc_latch_peer_shutdown(&l));
    CHECK(!ssc_latch_peer_shutdown(&l));
    ssc_latch_settle(&l, 1);
    CHECK(l.flags & SLUICE_SCTP_CLOSE_SHUTDOWN_SEEN);

    for (int sign = 0; sign < SIGNS; sign++) {
        l = (ssc_latch){ .up = true };
        CHECK(give(&l, sign));
        CHECK(!ssc_latch_peer_shutdown(&l));
        ssc_latch_settle(&l, 1);
        CHECK(l.flags & SLUICE_SCTP_CLOSE_SHUTDOWN_SEEN);
    }
}

static void every_cause_before_and_after_up(void)
{
    static uint8_t long_reason[700];
    for (uint32_t cause = 0; cause < 256; cause++)
        for (int up = 0; up < 2; up++) {
            ssc_latch l = { .up = up };
            ssc_note n = { .type = up ? SSC_NOTE_LOST : SSC_NOTE_CANT_START, .has_abort = true, .has_cause = true,
                           .cause = (uint16_t)cause, .reason = long_reason, .reason_bytes = sizeof long_reason };
            ssc_latch_note(&l, &n, SSC_AT_PACKET);
            ssc_latch_settle(&l, 1);
            CHECK_EQ(l.kind, up ? SLUICE_SCTP_CLOSED_PEER_ABORT : SLUICE_SCTP_CLOSED_REFUSED);
            CHECK_EQ(l.cause, cause);
            CHECK_EQ(l.reason_bytes, SLUICE_SCTP_REASON_MAX);
            CHECK(l.flags & SLUICE_SCTP_CLOSE_REASON_TRUNCATED);
            CHECK_EQ((l.flags & SLUICE_SCTP_CLOSE_BEFORE_UP) == 0, up);
        }
}

int main(void)
{
    every_order((ssc_latch){ .up = true }, 0, 0);
    libdatachannel();
    violation();
    peer_shutdown_once();
    every_cause_before_and_after_up();
    return 0;
}
