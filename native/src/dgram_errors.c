/*
 * dgram_errors.c: errors of a datagram socket that are notifications (D4, D5).
 *
 * With IP_RECVERR an ICMP error does two things in the kernel (net/ipv4/udp.c): it joins the socket's error queue, and
 * it is set as the socket's pending error, which the next call takes, be it a receive or the send of something else. The
 * queue makes the socket report EPOLLERR until it is empty. So:
 *
 *   a receive fails with it ------------+
 *   a send fails with it: tried again --+--> the queue is read to its end, one notification each
 *   EPOLLERR (epoll), RECVMSG begins ---+      | SLUICE_NOTES_MAX are out, or the completion ring is full
 *                                              +--> the rest in the next turn (SL_F_ERRORS_LEFT), which comes at once
 *
 * Nobody waits for EPOLLERR to go away while the queue is not empty, so it cannot spin. A queue that nobody reads because
 * there is no RECVMSG is bounded by the receive buffer; it is read when the RECVMSG comes.
 */
#include <errno.h>

#include "dgram.h"

void sl_msg_note(sl_loop *l, sl_slot *s, int os_errno)
{
    l->ctr[SLUICE_CTR_DATAGRAM_ERRORS]++;
    sl_complete(l, SLUICE_OP_RECVMSG, s->in_token, sl_handle(l, s), -sl_msg_err(os_errno),
                SLUICE_CQE_MORE | SLUICE_CQE_NOTE, (uint32_t)os_errno);
}

#if defined(__linux__)

/* As much of a failed datagram as an ICMP message carries is small; name 32, error and its origin's address. */
#define ERROR_CONTROL_BYTES 256u

static void note_with_buffer(sl_loop *l, sl_slot *s, sl_pool *p, const sluice_meta *m, uint32_t len)
{
    uint16_t id = p->free_ids[--p->free_count];
    sluice_cqe c = {.token = s->in_token, .handle = sl_handle(l, s), .result = (int32_t)len, .op = SLUICE_OP_RECVMSG,
                    .flags = SLUICE_CQE_BUFFER | SLUICE_CQE_NOTE | SLUICE_CQE_MORE,
                    .buf_id = id, .buf_group = s->in_group, .detail = SL_MSG_META};

    __builtin_memcpy(p->base + (size_t)id * p->buf_bytes + SL_MSG_META, m, sizeof *m);
    sl_pool_mark_out(l, p, id);
    l->ctr[SLUICE_CTR_DATAGRAM_ERRORS]++;
    sl_post(l, &c, false);
}

/* The next entry of the queue, straight into the buffer that is taken if it is worth a notification. false: empty. */
static bool one(sl_loop *l, sl_slot *s, sl_pool *p)
{
    _Alignas(struct cmsghdr) uint8_t control[ERROR_CONTROL_BYTES];
    uint8_t name[SL_MSG_NAME_BYTES];
    struct iovec payload = {0};
    struct msghdr h = {.msg_name = name, .msg_namelen = sizeof name, .msg_control = control,
                       .msg_controllen = sizeof control, .msg_iov = &payload, .msg_iovlen = 1};
    sluice_meta m;
    ssize_t n;

    if (p->free_count) {
        payload.iov_base = p->base + (size_t)p->free_ids[p->free_count - 1] * p->buf_bytes + SLUICE_MSG_ROOM;
        payload.iov_len = p->buf_bytes - SLUICE_MSG_ROOM;
    }
    do {
        sl_syscall(l);
        n = recvmsg(s->fd, &h, MSG_ERRQUEUE | MSG_DONTWAIT);
    } while (n < 0 && errno == EINTR);
    if (n < 0) return false;
    sl_msg_raw raw = {.name = name, .name_bytes = h.msg_namelen < sizeof name ? h.msg_namelen : sizeof name,
                      .control = control, .control_bytes = (uint32_t)h.msg_controllen, .flags = (uint32_t)h.msg_flags};
    if (!sl_meta_error(&raw, &m)) return true;
    if (p->free_count) note_with_buffer(l, s, p, &m, (uint32_t)n);
    else sl_msg_note(l, s, (int)m.os_errno);
    return true;
}

void sl_msg_errors(sl_loop *l, sl_slot *s)
{
    sl_pool *p = &l->pools[s->in_group];

    if (s->in_op != SLUICE_OP_RECVMSG) return;
    s->flags &= (uint16_t)~SL_F_ERRORS_LEFT;
    for (uint32_t i = 0; i < SLUICE_NOTES_MAX && sl_cq_room(l); i++)
        if (!one(l, s, p)) return;
    s->flags |= SL_F_ERRORS_LEFT;
    sl_send_next_turn(l, s);
}

void sl_msg_errors_rest(sl_loop *l, sl_slot *s)
{
    s->flags &= (uint16_t)~SL_F_ERRORS_LEFT;
    sl_msg_errors(l, s);
    if (s->send_head != SL_NONE && !(s->flags & SL_F_SEND_BUSY)) l->engine->send_start(l, s);
}

#else /* no other system has an error queue, nor sets SL_F_RECVERR */

void sl_msg_errors(sl_loop *l, sl_slot *s)
{
    (void)l;
    (void)s;
}

void sl_msg_errors_rest(sl_loop *l, sl_slot *s)
{
    (void)l;
    (void)s;
}

#endif
