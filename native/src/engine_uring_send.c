/*
 * engine_uring_send.c: one send of a slot is in the kernel at a time, gathered from its queue (C4).
 *
 * Inline sends. A send that fits into the socket's buffer, and nearly every one does, is done within the
 * io_uring_enter that submits it. Its completion would only end the wait of that same call, and cost a second call per
 * echo. So it is submitted with IOSQE_CQE_SKIP_SUCCESS, MSG_DONTWAIT and MSG_WAITALL: once the kernel consumed the
 * entry and all completions were collected, silence means that every byte was accepted (uring_probe_live.c tries that
 * on the running kernel).
 *
 *             ue_send_start                  settled: no completion
 *    idle ---------------------> INLINE ------------------------------> sl_sent, idle
 *     ^ \                           | completion: a part, or EAGAIN
 *     |  \ ZEROCOPY, NO_INLINE      v
 *     |   +------------------> SEND, SEND_ZC (armed: the kernel waits for room)
 *     |                             | completion
 *     +-----------------------------+
 */
#include <errno.h>
#include <poll.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/uio.h>

#include "os.h"
#include "uring_engine.h"

#define OUT_BITS (UE_OUT_INLINE | UE_OUT_ARMED | UE_OUT_CANCEL)

void ue_out_begin(sl_loop *l, sl_slot *s, ue_kind kind) {
    s->flags |= SL_F_SEND_BUSY;
    s->ready |= kind == UE_INLINE || kind == UE_DATAGRAM ? UE_OUT_INLINE : UE_OUT_ARMED;
    s->engine_aux = kind;
    ue_begin(ue_of(l), s);
}

void ue_out_finish(sl_loop *l, sl_slot *s) {
    s->flags &= (uint16_t)~SL_F_SEND_BUSY;
    s->ready &= ~OUT_BITS;
    s->engine_aux = UE_NONE;
    ue_finish(ue_of(l), s);
}

/* Do the first n pieces make up the whole queue? */
static bool whole_queue(sl_loop *l, const sl_slot *s, uint32_t n) {
    uint32_t index = s->send_head;
    while (--n) {
        index = sl_op_at(l, index)->next;
    }
    return index == s->send_tail;
}

static void note_inline(ue_state *st, sl_loop *l, sl_slot *s, uint64_t bytes, bool idle_after) {
    ue_inline *i = &st->inlines[st->inline_tail++ & st->inline_mask];
    i->bytes = bytes;
    i->slot = sl_index(l, s);
    s->ready_next = i->place = ue_place(st) - 1; /* the entry was just taken */
    st->inline_urgent |= !idle_after;
}

/* How often a full socket is looked at whose error queue nobody reads (D4): it makes every poll answer at once. */
static const struct ur_timespec VAIN_STEP = {.nsec = 1000000};

void ue_wait_writable(sl_loop *l, sl_slot *s) {
    struct ur_sqe *e = ue_sqe(l);
    if (s->ready & UE_POLL_VAIN) {
        s->ready &= ~UE_POLL_VAIN;
        e->opcode = UR_OP_TIMEOUT;
        e->fd = -1;
        e->addr = (uint64_t)(uintptr_t)&VAIN_STEP;
        e->len = 1;
    } else {
        e->opcode = UR_OP_POLL_ADD;
        e->fd = s->fd;
        e->op_flags = POLLOUT;
    }
    e->user_data = ue_data(l, s, UE_SEND_POLL);
    ue_out_begin(l, s, UE_SEND_POLL);
    l->ctr[SLUICE_CTR_BLOCKED_SENDS]++;
}

/* The head is a SENDFILE or a SHUTDOWN. true: look at the new head. */
static bool special(sl_loop *l, sl_slot *s) {
    uint32_t generation = s->generation;
    int done = sl_send_head_special(l, s);
    if (done == 0) {
        ue_wait_writable(l, s);
    }
    return done > 0 && s->generation == generation && s->send_head != SL_NONE;
}

/* An entry for the pieces: one is pointed to directly, several through a msghdr. NULL: no room for that now. */
static struct ur_sqe *entry_for(sl_loop *l, const struct iovec *iov, uint32_t n) {
    struct ur_sqe *e;
    if (n == 1) {
        e = ue_sqe(l);
        e->opcode = UR_OP_SEND;
        e->addr = (uint64_t)(uintptr_t)iov[0].iov_base;
        e->len = (uint32_t)iov[0].iov_len;
        return e;
    }
    void *memory;
    e = ue_sqe_arena(l, (uint32_t)(sizeof(struct msghdr) + n * sizeof *iov), &memory);
    if (e) {
        struct msghdr *m = memory;
        struct iovec *copy = (struct iovec *)(m + 1);
        memcpy(copy, iov, n * sizeof *iov);
        *m = (struct msghdr){.msg_iov = copy, .msg_iovlen = (SL_OS_IOVLEN)n};
        e->opcode = UR_OP_SENDMSG;
        e->addr = (uint64_t)(uintptr_t)m;
        e->len = 1;
    }
    return e;
}

static ue_kind choose(const ue_state *st, const sl_slot *s, const sl_op *head) {
    if ((head->flags & SLUICE_SQE_ZEROCOPY) && (st->features & SLUICE_FEAT_SEND_ZC) && !(s->ready & UE_NO_ZC)) {
        return UE_SEND_ZC;
    }
    bool room = st->inline_tail - st->inline_head <= st->inline_mask;
    return (st->features & SLUICE_FEAT_INLINE_SEND) && !(s->ready & UE_NO_INLINE) && room ? UE_INLINE : UE_SEND;
}

void ue_send_start(sl_loop *l, sl_slot *s) {
    ue_state *st = ue_of(l);
    struct iovec iov[SLUICE_MAX_IOV];
    uint64_t bytes;
    bool more, lazy;
    ue_kind kind;
    uint32_t n;
    if (s->kind == SL_KIND_DATAGRAM) {
        ue_datagrams_start(l, s);
        return;
    }
    for (;;) {
        kind = choose(st, s, sl_op_at(l, s->send_head));
        n = sl_send_gather(l, s, iov, kind == UE_SEND_ZC ? 1 : SLUICE_MAX_IOV, &bytes, &more, &lazy);
        if (n) {
            break;
        }
        if (!special(l, s)) {
            return;
        }
    }
    struct ur_sqe *e = entry_for(l, iov, n);
    if (!e) { /* the rest follows when this piece is through */
        n = 1;
        bytes = iov[0].iov_len;
        more = true;
        e = entry_for(l, iov, 1);
    }
    e->fd = s->fd;
    e->op_flags = (uint32_t)(MSG_NOSIGNAL | MSG_WAITALL | (more ? MSG_MORE : 0));
    e->user_data = ue_data(l, s, kind);
    if (kind == UE_INLINE) {
        e->op_flags |= MSG_DONTWAIT;
        e->flags = UR_SQE_CQE_SKIP_SUCCESS;
        /* Silence must not be waited upon when something follows from it: a completion, more to send, a close. */
        note_inline(st, l, s, bytes, lazy && s->life == SL_LIVE && whole_queue(l, s, n));
    } else if (kind == UE_SEND_ZC) {
        e->opcode = UR_OP_SEND_ZC;
        s->engine_word[0] = 0;
    }
    s->ready &= ~UE_NO_INLINE;
    ue_out_begin(l, s, kind);
}

/*
 * The kernel accepted a zero-copy send and only the peer's acknowledgement is missing before the memory is free. That
 * cannot be cancelled. A close waits for it behind a FIN, an abort makes TCP forget the data (tcp(7) and connect(2):
 * AF_UNSPEC dissolves the association, which sends RST).
 */
static bool leaves_gap(sl_loop *l, const sl_slot *s) {
    const sl_op *o = sl_op_at(l, s->send_head);
    return (int64_t)s->engine_word[0] < (int64_t)(o->len - o->done) ||
           (o->next != SL_NONE && sl_op_at(l, o->next)->op != SLUICE_OP_SHUTDOWN);
}

static void hasten_notification(sl_loop *l, sl_slot *s) {
    if (leaves_gap(l, s)) { /* what is behind it will be dropped */
        s->flags |= SL_F_ABORT;
    }
    sl_syscall(l);
    if (s->flags & SL_F_ABORT) {
        struct sockaddr none = {.sa_family = AF_UNSPEC};
        (void)connect(s->fd, &none, sizeof none);
    } else {
        (void)shutdown(s->fd, SHUT_WR);
    }
}

void ue_send_cancel(sl_loop *l, sl_slot *s) {
    if (s->engine_aux == UE_SEND_ZC && s->engine_word[0]) {
        hasten_notification(l, s);
        return;
    }
    if (s->ready & UE_OUT_CANCEL) {
        return;
    }
    s->ready |= UE_OUT_CANCEL;
    if (s->ready & UE_OUT_ARMED) { /* an inline send is over at the end of this turn */
        ue_cancel(l, s, (ue_kind)s->engine_aux);
    }
}

/* The request in the kernel is over: report, and go on with what is left in the queue. */
static void out_over(sl_loop *l, sl_slot *s, int64_t res) {
    uint32_t generation = s->generation;
    bool cancel = s->ready & UE_OUT_CANCEL;
    ue_out_finish(l, s);
    if (res > 0) {
        sl_sent(l, s, (uint64_t)res);
    } else if (res < 0 && res != -EAGAIN && res != -EINTR && !(cancel && res == -ECANCELED)) {
        sl_send_failed(l, s, (int)-res);
    }
    if (s->generation != generation) {
        return;
    }
    if (s->life == SL_ENDING) { /* drops the rest of the queue */
        sl_close_advance(l, s);
    } else if (s->send_head != SL_NONE && !(s->flags & SL_F_SEND_BUSY)) {
        ue_send_start(l, s);
    }
}

void ue_send_done(sl_loop *l, sl_slot *s, ue_kind kind, int32_t res, uint32_t flags) {
    switch (kind) {
    case UE_INLINE:
        l->ctr[SLUICE_CTR_BLOCKED_SENDS]++;
        s->ready |= UE_NO_INLINE; /* the rest waits in the kernel */
        out_over(l, s, res);
        break;
    case UE_SEND_POLL:
        if (res > 0 && !(res & POLLOUT) && s->kind == SL_KIND_DATAGRAM) {
            s->ready |= UE_POLL_VAIN;
        }
        out_over(l, s, res < 0 && res != -ETIME ? res : 0);
        break;
    case UE_SEND_ZC:
        if (flags & UR_CQE_F_MORE) { /* answered, but the memory is still in use */
            s->engine_word[0] = (uint64_t)(int64_t)res;
            if (s->life == SL_ENDING) {
                hasten_notification(l, s);
            }
            break;
        }
        if (flags & UR_CQE_F_NOTIF) {
            res = (int32_t)(int64_t)s->engine_word[0];
        }
        if (res == -EOPNOTSUPP) { /* Unix sockets, some tunnels */
            s->ready |= UE_NO_ZC;
            res = -EAGAIN;
        }
        out_over(l, s, res);
        break;
    default:
        out_over(l, s, res);
        break;
    }
}

/*
 * Every completion that the kernel posted was collected. Inline sends that were consumed and are still marked were
 * accepted whole. A record whose slot has gone on since (its place differs) was settled by a completion.
 */
void ue_inline_settle(sl_loop *l) {
    ue_state *st = ue_of(l);
    uint32_t consumed = uring_sq_consumed(&st->ring);
    while (st->inline_head != st->inline_tail) {
        ue_inline i = st->inlines[st->inline_head & st->inline_mask];
        if ((int32_t)(i.place - consumed) >= 0) {
            return;
        }
        st->inline_head++;
        sl_slot *s = sl_slot_at(l, i.slot);
        if (i.bytes == UE_OF_DATAGRAM) {
            ue_datagram_settle(l, s);
        } else if ((s->ready & UE_OUT_INLINE) && s->ready_next == i.place) {
            l->ctr[SLUICE_CTR_INLINE_SENDS]++;
            out_over(l, s, (int64_t)i.bytes);
        }
    }
    st->inline_urgent = false;
}
