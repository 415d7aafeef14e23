/*
 * sendq.c: the send queue of a slot: order, gathering, completion (C4).
 *
 * A submission is one piece, or several for a SENDMSG, of which the last one answers. Pieces come from one pool of the
 * loop (max_ops). The engine has at most one send of a slot in the kernel, always for the head of the queue, so bytes
 * cannot be reordered. Nothing is sent while submissions are consumed: slots with work are remembered on the dirty list
 * and flushed at the end of the batch, so that several SENDs of one turn become one system call.
 */
#include <errno.h>
#include <sys/uio.h>

#include "dgram.h"

static inline uint32_t op_new(sl_loop *l)
{
    uint32_t index = l->ops_free;

    if (index != SL_NONE) l->ops_free = l->ops[index].next;
    else if (l->ops_used < l->cfg.max_ops) index = l->ops_used++;
    else return SL_NONE;
    l->ops_live++;
    return index;
}

static inline void op_free(sl_loop *l, uint32_t index)
{
    l->ops[index].next = l->ops_free; /* last in, first out: the next SEND finds it in the cache */
    l->ops_free = index;
    l->ops_live--;
}

static inline void enqueue(sl_loop *l, sl_slot *s, uint32_t index)
{
    l->ops[index].next = SL_NONE;
    if (s->send_head == SL_NONE) s->send_head = index;
    else l->ops[s->send_tail].next = index;
    s->send_tail = index;
}

static inline void mark_dirty(sl_loop *l, sl_slot *s)
{
    uint32_t index = sl_index(l, s);

    if (s->flags & SL_F_DIRTY) return;
    s->flags |= SL_F_DIRTY;
    s->next = SL_NONE;
    if (l->dirty_head == SL_NONE) l->dirty_head = index;
    else sl_slot_at(l, l->dirty_tail)->next = index;
    l->dirty_tail = index;
}

void sl_send_next_turn(sl_loop *l, sl_slot *s)
{
    mark_dirty(l, s);
    l->woken = true; /* the turn that is under way must not wait */
}

/* Answers the submission of piece o: n bytes, or a failure with the count accepted before it. */
static inline void answer(sl_loop *l, const sl_op *o, int32_t result, uint32_t accepted, uint32_t os_errno)
{
    sluice_cqe c = {.token = o->token, .handle = o->slot_handle, .result = result, .op = o->op};

    if (result < 0) {
        c.accepted = accepted;
        c.detail = os_errno;
    }
    sl_post(l, &c, result >= 0 && (o->flags & SLUICE_SQE_LAZY));
}

static void refuse(sl_loop *l, const sluice_sqe *e, int code)
{
    sl_complete(l, e->op, e->token, e->handle, -code, 0, 0);
}

/* No room: nothing may follow the gap that this one leaves. What was taken before goes on. */
static void refuse_all_from(sl_loop *l, sl_slot *s, const sluice_sqe *e)
{
    s->flags |= SL_F_SEND_ERR | (e->op == SLUICE_OP_SHUTDOWN ? 0u : SL_F_ABORT);
    refuse(l, e, SLUICE_ENOMEM);
}

static inline sl_op *new_piece(sl_loop *l, sl_slot *s, const sluice_sqe *e, uint64_t addr, uint32_t len)
{
    uint32_t index = op_new(l);

    if (__builtin_expect(index == SL_NONE, 0)) return NULL;
    sl_op *o = sl_op_at(l, index);
    o->token = e->token;
    o->addr = addr;
    o->len = o->total = len;
    o->done = 0;
    o->file = -1;
    o->op = e->op;
    o->flags = e->flags;
    o->msg = (uint8_t)e->msg_flags;
    o->answers = 1;
    o->slot_handle = e->handle;
    enqueue(l, s, index);
    return o;
}

uint32_t sl_iovecs_copy(const sl_loop *l, const sluice_sqe *e, sluice_iovec *v, uint64_t *bytes)
{
    const sluice_iovec *shared;
    uint64_t total = 0;
    uint32_t count = e->len;

    if (!count || count > SLUICE_MAX_IOV || !(shared = sl_scratch(l, e->addr, count * sizeof *shared))) return 0;
    for (uint32_t i = 0; i < count; i++) {
        v[i] = shared[i];
        if (!v[i].len || v[i].len > INT32_MAX) total = UINT32_MAX; /* stays above the limit: at most 64 more are added */
        else total += v[i].len;
    }
    *bytes = total;
    return total > INT32_MAX ? 0 : count;
}

static void submit_sendmsg(sl_loop *l, sl_slot *s, const sluice_sqe *e)
{
    sluice_iovec v[SLUICE_MAX_IOV];
    uint64_t total;
    uint32_t count = sl_iovecs_copy(l, e, v, &total);

    if (!count) {
        sl_invalid(l, e);
        return;
    }
    if (count > l->cfg.max_ops - l->ops_live) { /* all or nothing */
        refuse_all_from(l, s, e);
        return;
    }
    for (uint32_t i = 0; i < count; i++) {
        sl_op *o = new_piece(l, s, e, v[i].addr, (uint32_t)v[i].len);
        o->total = (uint32_t)total;
        o->answers = i == count - 1;
    }
    mark_dirty(l, s);
}

static void submit_sendfile(sl_loop *l, sl_slot *s, const sluice_sqe *e)
{
    if (!e->len || e->len > INT32_MAX || e->addr > (uint64_t)INT64_MAX - e->len) {
        sl_invalid(l, e);
        return;
    }
    int32_t file = sl_file_ref(l, (int32_t)e->aux32);
    if (file < 0) {
        sl_invalid(l, e);
        return;
    }
    sl_op *o = new_piece(l, s, e, e->addr, e->len);
    if (!o) {
        sl_file_unref(l, file);
        refuse_all_from(l, s, e);
        return;
    }
    o->file = file;
    mark_dirty(l, s);
}

void sl_send_submit(sl_loop *l, sl_slot *s, const sluice_sqe *e)
{
    if (__builtin_expect(s->kind != SL_KIND_STREAM || e->aux, 0)) {
        sl_msg_send_submit(l, s, e);
        return;
    }
    if (__builtin_expect(s->flags & (SL_F_SEND_ERR | SL_F_FIN_SENT), 0)) {
        if (s->flags & SL_F_SEND_ERR) {
            refuse(l, e, SLUICE_ECANCELED);
            return;
        }
        if (e->op != SLUICE_OP_SHUTDOWN) { /* a second SHUTDOWN does no harm: shutdown(2) takes it */
            refuse(l, e, SLUICE_EPIPE);
            return;
        }
    }
    switch (e->op) {
    case SLUICE_OP_SEND:
        if (__builtin_expect(!e->len || e->len > INT32_MAX, 0)) {
            sl_invalid(l, e);
            return;
        }
        break;
    case SLUICE_OP_SENDMSG: submit_sendmsg(l, s, e); return;
    case SLUICE_OP_SENDFILE: submit_sendfile(l, s, e); return;
    default: break; /* SHUTDOWN */
    }
    if (__builtin_expect(!new_piece(l, s, e, e->addr, e->len), 0)) {
        refuse_all_from(l, s, e);
        return;
    }
    if (e->op == SLUICE_OP_SHUTDOWN) s->flags |= SL_F_FIN_SENT;
    mark_dirty(l, s);
}

void sl_sends_flush(sl_loop *l)
{
    uint32_t index = l->dirty_head;

    l->dirty_head = SL_NONE; /* what is marked from here on is for the next turn */
    while (index != SL_NONE) {
        sl_slot *s = sl_slot_at(l, index);
        index = s->next;
        s->flags &= (uint16_t)~SL_F_DIRTY;
        if (__builtin_expect(s->life == SL_ENDING, 0)) sl_close_advance(l, s); /* it waited for the mark to go */
        else if (__builtin_expect(s->flags & SL_F_ERRORS_LEFT, 0)) sl_msg_errors_rest(l, s);
        else if (s->send_head != SL_NONE && !(s->flags & SL_F_SEND_BUSY)) l->engine->send_start(l, s);
    }
}

uint32_t sl_send_gather(sl_loop *l, sl_slot *s, struct iovec *iov, uint32_t max, uint64_t *bytes, bool *more, bool *lazy)
{
    uint32_t n = 0;
    uint64_t sum = 0;
    bool wants_more = false, all_lazy = true;

    for (uint32_t i = s->send_head; i != SL_NONE && n < max; n++) {
        const sl_op *o = sl_op_at(l, i);
        if (o->op != SLUICE_OP_SEND && o->op != SLUICE_OP_SENDMSG) break;
        if (sum + (o->len - o->done) > INT32_MAX) break; /* macOS: EINVAL. One piece alone is never that long */
        iov[n].iov_base = (void *)(uintptr_t)(o->addr + o->done);
        iov[n].iov_len = o->len - o->done;
        sum += o->len - o->done;
        wants_more = o->msg & SLUICE_MSG_MORE;
        if (o->answers) all_lazy &= (o->flags & SLUICE_SQE_LAZY) != 0;
        i = o->next;
    }
    *bytes = sum;
    *more = wants_more;
    *lazy = all_lazy;
    return n;
}

static inline void pop_head(sl_loop *l, sl_slot *s, uint32_t index, const sl_op *o)
{
    s->send_head = o->next;
    if (s->send_head == SL_NONE) s->send_tail = SL_NONE;
    if (__builtin_expect(o->file >= 0, 0)) sl_file_unref(l, o->file);
    op_free(l, index);
}

/* ---- for datagrams (dgram_send.c) ---- */

sl_op *sl_piece_new(sl_loop *l, sl_slot *s, const sluice_sqe *e, uint64_t addr, uint32_t len)
{
    return new_piece(l, s, e, addr, len);
}

void sl_piece_answer(sl_loop *l, const sl_op *o, int32_t result, uint32_t os_errno) { answer(l, o, result, 0, os_errno); }

void sl_piece_pop(sl_loop *l, sl_slot *s) { pop_head(l, s, s->send_head, sl_op_at(l, s->send_head)); }

void sl_mark_dirty(sl_loop *l, sl_slot *s) { mark_dirty(l, s); }

/* ---- reports of the engines ---- */

void sl_sent(sl_loop *l, sl_slot *s, uint64_t n)
{
    l->ctr[SLUICE_CTR_BYTES_SENT] += n;
    while (s->send_head != SL_NONE) {
        uint32_t index = s->send_head;
        sl_op *o = sl_op_at(l, index);
        uint32_t left = o->len - o->done;
        if (n < left) {
            o->done += (uint32_t)n;
            break;
        }
        if (!n && left) break;
        n -= left;
        if (o->answers) answer(l, o, (int32_t)o->total, 0, 0);
        pop_head(l, s, index, o);
        if (!n) break; /* a SHUTDOWN (length 0) behind this piece is not done by bytes */
    }
    if (__builtin_expect(s->life != SL_LIVE, 0) && s->send_head == SL_NONE) sl_close_advance(l, s);
}

void sl_sendq_drop(sl_loop *l, sl_slot *s, int32_t first_result, uint32_t first_errno)
{
    uint64_t undone = 0, lost = 0;
    int32_t result = first_result;
    uint32_t os_errno = first_errno;

    while (s->send_head != SL_NONE) {
        uint32_t index = s->send_head;
        sl_op *o = sl_op_at(l, index);
        uint32_t left = s->kind == SL_KIND_DATAGRAM ? o->len : o->len - o->done; /* `done` of a datagram counts tries */
        undone += left;
        lost += left; /* a SHUTDOWN has none */
        if (o->answers) {
            answer(l, o, result, o->total - (uint32_t)undone, os_errno);
            undone = 0;
            result = -SLUICE_ECANCELED;
            os_errno = 0;
        }
        pop_head(l, s, index, o);
    }
    if (lost) s->flags |= SL_F_ABORT; /* the peer must not take the gap for the end */
}

void sl_send_failed(sl_loop *l, sl_slot *s, int os_errno)
{
    int code = os_errno ? sl_err(os_errno) : SLUICE_ECANCELED;

    s->flags |= SL_F_SEND_ERR;
    sl_sendq_drop(l, s, -code, (uint32_t)os_errno);
    if (s->life != SL_LIVE) sl_close_advance(l, s);
}
