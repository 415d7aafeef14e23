/*
 * dgram_send.c: SEND and SENDMSG on datagram sockets (D2, D3, D5).
 *
 * Datagrams use the same queue of pieces as streams (sendq.c), of which the pieces of one submission are one datagram.
 * Its meta lies in loop->metas, beside the first piece. All datagrams that a socket has queued in one turn leave with
 * one sendmmsg; a single one with sendmsg.
 *
 * sendmmsg stops at the first datagram that fails, and tells the error when called again with that one in front. It is
 * answered, and those behind it go on. An error of an earlier datagram, which the call that stopped has taken off the
 * socket, is not told again: with IP_RECVERR the queue has it; a connected socket without gets a call for each (D4).
 *
 * With IP_RECVERR the error that the call gives may be that of an earlier datagram (dgram_errors.c). The call has
 * taken it off the socket, and the queue tells it to the RECVMSG, so the datagram is tried again. An error of its own comes
 * back each time; one of an earlier datagram comes once for each of them, and never twice for the same.
 */
#include <errno.h>
#include <string.h>
#include <sys/uio.h>

#include "dgram.h"
#include "os.h"

#define BATCH 64u
/* Tries of a datagram on a socket with IP_RECVERR: with errors that its own sending cannot cause, and with those that it can. */
#define TRIES_FOREIGN 64u
#define TRIES_OWN     3u

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
    return s->flags & SL_F_SCTP ? sl_meta_sctp_valid(out) : sl_meta_valid(out, s->flags & SL_F_INET6);
}

void sl_msg_send_submit(sl_loop *l, sl_slot *s, const sluice_sqe *e)
{
    sluice_meta meta;
    sluice_iovec single = {.addr = e->addr, .len = e->len}, list[SLUICE_MAX_IOV]; /* a list of one would clear all of it */
    const sluice_iovec *v = e->op == SLUICE_OP_SENDMSG ? list : &single;
    uint64_t total = e->len;
    uint32_t pieces = 1;

    if (s->kind != SL_KIND_DATAGRAM || (e->op != SLUICE_OP_SEND && e->op != SLUICE_OP_SENDMSG) || e->msg_flags ||
        !meta_copy(l, s, e, &meta) ||
        (e->op == SLUICE_OP_SENDMSG && !(pieces = sl_iovecs_copy(l, e, list, &total)))) {
        sl_invalid(l, e);
        return;
    }
    if (total > (s->flags & SL_F_SCTP ? SLUICE_MSG_MAX_SCTP : SLUICE_MSG_MAX)) {
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
        o->msg = SL_MSG_HAS_META;
        l->metas[o - l->ops] = meta;
    }
    sl_mark_dirty(l, s);
}

/* ------------------------------------------------------------------------------- flushing */

typedef struct batch {
    sl_mmsg        m[BATCH];
    sl_msg_out     out[BATCH];
    struct iovec   iov[SLUICE_MAX_IOV];
} batch;

uint32_t sl_msg_prepare(sl_loop *l, const sl_slot *s, uint32_t index, struct msghdr *h, struct iovec *iov, sl_msg_out *out)
{
    const sl_op *o = sl_op_at(l, index);

    *h = (struct msghdr){.msg_iov = iov};
    if ((o->msg & SL_MSG_HAS_META) && (s->flags & SL_F_SCTP)) sl_meta_sctp_to_send(&l->metas[index], h, out);
    else if (o->msg & SL_MSG_HAS_META) sl_meta_to_send(&l->metas[index], s->flags & SL_F_INET6, h, out);
    for (;; o = sl_op_at(l, o->next)) {
        iov[h->msg_iovlen++] = (struct iovec){(void *)(uintptr_t)o->addr, o->len};
        if (o->answers) return o->next;
    }
}

uint32_t sl_msg_pieces(sl_loop *l, uint32_t index)
{
    uint32_t n = 1;

    for (const sl_op *o = sl_op_at(l, index); !o->answers; o = sl_op_at(l, o->next)) n++;
    return n;
}

static uint32_t gather(sl_loop *l, const sl_slot *s, batch *b)
{
    uint32_t n = 0, iovs = 0;

    for (uint32_t i = s->send_head; i != SL_NONE && n < BATCH && iovs + sl_msg_pieces(l, i) <= SLUICE_MAX_IOV; n++) {
        struct msghdr *h = &b->m[n].msg_hdr;
        i = sl_msg_prepare(l, s, i, h, &b->iov[iovs], &b->out[n]);
        iovs += (uint32_t)h->msg_iovlen;
    }
    return n;
}

void sl_msg_complete(sl_loop *l, sl_slot *s, int os_errno)
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

bool sl_msg_again(sl_loop *l, sl_slot *s, int os_errno)
{
    if (!(s->flags & SL_F_RECVERR)) return false;
    sl_msg_errors(l, s);
    sl_op *head = sl_op_at(l, s->send_head);
    return ++head->done < (foreign(os_errno) ? TRIES_FOREIGN : TRIES_OWN);
}

/* Without IP_RECVERR a connected socket tells what ICMP said to one call only, and sendmmsg keeps it to itself in the middle of a batch. */
static bool exact(const sl_slot *s) { return (s->flags & (SL_F_CONNECTED | SL_F_RECVERR)) == SL_F_CONNECTED; }

bool sl_msgs_flush(sl_loop *l, sl_slot *s)
{
    batch b;
    int os_errno;

    while (s->send_head != SL_NONE) {
        uint32_t n = gather(l, s, &b), sent = sl_os_send_messages(l, s->fd, b.m, n, exact(s), &os_errno);
        for (uint32_t i = 0; i < sent; i++) sl_msg_complete(l, s, 0);
        if (!os_errno || os_errno == EINTR) {
            if (sent < n && (s->flags & SL_F_RECVERR)) sl_msg_errors(l, s);
            continue;
        }
        if (os_errno == EAGAIN) return false;
        if (!sl_msg_again(l, s, os_errno)) sl_msg_complete(l, s, os_errno);
    }
    if (s->life != SL_LIVE) sl_close_advance(l, s);
    return true;
}

/* Each of them failed by itself (D3): a datagram that was cancelled is told by the end of its socket only. */
void sl_msgs_failed(sl_loop *l, sl_slot *s, int os_errno)
{
    while (s->send_head != SL_NONE) sl_msg_complete(l, s, os_errno);
    if (s->life != SL_LIVE) sl_close_advance(l, s);
}
