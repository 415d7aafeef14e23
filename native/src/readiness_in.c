/* readiness_in.c: receiving and accepting by readiness, with a budget per handle and turn so that one flood starves nobody. */
#include <errno.h>
#include <sys/socket.h>
#include <sys/uio.h>

#include "os.h"
#include "readiness.h"

#define ACCEPTS_PER_TURN 64

/* A peer of a Unix socket can attach descriptors or credentials; the read then ends at that message although more data
   waits. MSG_CTRUNC tells: the kernel dropped what was attached (we never ask for it, so no descriptor is received). */
static inline ssize_t receive_unix(int fd, void *buf, size_t bytes, bool *cut)
{
    struct iovec iov = {.iov_base = buf, .iov_len = bytes};
    struct msghdr m = {.msg_iov = &iov, .msg_iovlen = 1};
    ssize_t n = recvmsg(fd, &m, 0);

    *cut = n > 0 && (m.msg_flags & MSG_CTRUNC);
    return n;
}

static void receive_failed(sl_loop *l, sl_slot *s, int err)
{
    s->engine_aux = 0; /* delivered; what follows is the end of the stream */
    sl_in_end(l, s, -sl_err(err), false, err);
}

/* Returned 0. An error that was told before (to a WATCH, or with the event) is the truth about this end. */
static void receive_ended(sl_loop *l, sl_slot *s)
{
    if (s->engine_aux) receive_failed(l, s, (int)s->engine_aux);
    else sl_in_end(l, s, 0, true, 0);
    /* The bits stay set: the next RECV gets its own end of stream (C6). */
}

/* Would block. With an error that the kernel has told already there will be no further event: then it is delivered now. */
static void receive_empty(sl_loop *l, sl_slot *s)
{
    s->ready &= ~(RD_IN | RD_PRI);
    if (s->engine_aux) receive_failed(l, s, (int)s->engine_aux);
}

/*
 * A read took less than it had room for; got bytes since the last event. Is the socket empty, so that the next bytes bring an event
 * of their own?
 * epoll   yes (epoll(7)), except behind RDHUP, HUP, ERR (the end must be fetched, too) and PRI (TCP stops at the urgent mark).
 * kqueue  when these are just the bytes that the event announced. Otherwise the read may have stopped at a mark, or at attached
 *         descriptors, that no event tells of.
 */
static inline bool drained(const sl_slot *s, uint64_t got)
{
    uint32_t doubts = s->ready & (RD_RDHUP | RD_HUP | RD_ERR | RD_PRI | RD_COUNTED);

    return __builtin_expect(!doubts, 1) || (doubts == RD_COUNTED && s->engine_word[1] == got);
}

void sl_ready_receive(sl_loop *l, sl_slot *s)
{
    sl_pool *p = &l->pools[s->in_group];
    uint32_t generation = s->generation, budget = l->cfg.read_budget, bytes = p->buf_bytes;
    bool unix_socket = s->flags & SL_F_UNIX, cut = false;

    while (s->ready & RD_IN) {
        if (__builtin_expect(!sl_cq_room(l), 0)) {
            sl_ready_list(l, s);
            return;
        }
        if (__builtin_expect(!p->free_count, 0)) {
            sl_starve(l, s); /* C9 */
            return;
        }
        uint16_t id = p->free_ids[p->free_count - 1];
        uint8_t *buf = p->base + (size_t)id * bytes;
        sl_syscall(l);
        ssize_t n = unix_socket ? receive_unix(s->fd, buf, bytes, &cut) : recv(s->fd, buf, bytes, 0);
        if (__builtin_expect(n <= 0, 0)) {
            int err = n ? errno : 0;
            if (err == EINTR) continue;
            if (err == EAGAIN) receive_empty(l, s);
            else if (n) receive_failed(l, s, err);
            else receive_ended(l, s);
            return;
        }
        p->free_count--;
        if ((uint32_t)n < bytes && !cut && drained(s, l->cfg.read_budget - budget + (uint32_t)n)) s->ready &= ~RD_IN;
        sl_in_data(l, s, id, 0, (uint32_t)n);
        /* A single shot is over, and the data may have ended the slot; its handle must not be read for another RECV. */
        if (s->generation != generation || s->in_op != SLUICE_OP_RECV) return;
        if ((uint32_t)n >= budget) {
            if (s->ready & RD_IN) sl_ready_list(l, s);
            return;
        }
        budget -= (uint32_t)n;
    }
}

void sl_ready_accept(sl_loop *l, sl_slot *s)
{
    uint32_t generation = s->generation;

    for (int i = 0; i < ACCEPTS_PER_TURN && (s->ready & RD_IN); i++) {
        if (!sl_cq_room(l)) break;
        if (!sl_slot_available(l)) {
            sl_accept_throttled(l, s, ENOMEM); /* the connection waits in the backlog rather than being shed */
            return;
        }
        int fd = sl_os_accept(l, s->fd);
        if (fd < 0) {
            int err = -fd;
            if (err == EAGAIN) s->ready &= ~RD_IN;
            else if (sl_accept_exhausted(err)) {
                sl_accept_throttled(l, s, err);
                return;
            } else if (!sl_accept_passing(err) && err != EOPNOTSUPP && err != ETIMEDOUT) { /* network errors, too */
                sl_in_end(l, s, -sl_err(err), false, err);
                return;
            }
            continue;
        }
        sl_accepted(l, s, fd);
        if (s->generation != generation || s->in_op != SLUICE_OP_ACCEPT) return;
    }
    if (s->ready & RD_IN) sl_ready_list(l, s);
}
