/*
 * readiness.h: the proactor contract on top of a kernel that tells readiness: what the engines epoll and kqueue share.
 *
 * Every socket is registered once, edge-triggered. slot.ready collects what the kernel said: a bit says "the next call may
 * succeed" and is cleared only by a call that would have blocked, or by a read that took all there was (see drained() in
 * readiness_in.c). So an edge that comes while nobody reads is remembered, and no edge is needed twice.
 *
 *   event --> slot.ready --armed, buffers, room--> served at once, up to the read budget
 *                 |                                    | budget used up, or no room in the completion ring
 *                 |                                    v
 *                 +--operation armed later------> ready list (first in, first out) --> served in the next turn
 *
 *   readiness.c       ready list, sending, connecting, the operations of engine.h that are the same for both
 *   readiness_in.c    receiving and accepting
 *   readiness_dgram.c receiving datagrams
 *   engine_epoll.c, engine_kqueue*.c    registration, the wait, the translation of events
 *
 * The engine's state begins with an sl_readiness. The turn is inline, with the engine's own wait as a constant: the hot path has no
 * call through a pointer.
 */
#ifndef SL_READINESS_H
#define SL_READINESS_H

#include <errno.h>
#include <stdint.h>

#include "engine.h"

/* slot.ready. The first six have the values of epoll's own bits, so that epoll need not translate (asserted there). */
#define RD_IN    0x0001u
#define RD_PRI   0x0002u /* TCP stops reading at the urgent mark: a short read does not mean drained              */
#define RD_OUT   0x0004u
#define RD_ERR   0x0008u
#define RD_HUP   0x0010u
#define RD_RDHUP 0x2000u
#define RD_COUNTED    (1u << 19) /* slot.engine_word[1]: bytes the kernel said are there (kqueue)                     */
#define RD_REGISTERED (1u << 20)
#define RD_WANTS_OUT  (1u << 21) /* the kernel was asked to tell when a blocked send can go on                        */
#define RD_LISTED     (1u << 22)
/* anything an inbound operation can make progress with */
#define RD_INBOUND (RD_IN | RD_RDHUP | RD_HUP | RD_ERR)

/* slot.engine_word: [0] the slot before on the ready list, [1] see RD_COUNTED; of a datagram socket the size of the last batch,
   [2] and [3] the engine's own.
   slot.engine_aux: an errno that the kernel tells once, kept for the operation that asks later. */

typedef struct sl_readiness {
    uint32_t list_head, list_tail; /* ready list: linked by slot.ready_next, backwards by slot.engine_word[0] */
    uint32_t listed;               /* its length */
    int  (*add)(sl_loop *l, sl_slot *s); /* registers s, which has a connection or an attempt under way: 0 or an errno */
    /* A send of s is blocked: RD_OUT is to be told once there is room, also when it has come meanwhile. Not blocked any more: it need not
       be told. */
    void (*want_out)(sl_loop *l, sl_slot *s, bool blocked);
} sl_readiness;

static inline sl_readiness *sl_readiness_of(const sl_loop *l) { return l->engine_state; }

/* readiness.c */
void sl_readiness_init(sl_readiness *r);
void sl_ready_list(sl_loop *l, sl_slot *s);
void sl_ready_unlist(sl_loop *l, sl_slot *s);
void sl_ready_serve_list(sl_loop *l);
bool sl_ready_unpark(sl_loop *l);               /* lists parked receives; true: there were some */
void sl_ready_serve(sl_loop *l, sl_slot *s);    /* the inbound operation; s may be gone afterwards */
void sl_ready_writable(sl_loop *l, sl_slot *s); /* SL_F_SEND_BUSY: the send goes on; s may be gone afterwards */
void sl_ready_connecting(sl_loop *l, sl_slot *s);

void sl_ready_in_start(sl_loop *l, sl_slot *s);
void sl_ready_in_cancel(sl_loop *l, sl_slot *s);
void sl_ready_connect_start(sl_loop *l, sl_slot *s, const struct sockaddr_storage *ss, uint32_t len);
void sl_ready_connect_cancel(sl_loop *l, sl_slot *s);
void sl_ready_send_start(sl_loop *l, sl_slot *s);
void sl_ready_send_cancel(sl_loop *l, sl_slot *s);
int  sl_ready_pool_added(sl_loop *l, uint16_t group);
void sl_ready_buffer_back(sl_loop *l, uint16_t group, uint16_t id);
void sl_ready_buffers_flush(sl_loop *l);

/* The entries of sl_engine that are the same for both. */
#define SL_READINESS_OPS \
    .nonblocking_sockets = true, .pool_added = sl_ready_pool_added, .buffer_back = sl_ready_buffer_back, \
    .buffers_flush = sl_ready_buffers_flush, .in_start = sl_ready_in_start, .in_cancel = sl_ready_in_cancel, \
    .connect_start = sl_ready_connect_start, .connect_cancel = sl_ready_connect_cancel, \
    .send_start = sl_ready_send_start, .send_cancel = sl_ready_send_cancel

/* readiness_dgram.c */
void sl_ready_receive_messages(sl_loop *l, sl_slot *s);

/* readiness_in.c */
void sl_ready_receive(sl_loop *l, sl_slot *s);
void sl_ready_accept(sl_loop *l, sl_slot *s);

/* ------------------------------------------------------------------------------- one event */

/* s is the slot of an event; events are RD_* bits. s may be gone afterwards. */
static inline void sl_ready_event(sl_loop *l, sl_slot *s, uint32_t events)
{
    uint32_t generation = s->generation;

    s->ready |= events;
    if (__builtin_expect(s->kind == SL_KIND_CONNECTING, 0)) {
        if (events & (RD_OUT | RD_ERR | RD_HUP)) sl_ready_connecting(l, s);
        return; /* a fresh handle has no operation yet; the bits stay for it */
    }
    if (__builtin_expect(s->flags & SL_F_SEND_BUSY, 0) && (events & (RD_OUT | RD_ERR | RD_HUP))) {
        sl_ready_writable(l, s);
        if (s->generation != generation) return;
    }
    /* Listed, starved, throttled: its turn comes, and must not come out of turn. */
    if ((s->ready & RD_INBOUND) && !(s->ready & RD_LISTED) && !(s->flags & (SL_F_STARVED | SL_F_THROTTLED)))
        sl_ready_serve(l, s);
}

/* ------------------------------------------------------------------------------- one turn */

typedef int  (*sl_ready_wait)(sl_loop *l, int64_t timeout_ns); /* number of events, or -1 with errno */
typedef void (*sl_ready_events)(sl_loop *l, int n);            /* reports that many by sl_ready_event */

/* Sleeps when the wake word allows it. */
static inline int sl_ready_wait_awake(sl_loop *l, int64_t timeout_ns, sl_ready_wait wait)
{
    if (!timeout_ns || !sl_wake_sleep(l)) return wait(l, 0);
    l->ctr[SLUICE_CTR_WAITS]++;
    int n = wait(l, timeout_ns);
    int err = errno;
    sl_wake_awake(l);
    errno = err;
    return n;
}

static inline int sl_ready_turn(sl_loop *l, int64_t timeout_ns, sl_ready_wait wait, sl_ready_events events)
{
    sl_readiness *r = sl_readiness_of(l);
    int64_t end = timeout_ns > 0 ? sl_now_ns() : 0;

    if (timeout_ns > 0) end = timeout_ns > INT64_MAX - end ? INT64_MAX : end + timeout_ns;
    for (;;) {
        if (r->listed) sl_ready_serve_list(l);
        /* A receive that was unparked may find its socket empty, or its operation ended: the buffer is the next one's. */
        while (__builtin_expect(l->starved != 0, 0) && sl_ready_unpark(l)) sl_ready_serve_list(l);
        /* Still listed: it can go on, but it is others' turn first. */
        if (r->listed || sl_must_return(l)) timeout_ns = 0;
        int n = sl_ready_wait_awake(l, timeout_ns, wait);
        if (n < 0) {
            if (errno != EINTR) return -sl_err(errno);
            n = 0; /* C12: on with the rest of the time */
        }
        events(l, n);
        if (!timeout_ns || l->woken || l->broken || sl_must_return(l)) return 0;
        /* An event that told the caller nothing, a late bell, a signal. */
        if (timeout_ns > 0) {
            timeout_ns = end - sl_now_ns();
            if (timeout_ns <= 0) return 0;
        }
    }
}

#endif
