/*
 * engine_uring_dgram_send.c: datagrams leave with the io_uring_enter of the turn, like the inline sends of streams
 * (engine_uring_send.c), by the same rule: consumed, and no completion when all were collected, is success.
 *
 * Several of a socket are in the kernel at a time, at the head of its queue, in the order of their entries:
 *
 *      send_head -> [ in the kernel ] -> [ not yet submitted ]
 *                     | settled, oldest first
 *                     +-- silence ------------------------> answered
 *                     +-- error --------------------------> answered
 *                     +-- EAGAIN, or to be tried again ---> kept; when the last one is settled, all that were kept go back
 *                                                           to the head of the queue, in their order
 * A completion only notes the errno beside its datagram; everything else happens when its turn comes to be settled.
 *
 * Kernels without inline sends (SLUICE_FEAT_INLINE_SEND), and moments without room for the entries, use sendmmsg. So do SCTP sockets:
 * the kernel may have room again for a message behind one that it had no room for, and messages of a stream must not overtake each other.
 * sendmmsg stops at the first one that fails.
 *
 * slot.engine_word: [1] first and [2] last piece of those kept, each + 1; [0] 0, or EAGAIN was among their errors.
 */
#include <errno.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/uio.h>

#include "dgram.h"
#include "uring_engine.h"

/* What is in the kernel of one socket at a time. */
#define BATCH 128u

enum { KEPT_ERRNO, KEPT_FIRST, KEPT_LAST };

/* The errno of a datagram that failed lies where a SENDFILE has its file; -1 is none (sendq.c). */
static void set_errno(sl_op *o, int os_errno) { o->file = -1 - os_errno; }
static int get_errno(const sl_op *o) { return -1 - o->file; }

/* ---- submitting ---- */

typedef struct prepared {
    struct msghdr h;
    sl_msg_out    out;
    struct iovec  iov[];
} prepared;

static bool room(const ue_state *st) {
    return (st->features & SLUICE_FEAT_INLINE_SEND) && st->inline_tail - st->inline_head <= st->inline_mask;
}

/* One datagram into the ring. false: no room for it just now. */
static bool submit(sl_loop *l, sl_slot *s, uint32_t index) {
    const sl_op *o = sl_op_at(l, index);
    uint32_t pieces = sl_msg_pieces(l, index);
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
        (void)sl_msg_prepare(l, s, index, &p->h, p->iov, &p->out);
        e->opcode = UR_OP_SENDMSG;
        e->addr = (uint64_t)(uintptr_t)&p->h;
        e->len = 1;
    }
    e->fd = s->fd;
    e->op_flags = (uint32_t)(MSG_NOSIGNAL | MSG_DONTWAIT);
    e->flags = UR_SQE_CQE_SKIP_SUCCESS;
    e->user_data = (uint64_t)s->generation << 32 | (uint64_t)UE_DATAGRAM << 24 | index;
    return true;
}

static bool answers_lazily(sl_loop *l, uint32_t index) {
    const sl_op *o = sl_op_at(l, index);
    return (o->flags & SLUICE_SQE_LAZY) != 0; /* the same in all pieces */
}

static uint32_t next_datagram(sl_loop *l, uint32_t index) {
    const sl_op *o = sl_op_at(l, index);
    while (!o->answers) {
        o = sl_op_at(l, o->next);
    }
    return o->next;
}

void ue_datagrams_start(sl_loop *l, sl_slot *s) {
    ue_state *st = ue_of(l);
    uint32_t index = s->send_head, count = 0;
    bool idle_after = s->life == SL_LIVE;
    while (index != SL_NONE && count < BATCH && !(s->flags & SL_F_SCTP) && room(st) && submit(l, s, index)) {
        ue_inline *i = &st->inlines[st->inline_tail++ & st->inline_mask];
        i->bytes = UE_OF_DATAGRAM;
        i->slot = sl_index(l, s);
        s->ready_next = i->place = ue_place(st) - 1; /* the entry was just taken */
        idle_after &= answers_lazily(l, index);
        index = next_datagram(l, index);
        count++;
    }
    if (!count) {
        if (!sl_msgs_flush(l, s)) {
            ue_wait_writable(l, s);
        }
        return;
    }
    s->engine_word[KEPT_ERRNO] = s->engine_word[KEPT_FIRST] = s->engine_word[KEPT_LAST] = 0;
    st->inline_urgent |= !idle_after || index != SL_NONE;
    ue_out_begin(l, s, UE_DATAGRAM);
}

/* ---- answers ---- */

void ue_datagram_done(sl_loop *l, uint64_t user_data, int32_t res) {
    uint32_t index = (uint32_t)(user_data & 0x3fffffu);
    if (res < 0 && index < l->ops_used) {
        set_errno(sl_op_at(l, index), -res);
    }
}

/* Takes the datagram at the head off the queue and behind those that are kept. */
static void keep(sl_loop *l, sl_slot *s, int os_errno) {
    uint32_t first = s->send_head, last = first;
    while (!sl_op_at(l, last)->answers) {
        last = sl_op_at(l, last)->next;
    }
    set_errno(sl_op_at(l, first), 0);
    s->send_head = sl_op_at(l, last)->next;
    if (s->send_head == SL_NONE) {
        s->send_tail = SL_NONE;
    }
    sl_op_at(l, last)->next = SL_NONE;
    if (s->engine_word[KEPT_FIRST]) {
        sl_op_at(l, (uint32_t)s->engine_word[KEPT_LAST] - 1)->next = first;
    } else {
        s->engine_word[KEPT_FIRST] = first + 1;
    }
    s->engine_word[KEPT_LAST] = last + 1;
    if (os_errno == EAGAIN) {
        s->engine_word[KEPT_ERRNO] = EAGAIN;
    }
}

static void put_back_kept(sl_loop *l, sl_slot *s) {
    if (!s->engine_word[KEPT_FIRST]) {
        return;
    }
    uint32_t last = (uint32_t)s->engine_word[KEPT_LAST] - 1;
    sl_op_at(l, last)->next = s->send_head;
    if (s->send_head == SL_NONE) {
        s->send_tail = last;
    }
    s->send_head = (uint32_t)s->engine_word[KEPT_FIRST] - 1;
}

/* The last one of a batch is settled: what next? */
static void batch_over(sl_loop *l, sl_slot *s) {
    put_back_kept(l, s);
    ue_out_finish(l, s);
    if (s->life == SL_ENDING || (s->life != SL_LIVE && s->send_head == SL_NONE)) {
        sl_close_advance(l, s);
    } else if (s->send_head == SL_NONE) {
        return;
    } else if (s->engine_word[KEPT_ERRNO] == EAGAIN) {
        ue_wait_writable(l, s);
    } else {
        ue_datagrams_start(l, s);
    }
}

void ue_datagram_settle(sl_loop *l, sl_slot *s, uint32_t place) {
    int os_errno = get_errno(sl_op_at(l, s->send_head));
    bool last = s->ready_next == place;
    if (!os_errno) {
        l->ctr[SLUICE_CTR_INLINE_SENDS]++;
        sl_msg_complete(l, s, 0);
    } else if (os_errno == EAGAIN || os_errno == EINTR || sl_msg_again(l, s, os_errno)) {
        keep(l, s, os_errno);
    } else {
        set_errno(sl_op_at(l, s->send_head), 0);
        sl_msg_complete(l, s, os_errno);
    }
    if (last) {
        batch_over(l, s);
    }
}
