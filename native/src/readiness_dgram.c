/*
 * readiness_dgram.c: receiving datagrams by readiness, several with one recvmmsg where there is such a call.
 *
 * Fewer than asked for means drained, as with streams: the kernel stopped because the next one was not there. How many
 * are asked for follows what came last, from BATCH_FIRST on, because a message's headers have to be prepared before.
 * There is a budget for each handle and turn, in which a datagram counts with what surrounds it, so that a flood of empty
 * ones ends, too.
 */
#include <errno.h>
#include <string.h>
#include <sys/uio.h>

#include "dgram.h"
#include "os.h"
#include "readiness.h"

#define BATCH_FIRST 4u
#define BATCH_MAX   64u

/* slot.engine_word[1]: size of the last batch, 0: none yet */

typedef struct batch {
    sl_mmsg        m[BATCH_MAX];
    struct iovec   iov[BATCH_MAX];
    uint16_t       id[BATCH_MAX];
} batch;

/* The buffers are taken off the pool only when they are filled. */
static void prepare(const sl_pool *p, batch *b, uint32_t n)
{
    for (uint32_t i = 0; i < n; i++) {
        uint16_t id = b->id[i] = p->free_ids[p->free_count - 1 - i];
        uint8_t *buffer = p->base + (size_t)id * p->buf_bytes;
        b->iov[i] = (struct iovec){buffer + SLUICE_MSG_ROOM, p->buf_bytes - SLUICE_MSG_ROOM};
        b->m[i].msg_hdr = (struct msghdr){
            .msg_name = buffer + SL_MSG_NAME, .msg_namelen = SL_MSG_NAME_BYTES,
            .msg_control = buffer + SL_MSG_CONTROL, .msg_controllen = (SL_OS_CONTROLLEN)SL_MSG_CONTROL_BYTES,
            .msg_iov = &b->iov[i], .msg_iovlen = 1};
    }
}

/* Nothing, from nobody: what a socket answers that was shut down. A datagram of no bytes has a sender. */
static bool is_end(const sl_mmsg *m) { return !m->msg_len && !m->msg_hdr.msg_namelen; }

/* Reports n messages. Bytes they count for in the budget, or 0: the RECVMSG has ended, s may be gone. */
static uint64_t deliver(sl_loop *l, sl_slot *s, sl_pool *p, const batch *b, uint32_t n)
{
    uint32_t generation = s->generation, filled = 0;
    uint64_t bytes = 0;

    while (filled < n && !is_end(&b->m[filled])) filled++;
    p->free_count -= filled;
    for (uint32_t i = 0; i < filled; i++) {
        const struct msghdr *h = &b->m[i].msg_hdr;
        sl_msg_raw raw = {.name = h->msg_name, .control = h->msg_control, .flags = (uint32_t)h->msg_flags,
                          .name_bytes = h->msg_namelen < SL_MSG_NAME_BYTES ? h->msg_namelen : SL_MSG_NAME_BYTES,
                          .control_bytes = (uint32_t)h->msg_controllen};
        bytes += b->m[i].msg_len + SLUICE_MSG_ROOM;
        sl_msg_data(l, s, b->id[i], &raw, b->m[i].msg_len);
    }
    if (s->generation != generation || s->in_op != SLUICE_OP_RECVMSG) return 0;
    if (filled == n) return bytes;
    sl_in_end(l, s, 0, true, 0);
    return 0;
}

/* `each`: what a datagram is expected to count for in the budget. */
static uint32_t batch_size(const sl_loop *l, const sl_slot *s, const sl_pool *p, uint64_t budget_left, uint64_t each)
{
    uint32_t n = s->engine_word[1] ? (uint32_t)s->engine_word[1] : BATCH_FIRST, room = sl_cq_room(l);

    /* recvmmsg looks for an error of the socket first; an SCTP socket's is to be told behind all that is queued. */
    if (!(s->flags & SL_F_IN_MULTI) || (s->flags & SL_F_SCTP)) return 1;
    if (n > p->free_count) n = p->free_count;
    if (n > 1 + budget_left / each) n = (uint32_t)(1 + budget_left / each);
    return n < room ? n : room;
}

static void learn(sl_slot *s, uint32_t asked, uint32_t got)
{
    uint32_t size = s->engine_word[1] ? (uint32_t)s->engine_word[1] : BATCH_FIRST;

    if (got == asked && asked == size && size < BATCH_MAX) size *= 2;
    else if (got <= size / 4 && size > BATCH_FIRST) size /= 2;
    s->engine_word[1] = size;
}

/* recvmsg said no. true: try again. */
static bool receive_failed(sl_loop *l, sl_slot *s, int os_errno)
{
    if (os_errno == EINTR) return true;
    if (os_errno != EAGAIN) return sl_msg_failed(l, s, os_errno);
    s->ready &= ~(RD_IN | RD_PRI | RD_ERR);
    /* What came with an event, and what will bring no further one: a registration that the kernel refused. */
    int told = (int)s->engine_aux;
    s->engine_aux = 0;
    if (told) (void)sl_msg_failed(l, s, told);
    return false;
}

void sl_ready_receive_messages(sl_loop *l, sl_slot *s)
{
    sl_pool *p = &l->pools[s->in_group];
    uint64_t spent = 0;
    uint32_t notes = 0, taken = 0;
    batch b;

    if ((s->ready & RD_ERR) && (s->flags & SL_F_RECVERR)) sl_msg_errors(l, s);
    while (s->ready & RD_IN) {
        if (__builtin_expect(!sl_cq_room(l), 0) || spent >= l->cfg.read_budget || notes >= SLUICE_NOTES_MAX) {
            sl_ready_list(l, s);
            return;
        }
        if (__builtin_expect(!p->free_count, 0)) {
            sl_starve(l, s); /* C9 */
            return;
        }
        /* As long as the last ones: with a whole buffer for each, batches would shrink long before the budget is spent. */
        uint32_t n = batch_size(l, s, p, l->cfg.read_budget - spent, taken ? spent / taken : p->buf_bytes);
        prepare(p, &b, n);
        int after, got = sl_os_receive_messages(l, s->fd, b.m, n, &after);
        if (got < 0) {
            notes++;
            if (!receive_failed(l, s, errno)) return;
            continue;
        }
        if (n > 1) learn(s, n, (uint32_t)got);
        /* The last of a batch may have been cut short by an error that the next call tells. */
        if ((uint32_t)got < n && !(s->ready & (RD_HUP | RD_ERR))) s->ready &= ~RD_IN;
        uint64_t bytes = deliver(l, s, p, &b, (uint32_t)got);
        if (!bytes) return;
        spent += bytes;
        taken += (uint32_t)got;
        if (__builtin_expect(after, 0)) {
            notes++;
            if (!receive_failed(l, s, after)) return;
        }
    }
}
