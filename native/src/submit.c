/*
 * submit.c: takes submissions out of the ring, checks their form (C7) and their handle (C3), and hands them on.
 *
 * Nothing here trusts the ring: an entry is copied before it is looked at, indexes are masked, offsets are checked
 * against the scratch area, payload addresses are never dereferenced in user space (the kernel answers EFAULT).
 */
#include "dgram.h"

/* What an operation uses. A bit outside these masks in an entry makes it malformed. */
typedef struct form {
    uint64_t handle, addr, aux;
    uint32_t len, aux32;
    uint16_t group;
    uint8_t  flags, msg;
} form;

#define ANY64 UINT64_MAX
#define ANY32 UINT32_MAX
#define SEND_FLAGS (SLUICE_SQE_LAZY)

static const form forms[SLUICE_OP_COUNT] = {
    [SLUICE_OP_NOP] = {0},
    [SLUICE_OP_LISTEN] = {.len = ANY32, .addr = ANY64, .aux = ANY64, .aux32 = ANY32},
    [SLUICE_OP_ACCEPT] = {.handle = ANY64, .aux = ANY64, .aux32 = ANY32, .flags = SLUICE_SQE_MULTISHOT},
    [SLUICE_OP_CONNECT] = {.addr = ANY64, .aux = ANY64, .aux32 = ANY32},
    [SLUICE_OP_RECV] = {.handle = ANY64, .flags = SLUICE_SQE_MULTISHOT, .group = 0xffff},
    [SLUICE_OP_RECVMSG] = {.handle = ANY64, .flags = SLUICE_SQE_MULTISHOT, .group = 0xffff},
    [SLUICE_OP_SEND] = {.handle = ANY64, .len = ANY32, .addr = ANY64, .aux = ANY64, .msg = SLUICE_MSG_MORE,
                        .flags = SEND_FLAGS | SLUICE_SQE_ZEROCOPY},
    [SLUICE_OP_SENDMSG] = {.handle = ANY64, .len = ANY32, .addr = ANY64, .aux = ANY64, .msg = SLUICE_MSG_MORE,
                           .flags = SEND_FLAGS},
    [SLUICE_OP_SHUTDOWN] = {.handle = ANY64, .flags = SEND_FLAGS},
    [SLUICE_OP_CLOSE] = {.handle = ANY64, .flags = SLUICE_SQE_ABORT | SLUICE_SQE_DRAIN},
    [SLUICE_OP_CANCEL] = {.handle = ANY64, .aux = ANY64},
    [SLUICE_OP_ADOPT] = {.aux32 = ANY32},
    [SLUICE_OP_DETACH] = {.handle = ANY64},
    [SLUICE_OP_SENDFILE] = {.handle = ANY64, .len = ANY32, .addr = ANY64, .aux32 = ANY32, .flags = SEND_FLAGS},
    [SLUICE_OP_WATCH] = {.handle = ANY64, .flags = SLUICE_SQE_MULTISHOT},
    [SLUICE_OP_DATAGRAM] = {.len = ANY32, .addr = ANY64, .aux = ANY64, .aux32 = ANY32},
};

static inline bool well_formed(const sluice_sqe *e)
{
    if (e->op >= SLUICE_OP_COUNT) return false;
    const form *f = &forms[e->op];
    uint64_t wide = (e->handle & ~f->handle) | (e->addr & ~f->addr) | (e->aux & ~f->aux) | e->reserved;
    uint32_t narrow = (e->len & ~f->len) | (e->aux32 & ~f->aux32) | (e->msg_flags & ~(uint32_t)f->msg) |
                      e->msg_stream | e->msg_ppid | (uint32_t)(e->group & ~f->group) | (uint32_t)(e->flags & ~f->flags);
    return !(wide | narrow);
}

const void *sl_scratch(const sl_loop *l, uint64_t offset, uint64_t bytes)
{
    uint64_t from = offset - l->scratch_offset; /* wraps to a huge value below the area */

    if ((offset & 7) || from > l->scratch_bytes || bytes > l->scratch_bytes - from) return NULL;
    return l->shared + offset;
}

/* Operations without a handle. */
static void without_handle(sl_loop *l, const sluice_sqe *e)
{
    switch (e->op) {
    case SLUICE_OP_LISTEN: sl_listen_submit(l, e); break;
    case SLUICE_OP_CONNECT: sl_connect_submit(l, e); break;
    case SLUICE_OP_DATAGRAM: sl_datagram_submit(l, e); break;
    case SLUICE_OP_ADOPT: sl_adopt_submit(l, e); break;
    case SLUICE_OP_CANCEL: sl_cancel_submit(l, e); break;
    default: sl_complete(l, e->op, e->token, 0, 0, 0, 0); break; /* NOP */
    }
}

static void with_handle(sl_loop *l, sl_slot *s, const sluice_sqe *e)
{
    if (e->op == SLUICE_OP_CLOSE) {
        sl_close_submit(l, s, e);
        return;
    }
    if (e->op == SLUICE_OP_CANCEL) {
        sl_cancel_submit(l, e);
        return;
    }
    if (__builtin_expect(s->life != SL_LIVE, 0)) { /* a closing handle takes no new work */
        sl_complete(l, e->op, e->token, e->handle, -SLUICE_EALREADY, 0, 0);
        return;
    }
    switch (e->op) {
    case SLUICE_OP_ACCEPT: case SLUICE_OP_RECV: case SLUICE_OP_RECVMSG: case SLUICE_OP_WATCH: sl_in_submit(l, s, e); break;
    case SLUICE_OP_DETACH: sl_detach_submit(l, s, e); break;
    default: sl_send_submit(l, s, e); break; /* SEND, SENDMSG, SENDFILE, SHUTDOWN */
    }
}

static inline void consume_one(sl_loop *l, const sluice_sqe *e)
{
    if (__builtin_expect(!well_formed(e), 0)) {
        sl_invalid(l, e);
        return;
    }
    if (!forms[e->op].handle || (e->op == SLUICE_OP_CANCEL && !e->handle)) {
        without_handle(l, e);
        return;
    }
    sl_slot *s = sl_slot_find(l, e->handle);
    /* The caller cannot know the handle of a CONNECT in flight: one that fits was guessed. */
    if (__builtin_expect(!s || s->kind == SL_KIND_CONNECTING, 0)) {
        l->ctr[SLUICE_CTR_STALE]++;
        sl_complete(l, e->op, e->token, e->handle, -SLUICE_ESTALE, 0, 0);
        return;
    }
    with_handle(l, s, e);
}

void sl_invalid(sl_loop *l, const sluice_sqe *e)
{
    l->ctr[SLUICE_CTR_INVALID]++;
    sl_complete(l, e->op, e->token, e->handle, -SLUICE_EINVAL, 0, 0);
}

void sl_submissions_consume(sl_loop *l)
{
    uint32_t head = l->hdr->sq_head, tail = l->hdr->sq_tail;
    uint32_t from = head;

    while (head != tail && sl_cq_room(l) && !l->broken) {
        sluice_sqe e = l->sq[head & l->sq_mask]; /* a copy: the caller may be writing garbage meanwhile */
        l->hdr->sq_head = ++head;
        consume_one(l, &e);
    }
    l->ctr[SLUICE_CTR_SUBMISSIONS] += head - from;
}
