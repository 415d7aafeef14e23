/*
 * engine_uring_dgram_send.c: a datagram leaves with the io_uring_enter of the turn, like the inline sends of streams
 * (engine_uring_send.c), by the same rule: consumed, and no completion when all were collected, is success.
 *
 *      ue_datagrams_start, one queued --> in the kernel --silence--------------------------> answered
 *                    | several              |--error-------------------------------------> answered
 *                    v                      |--EAGAIN--> waits for room, then starts again
 *                  sendmmsg                 `--to be tried again (D5)--> starts again
 *
 * One of a socket at a time, because requests side by side do not stop at the first that fails: behind one that finds the socket
 * full the next may find room, and overtake it (D3). sendmmsg keeps the order, at the price of one system call for all that a
 * socket has queued in a turn.
 *
 * One with nothing but an address goes as SEND where the kernel knows that (SLUICE_FEAT_SEND_TO), else as SENDMSG.
 *
 * Kernels without inline sends (SLUICE_FEAT_INLINE_SEND), and moments without room for the entry, use sendmmsg for one, too.
 *
 * slot.engine_word[0]: errno of the datagram in the kernel, 0: none so far.
 */
#include <errno.h>
#include <sys/socket.h>
#include <sys/uio.h>

#include "dgram.h"
#include "uring_engine.h"

/* ---- submitting ---- */

typedef struct prepared {
    struct msghdr h;
    sl_msg_out    out;
    struct iovec  iov[];
} prepared;

static bool room(const ue_state *st) {
    return (st->features & SLUICE_FEAT_INLINE_SEND) && st->inline_tail - st->inline_head <= st->inline_mask;
}

/* The head of the queue into the ring. false: no room for it just now. */
static bool submit(sl_loop *l, sl_slot *s) {
    const sl_op *o = sl_op_at(l, s->send_head);
    uint32_t pieces = sl_msg_pieces(l, s->send_head);
    struct ur_sqe *e;
    if (pieces == 1 && !(o->msg & SL_MSG_HAS_META)) {
        e = ue_sqe(l);
        e->opcode = UR_OP_SEND;
        e->addr = o->addr;
        e->len = o->len;
    } else {
        void *memory;
        e = ue_sqe_arena(l, (uint32_t)(sizeof(prepared) + pieces * sizeof(struct iovec)), &memory);
        if (!e) {
            return false;
        }
        prepared *p = memory;
        (void)sl_msg_prepare(l, s, s->send_head, &p->h, p->iov, &p->out);
        if (pieces == 1 && !p->h.msg_controllen && (ue_of(l)->features & SLUICE_FEAT_SEND_TO)) {
            e->opcode = UR_OP_SEND; /* the kernel has less to copy and to check */
            e->addr = o->addr;
            e->len = o->len;
            e->off = (uint64_t)(uintptr_t)p->h.msg_name;
            e->file_index = p->h.msg_namelen;
        } else {
            e->opcode = UR_OP_SENDMSG;
            e->addr = (uint64_t)(uintptr_t)&p->h;
            e->len = 1;
        }
    }
    e->fd = s->fd;
    e->op_flags = (uint32_t)(MSG_NOSIGNAL | MSG_DONTWAIT);
    e->flags = UR_SQE_CQE_SKIP_SUCCESS;
    e->user_data = ue_data(l, s, UE_DATAGRAM);
    return true;
}

/* The only datagram in the queue? Its last piece is the last of all. */
static bool alone(sl_loop *l, const sl_slot *s) {
    const sl_op *o = sl_op_at(l, s->send_head);
    while (!o->answers) {
        o = sl_op_at(l, o->next);
    }
    return o->next == SL_NONE;
}

void ue_datagrams_start(sl_loop *l, sl_slot *s) {
    ue_state *st = ue_of(l);
    if (!alone(l, s) || !room(st) || !submit(l, s)) {
        if (!sl_msgs_flush(l, s)) {
            ue_wait_writable(l, s);
        }
        return;
    }
    bool lazy = sl_op_at(l, s->send_head)->flags & SLUICE_SQE_LAZY; /* the same in all pieces */
    ue_inline *i = &st->inlines[st->inline_tail++ & st->inline_mask];
    i->bytes = UE_OF_DATAGRAM;
    i->slot = sl_index(l, s);
    s->ready_next = i->place = ue_place(st) - 1; /* the entry was just taken */
    s->engine_word[0] = 0;
    st->inline_urgent |= !lazy || s->life != SL_LIVE;
    ue_out_begin(l, s, UE_DATAGRAM);
}

/* ---- answers ---- */

/* Only notes it: in what order completions and silence are settled, ue_inline_settle knows. */
void ue_datagram_done(sl_slot *s, int32_t res) {
    if (res < 0) {
        s->engine_word[0] = (uint64_t)-res;
    }
}

void ue_datagram_settle(sl_loop *l, sl_slot *s) {
    int os_errno = (int)s->engine_word[0];
    bool again = os_errno == EAGAIN || os_errno == EINTR || (os_errno && sl_msg_again(l, s, os_errno));
    if (!os_errno) {
        l->ctr[SLUICE_CTR_INLINE_SENDS]++;
    }
    if (!again) {
        sl_msg_complete(l, s, os_errno);
    }
    ue_out_finish(l, s);
    if (s->life == SL_ENDING || (s->life != SL_LIVE && s->send_head == SL_NONE)) {
        sl_close_advance(l, s);
    } else if (s->send_head == SL_NONE) {
        return;
    } else if (os_errno == EAGAIN) {
        ue_wait_writable(l, s);
    } else {
        ue_datagrams_start(l, s);
    }
}
