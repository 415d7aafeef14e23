/*
 * uring_engine.h: what the files of the io_uring engine share.
 *
 *   engine_uring.c          ops table, open, close, turn
 *   engine_uring_cqe.c      taking completions off the kernel's ring
 *   engine_uring_submit.c   entries, the arena for what they point to, submitting
 *   engine_uring_inbound.c  accept, receive, watch, connect
 *   engine_uring_dgram.c    receiving datagrams
 *   engine_uring_dgram_send.c   sending them
 *   engine_uring_send.c     sends: inline, armed, zero-copy
 *   engine_uring_pool.c     receive pools in the kernel's provided-buffer rings
 *   uring_ring.c uring_probe.c uring_probe_live.c   know nothing about loops
 *
 * One turn is one system call: the entries prepared since the last turn are submitted by the io_uring_enter that
 * waits. A slot has at most one inbound request and one outbound request in the kernel, so user_data need not name an
 * operation record:
 *
 *   63        32 31    24 23     22 21       0
 *   +-----------+--------+---------+---------+
 *   |generation |  kind  |    0    |  index  |     of the slot; the bell and cancels have index and generation 0
 *   +-----------+--------+---------+---------+
 *
 * slot.in_flight counts requests that will still post a completion (a multishot once, until it comes without F_MORE).
 * The slot lives as long, so a stale generation means a request that was given up in a forced close.
 */
#ifndef SL_URING_ENGINE_H
#define SL_URING_ENGINE_H

#include "engine.h"
#include "uring_ring.h"

typedef enum ue_kind {
    UE_NONE = 0,
    UE_ACCEPT,
    UE_RECV,
    UE_WATCH,
    UE_CONNECT,
    UE_SEND,      /* armed: waits in the kernel for room, one completion           */
    UE_INLINE,    /* completion only when it was not accepted whole                */
    UE_SEND_ZC,   /* result with F_MORE, then the notification                     */
    UE_SEND_POLL, /* a SENDFILE waits until the socket is writable                 */
    UE_RECVMSG,
    UE_DATAGRAM,  /* completion only when it was not taken                         */
    UE_CANCEL,    /* completion only when there was nothing to cancel, or seemed so */
    UE_BELL
} ue_kind;

/* slot.ready */
#define UE_IN_ARMED    0x01u /* the inbound request (or the connect) is in the kernel                             */
#define UE_OUT_INLINE  0x02u /* the outbound one is an inline send: slot.ready_next is its place in the ring      */
#define UE_OUT_ARMED   0x04u /* it is any other: cancellable                                                      */
#define UE_OUT_CANCEL  0x08u /* cancelled: do not go on with the rest                                             */
#define UE_NO_INLINE   0x10u /* the next send must be an armed one: the last inline one found the socket full     */
#define UE_NO_ZC       0x20u /* the socket cannot send without a copy                                             */
#define UE_DRAINED     0x40u /* the last receive emptied the socket: a one-shot receive polls first               */
#define UE_HELD        0x80u /* a datagram of no bytes waits for a buffer: engine_uring_dgram.c                   */
#define UE_POLL_VAIN   0x100u /* the poll for room answered with an error that nobody reads: wait a little instead  */
/* slot.engine_aux: kind of the outbound request. slot.engine_word[0]: result of a zero-copy send; errno of a datagram.
   slot.engine_word[1]: errno that a multishot WATCH ends with when the kernel's poll has ended. */

/* An inline send on its way through the ring; see ue_inline_settle. */
typedef struct ue_inline {
    uint64_t bytes; /* UE_OF_DATAGRAM: no bytes, but a datagram */
    uint32_t slot;
    uint32_t place; /* in the submission ring */
} ue_inline;

#define UE_OF_DATAGRAM UINT64_MAX

/* A pool as the kernel sees it. */
typedef struct ue_pool {
    uring_bufs bufs;
    uint32_t   level;  /* buffers the kernel has        */
    uint32_t   window; /* and how many it should have   */
    uint32_t   spare;  /* 1: keep one back for datagram sockets: engine_uring_dgram.c */
} ue_pool;

typedef struct ue_state {
    uring       ring;
    uint32_t    features;   /* SLUICE_FEAT_* in use */
    uint32_t    in_flight;  /* requests that will post a completion, the bell included */
    bool        enabled;    /* the owner's first turn was */
    bool        bell_armed;
    bool        closing;    /* completions are only counted */
    bool        inline_urgent; /* the success of an inline send under way will lead to something: do not wait */
    bool        overflowing; /* the flag of the kernel's ring was seen and counted */
    uint32_t    pool_mask;  /* registered pools */

    ue_inline  *inlines; /* ring, FIFO */
    uint32_t    inline_head, inline_tail, inline_mask;

    uint8_t    *arena; /* msghdrs, iovecs and addresses of entries not yet submitted */
    uint32_t    arena_used;

    struct ur_sqe *spill; /* entries that found the ring full although it had been submitted */
    uint32_t    spill_count, spill_cap;
    struct ur_sqe lost; /* written to when not even the spill can grow; the loop is broken then */

    ue_pool     pools[SL_MAX_POOLS];

    struct ue_message *messages; /* one for each slot; NULL until the first one-shot RECVMSG. engine_uring_dgram.c */
} ue_state;

#define UE_ARENA_BYTES (256u * 1024u)

static inline ue_state *ue_of(sl_loop *l) { return l->engine_state; }
static inline uint64_t ue_data(const sl_loop *l, const sl_slot *s, ue_kind kind) {
    return (uint64_t)s->generation << 32 | (uint64_t)kind << 24 | sl_index(l, s);
}
/* A request of a slot went out, or its last completion came in. */
static inline void ue_begin(ue_state *st, sl_slot *s) { s->in_flight++; st->in_flight++; }
static inline void ue_finish(ue_state *st, sl_slot *s) { s->in_flight--; st->in_flight--; }

/* engine_uring_submit.c */
struct ur_sqe *ue_sqe(sl_loop *l);                   /* a cleared entry, never NULL */
/* With memory that lives until the entry is submitted, 16-byte aligned. NULL: no room for that. */
struct ur_sqe *ue_sqe_arena(sl_loop *l, uint32_t bytes, void **memory);
bool   ue_submit(sl_loop *l, bool wait, const struct ur_timespec *ts, int *rc); /* false: the loop is broken */
bool   ue_pending(ue_state *st);                     /* entries to be submitted? */
static inline uint32_t ue_place(const ue_state *st) { /* of the next entry */
    return st->ring.sq_tail + st->spill_count;
}

/* engine_uring_cancel.c */
void   ue_cancel(sl_loop *l, const sl_slot *s, ue_kind victim);
void   ue_cancel_failed(sl_loop *l, sl_slot *s, int32_t res); /* its completion */

/* engine_uring_cqe.c */
bool   ue_collect(sl_loop *l);                       /* true: the kernel's ring is empty, false: no room to report */

/* engine_uring_dgram.c */
void   ue_msg_start(sl_loop *l, sl_slot *s);
void   ue_msg_done(sl_loop *l, sl_slot *s, int32_t res, uint32_t flags);
void   ue_messages_close(sl_loop *l, ue_state *st);

/* engine_uring_dgram_send.c */
void   ue_datagrams_start(sl_loop *l, sl_slot *s);
void   ue_datagram_done(sl_slot *s, int32_t res);
void   ue_datagram_settle(sl_loop *l, sl_slot *s);   /* like the rest of ue_inline_settle */

/* engine_uring_inbound.c */
ue_kind ue_in_kind(const sl_slot *s);                /* of the inbound request, or of the connect */
bool   ue_in_ends(const sl_slot *s);                 /* it was asked to end            */
void   ue_arm(sl_loop *l, sl_slot *s);               /* the inbound request goes out  */
void   ue_disarm(sl_loop *l, sl_slot *s);            /* its last completion came in   */
/* The kernel's request is over and the caller's is not: arm it again, unless it was to end anyway (C8). */
void   ue_go_on(sl_loop *l, sl_slot *s);
void   ue_no_buffer(sl_loop *l, sl_slot *s);         /* ENOBUFS */
void   ue_in_start(sl_loop *l, sl_slot *s);
void   ue_in_cancel(sl_loop *l, sl_slot *s);
void   ue_connect_start(sl_loop *l, sl_slot *s, const struct sockaddr_storage *ss, uint32_t len);
void   ue_connect_cancel(sl_loop *l, sl_slot *s);
void   ue_accept_done(sl_loop *l, sl_slot *s, int32_t res, uint32_t flags);
void   ue_recv_done(sl_loop *l, sl_slot *s, int32_t res, uint32_t flags);
void   ue_watch_done(sl_loop *l, sl_slot *s, int32_t res, uint32_t flags);
void   ue_connect_done(sl_loop *l, sl_slot *s, int32_t res);

/* engine_uring_send.c */
void   ue_send_start(sl_loop *l, sl_slot *s);
void   ue_out_begin(sl_loop *l, sl_slot *s, ue_kind kind);
void   ue_out_finish(sl_loop *l, sl_slot *s);
void   ue_wait_writable(sl_loop *l, sl_slot *s);
void   ue_send_cancel(sl_loop *l, sl_slot *s);
void   ue_send_done(sl_loop *l, sl_slot *s, ue_kind kind, int32_t res, uint32_t flags);
void   ue_inline_settle(sl_loop *l); /* only after ue_collect returned true */

/* engine_uring_pool.c */
int    ue_pool_added(sl_loop *l, uint16_t group);
void   ue_pools_close(ue_state *st);
void   ue_pools_fill(sl_loop *l);
void   ue_buffer_back(sl_loop *l, uint16_t group, uint16_t id);
void   ue_buffers_flush(sl_loop *l);
bool   ue_buffer_wanted(sl_loop *l, sl_slot *s); /* a receive found no buffer: true = there are some now, try again */
bool   ue_starved_retry(sl_loop *l);             /* true: parked receives remain although there are buffers */

#endif
