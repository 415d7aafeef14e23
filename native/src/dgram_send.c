/*
 * dgram_send.c: SEND and SENDMSG on datagram sockets (D2, D3, D5).
 *
 * Datagrams use the same queue of pieces as streams (sendq.c), of which the pieces of one submission are one datagram.
 * Its meta lies in loop->metas, beside the first piece. All datagrams that a socket has queued in one turn leave with
 * one sendmmsg; a single one with sendmsg.
 *
 * sendmmsg stops at the first datagram that fails and tells the error when called again with that one in front. It is
 * answered, and those behind it go on.
 *
 * With IP_RECVERR the error that the call gives may be that of an earlier datagram (dgram_errors.c). The call has
 * taken it off the socket, and the queue tells it to the RECVMSG, so the datagram is tried again. An error of its own comes
 * back each time; one of an earlier datagram comes once for each of them, and never twice for the same.
 */
#include <errno.h>
#include <string.h>
#include <sys/uio.h>

#include "dgram.h"

#define BATCH 32u
/* Tries of a datagram on a socket with IP_RECVERR: with errors that its own sending cannot cause, and with those that it can. */
#define TRIES_FOREIGN 64u
#define TRIES_OWN     3u

/* sl_op.msg of a first piece */
#define HAS_META 0x80u

/* ------------------------------------------------------------------------------- submission */

static void refuse(sl_loop *l, const sluice_sqe *e, int code)
{
    l->ctr[SLUICE_CTR_DATAGRAM_ERRORS]++;
    sl_complete(l, e->op, e->token, e->handle, -code, 0, 0);
}

static bool meta_copy(const sl_loop *l, const sl_slot *s, const sluice_sqe *e, sluice_meta *out)
{
    if (!e->aux) return true;
    const sluice_meta *shared = sl_scratch(l, e->aux, sizeof *shared);
    if (!shared) return false;
    *out = *shared;
    return sl_meta_valid(out, s->flags & SL_F_INET6);
}

void sl_msg_send_submit(sl_loop *l, sl_slot *s, const sluice_sqe *e)
{
    sluice_meta meta;
    sluice_iovec v[SLUICE_MAX_IOV] = {{.addr = e->addr, .len = e->len}};
    uint64_t total = e->len;
    uint32_t pieces = 1;

    if (s->kind != SL_KIND_DATAGRAM || (e->op != SLUICE_OP_SEND && e->op != SLUICE_OP_SENDMSG) || e->msg_flags ||
        !meta_copy(l, s, e, &meta) ||
        (e->op == SLUICE_OP_SENDMSG && !(pieces = sl_iovecs_copy(l, e, v, &total)))) {
        sl_invalid(l, e);
        return;
    }
    if (total > SLUICE_MSG_MAX) {
        refuse(l, e, SLUICE_EMSGSIZE);
        return;
    }
    if (pieces > l->cfg.max_ops - l->ops_live) {
        refuse(l, e, SLUICE_ENOMEM);
        return;
    }
    for (uint32_t i = 0; i < pieces; i++) {
        sl_op *o = sl_piece_new(l, s, e, v[i].addr, (uint32_t)v[i].len);
        o->total = (uint32_t)total;
        o->answers = i == pieces - 1;
        if (i || !e->aux) continue;
        o->msg = HAS_META;
        l->metas[o - l->ops] = meta;
    }
    sl_mark_dirty(l, s);
}

/* ------------------------------------------------------------------------------- flushing */

typedef struct batch {
    struct mmsghdr m[BATCH];
    sl_msg_out     out[BATCH];
    struct iovec   iov[SLUICE_MAX_IOV];
} batch;

/* One message from the pieces that begin with index. The index behind them, or SL_NONE with *fits false. */
static uint32_t one(sl_loop *l, const sl_slot *s, uint32_t index, batch *b, uint32_t n, uint32_t *iovs, bool *fits)
{
    const sl_op *o = sl_op_at(l, index);
    struct msghdr *h = &b->m[n].msg_hdr;

    *h = (struct msghdr){.msg_iov = &b->iov[*iovs]};
    if (o->msg & HAS_META) sl_meta_to_send(&l->metas[index], s->flags & SL_F_INET6, h, &b->out[n]);
    for (;; o = sl_op_at(l, o->next)) {
        if (*iovs == SLUICE_MAX_IOV) {
            *fits = false; /* the next call takes it: alone it always fits */
            return SL_NONE;
        }
        b->iov[(*iovs)++] = (struct iovec){(void *)(uintptr_t)o->addr, o->len};
        h->msg_iovlen++;
        if (o->answers) return o->next;
    }
}

static uint32_t gather(sl_loop *l, const sl_slot *s, batch *b)
{
    uint32_t n = 0, iovs = 0;
    bool fits = true;

    for (uint32_t i = s->send_head; i != SL_NONE && n < BATCH; n += fits) i = one(l, s, i, b, n, &iovs, &fits);
    return n;
}

/* The datagram at the head of the queue is through. */
static void complete(sl_loop *l, sl_slot *s, int os_errno)
{
    const sl_op *o = sl_op_at(l, s->send_head);

    for (; !o->answers; o = sl_op_at(l, s->send_head)) sl_piece_pop(l, s);
    if (os_errno) {
        l->ctr[SLUICE_CTR_DATAGRAM_ERRORS]++;
        sl_piece_answer(l, o, -sl_msg_err(os_errno), (uint32_t)os_errno);
    } else {
        l->ctr[SLUICE_CTR_DATAGRAMS_SENT]++;
        l->ctr[SLUICE_CTR_BYTES_SENT] += o->total;
        sl_piece_answer(l, o, (int32_t)o->total, 0);
    }
    sl_piece_pop(l, s);
}

/* Errors that only ICMP brings. */
static bool foreign(int os_errno)
{
    return os_errno == ECONNREFUSED || os_errno == EPROTO || os_errno == ENOPROTOOPT;
}

/* D5: is the datagram at the head to be tried again? */
static bool again(sl_loop *l, sl_slot *s, int os_errno)
{
    if (!(s->flags & SL_F_RECVERR)) return false;
    sl_msg_errors(l, s);
    sl_op *head = sl_op_at(l, s->send_head);
    return ++head->done < (foreign(os_errno) ? TRIES_FOREIGN : TRIES_OWN);
}

bool sl_msgs_flush(sl_loop *l, sl_slot *s)
{
    batch b;

    while (s->send_head != SL_NONE) {
        uint32_t n = gather(l, s, &b);
        sl_syscall(l);
        int sent = n > 1 ? sendmmsg(s->fd, b.m, n, MSG_DONTWAIT | MSG_NOSIGNAL)
                 : sendmsg(s->fd, &b.m[0].msg_hdr, MSG_DONTWAIT | MSG_NOSIGNAL) < 0 ? -1 : 1;
        for (int i = 0; i < sent; i++) complete(l, s, 0);
        if (sent >= 0 || errno == EINTR) continue;
        int os_errno = errno;
        if (os_errno == EAGAIN) return false;
        if (!again(l, s, os_errno)) complete(l, s, os_errno);
    }
    if (s->life != SL_LIVE) sl_close_advance(l, s);
    return true;
}
