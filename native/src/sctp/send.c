/* send.c: messages and stream resets out. */
#include <arpa/inet.h>
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "sctp/stack.h"

/* -------------------------------------------------------------------------------------------------- messages */

static int refuse(const ssc_assoc *a)
{
    switch (ssc_assoc_state(a)) {
    case SLUICE_SCTP_STATE_OPEN: return 0;
    case SLUICE_SCTP_STATE_LATCHED: return -SLUICE_SCTP_ECLOSED;
    default: return -SLUICE_SCTP_ENOTUP;
    }
}

static int checked(const sluice_sctp *s, const ssc_assoc *a, const sluice_sctp_message *m)
{
    int code = refuse(a);
    if (code) return code;
    if (m->bytes == 0 || !m->data || m->reserved || m->reserved2 || m->flags & ~SLUICE_SCTP_MSG_UNORDERED) return -SLUICE_EINVAL;
    if (m->pr_policy > SLUICE_SCTP_PR_RTX || (m->pr_policy == SLUICE_SCTP_PR_NONE && m->pr_value)) return -SLUICE_EINVAL;
    if (m->bytes > s->max_message) return -SLUICE_SCTP_ETOOLONG;
    return m->stream < a->streams_out ? 0 : -SLUICE_SCTP_ESTREAM;
}

static int refused_by_usrsctp(ssc_assoc *a, int err)
{
    switch (err) {
    case EAGAIN:
        a->want_write = true;
        ssc_count(a->stack, SLUICE_SCTP_CTR_SENDS_FULL, 1);
        return -SLUICE_SCTP_EAGAIN;
    case EMSGSIZE: return -SLUICE_SCTP_ETOOLONG;
    case ENOMEM: case ENOBUFS: return -SLUICE_ENOMEM;
    case EINVAL: return -SLUICE_SCTP_ESTREAM;
    default: /* it is ending: whatever says so is waiting to be read */
        ssc_assoc_dirty(a);
        ssc_pump(a->stack);
        return a->latch.rank != SSC_RANK_NONE || !ssc_lives(a) ? -SLUICE_SCTP_ECLOSED : -SLUICE_SCTP_ENOTUP;
    }
}

static int send_one(sluice_sctp *s, const sluice_sctp_message *m)
{
    static const uint16_t policies[] = { [SLUICE_SCTP_PR_NONE] = 0, [SLUICE_SCTP_PR_TTL] = USR_PR_TTL,
                                         [SLUICE_SCTP_PR_RTX] = USR_PR_RTX };
    int code = 0;
    ssc_assoc *a = ssc_assoc_find(s, m->assoc, &code);
    if (!a) return code;
    code = checked(s, a, m);
    if (code) return code;
    usr_sendv_spa spa = { .flags = USR_SEND_SNDINFO_VALID };
    spa.sndinfo.sid = m->stream;
    spa.sndinfo.flags = m->flags & SLUICE_SCTP_MSG_UNORDERED ? USR_UNORDERED : 0;
    spa.sndinfo.ppid = htonl(m->ppid);
    spa.sndinfo.context = m->context;
    if (m->pr_policy) {
        spa.flags |= USR_SEND_PRINFO_VALID;
        spa.prinfo.policy = policies[m->pr_policy];
        spa.prinfo.value = m->pr_value;
    }
    ssize_t n = s->lib.sendv(a->so, (const void *)(uintptr_t)m->data, m->bytes, NULL, 0, &spa, sizeof spa, USR_SENDV_SPA, 0);
    if (n < 0) return refused_by_usrsctp(a, errno);
    ssc_stream_used(a, m->stream);
    ssc_count(s, SLUICE_SCTP_CTR_MESSAGES_OUT, 1);
    ssc_count(s, SLUICE_SCTP_CTR_MESSAGE_BYTES_OUT, m->bytes);
    return 0;
}

int sluice_sctp_send(sluice_sctp *s, const sluice_sctp_message *list, uint32_t count)
{
    if (!s || !list || count == 0 || count > 65536) return -SLUICE_EINVAL;
    int code = ssc_enter(s);
    if (code) return code;
    uint32_t taken = 0;
    while (taken < count && (code = send_one(s, &list[taken])) == 0) taken++;
    return ssc_leave(s, taken ? (int)taken : code);
}

/* ---------------------------------------------------------------------------------------------- stream resets */

/*
 * usrsctp runs one reset request at a time: what is wanted meanwhile is kept as bits and tried again whenever the
 * association is served.
 *
 * An incoming reset is answered once. Two peers that both answer every reset would go on for ever, so each stream remembers
 * two things of its present life: that this side has reset its direction (done), and that the peer has (seen).
 *
 *   incoming reset, not done   answer: done, seen         incoming reset, done   seen; no answer
 *   own reset                  done                       a message, seen        a new life: neither
 *
 * Messages of the old life that arrive after an own reset change nothing: the peer's reset comes behind them.
 */
static bool ready(ssc_assoc *a)
{
    size_t bytes = (a->streams_out + 7u) / 8u;
    if (!a->resets_wanted) a->resets_wanted = calloc(1, bytes);
    if (!a->resets_done) a->resets_done = calloc(1, bytes);
    if (!a->resets_seen) a->resets_seen = calloc(1, bytes);
    return a->resets_wanted && a->resets_done && a->resets_seen;
}

void ssc_stream_used(ssc_assoc *a, uint16_t stream)
{
    if (!a->resets_seen || stream >= a->streams_out || !ssc_bit(a->resets_seen, stream)) return;
    ssc_bit_set(a->resets_seen, stream, false);
    ssc_bit_set(a->resets_done, stream, false);
}

static int request(ssc_assoc *a, usr_reset_streams *r)
{
    size_t bytes = sizeof *r + r->count * sizeof(uint16_t);
    r->assoc = USR_FUTURE_ASSOC; /* one-to-one: there is only one */
    r->flags = USR_STREAM_RESET_OUTGOING;
    return a->stack->lib.setsockopt(a->so, USR_IPPROTO_SCTP, USR_RESET_STREAMS, r, (socklen_t)bytes) ? errno : 0;
}

void ssc_resets_try(ssc_assoc *a)
{
    union {
        usr_reset_streams head;
        uint16_t room[sizeof(usr_reset_streams) / sizeof(uint16_t) + SLUICE_SCTP_STREAMS_MAX];
    } r;
    if (refuse(a)) return;
    r.head.count = 0;
    if (!a->reset_all)
        for (uint32_t i = 0; i < a->streams_out; i++)
            if (ssc_bit(a->resets_wanted, i)) r.head.list[r.head.count++] = (uint16_t)i;
    if (!a->reset_all && r.head.count == 0) {
        a->resets_waiting = false;
        return;
    }
    int err = request(a, &r.head);
    if (err == EALREADY || err == EBUSY || err == EAGAIN) return; /* one is under way: its end serves the association again */
    for (uint32_t i = 0; i < r.head.count; i++) ssc_bit_set(a->resets_wanted, r.head.list[i], false);
    if (a->reset_all) a->reset_all = false;
    else a->resets_waiting = false;
}

static void answer(ssc_assoc *a, uint32_t stream)
{
    if (stream >= a->streams_out) return;
    ssc_bit_set(a->resets_seen, stream, true);
    if (ssc_bit(a->resets_done, stream)) return;
    ssc_bit_set(a->resets_done, stream, true);
    ssc_bit_set(a->resets_wanted, stream, true);
    a->resets_waiting = true;
}

void ssc_reset_answer(ssc_assoc *a, const ssc_note *n)
{
    if (!(n->flags & SLUICE_SCTP_RESET_IN) || n->flags & (SLUICE_SCTP_RESET_DENIED | SLUICE_SCTP_RESET_FAILED)) return;
    if (a->options & SLUICE_SCTP_NO_RESET_ANSWER || !ready(a)) return;
    uint32_t count = n->id_count ? n->id_count : a->streams_out;
    for (uint32_t i = 0; i < count; i++) {
        uint16_t stream = (uint16_t)i;
        if (n->id_count) memcpy(&stream, n->ids + i * 2, sizeof stream);
        answer(a, stream);
    }
}

static int want_resets(ssc_assoc *a, const uint16_t *streams, uint32_t count)
{
    int code = refuse(a);
    if (code) return code;
    for (uint32_t i = 0; i < count; i++)
        if (streams[i] >= a->streams_out) return -SLUICE_SCTP_ESTREAM;
    if (!ready(a)) return -SLUICE_ENOMEM;
    uint32_t total = count ? count : a->streams_out;
    for (uint32_t i = 0; i < total; i++) {
        uint16_t stream = count ? streams[i] : (uint16_t)i;
        if (count) ssc_bit_set(a->resets_wanted, stream, true);
        ssc_bit_set(a->resets_done, stream, true); /* the peer's answer needs none */
    }
    if (count) a->resets_waiting = true;
    else a->reset_all = true;
    ssc_resets_try(a);
    return 0;
}

int sluice_sctp_reset_streams(sluice_sctp *s, uint64_t id, const uint16_t *streams, uint32_t count)
{
    if (!s || (count && !streams) || count > SLUICE_SCTP_STREAMS_MAX) return -SLUICE_EINVAL;
    int code = ssc_enter(s);
    if (code) return code;
    ssc_assoc *a = ssc_assoc_find(s, id, &code);
    if (a) code = want_resets(a, streams, count);
    return ssc_leave(s, code);
}
