/*
 * loop.h: what the files of one loop share. Not public.
 *
 * Division of work
 *   loop.c      enter: returns -> submissions -> sends -> engine turn; owner check
 *   submit.c    decode and validate one submission (C7), dispatch
 *   complete.c  posting completions, and the overflow queue when the completion ring is full
 *   slot.c      slots, generations, free list (first in, first out)
 *   sendq.c     queued send pieces of a slot, order and gathering (C4)
 *   inbound.c   the one ACCEPT, RECV or WATCH of a slot (C5, C6, C10), throttling
 *   connect.c   CONNECT, CANCEL
 *   socket.c    LISTEN, ADOPT
 *   dgram*.c    datagram sockets: see dgram.h
 *   sendfile.c  SENDFILE and SHUTDOWN, for every engine
 *   close.c     the close state machine (C2, C3)
 *   pool.c      receive pools, return ring, ownership bits (C9)
 *   wake.c      wake word and bell (C11)
 *   file.c      files of SENDFILE
 *   open.c      sluice_open, sluice_destroy
 *   addr.c opt.c err.c query.c probe.c
 *   os.h        what operating systems do differently: os_linux.c, os_bsd.c, sendfile_copy.c
 *   engine.h    the ops table an engine fills in; engine_uring*.c; engine_epoll.c and engine_kqueue*.c on top of readiness*.c
 *
 * The common files own every rule that Java can see. An engine only moves bytes and reports through the sl_* calls
 * listed in engine.h.
 */
#ifndef SL_LOOP_H
#define SL_LOOP_H

#include <stdbool.h>
#include <stdint.h>

#include "sluice.h"

#define SL_NONE 0xffffffffu /* no index */
#define SL_MAX_POOLS 16u

typedef struct sluice_loop sl_loop;
struct sl_engine;

/* ------------------------------------------------------------------------------------------------ slots */

typedef enum sl_kind {
    SL_KIND_FREE = 0,
    SL_KIND_LISTENER,
    SL_KIND_STREAM,
    SL_KIND_DATAGRAM,
    SL_KIND_CONNECTING /* a CONNECT in flight: the caller does not know the handle yet */
} sl_kind;

/*
 * Close state machine (close.c):
 *
 *   LIVE --CLOSE|DRAIN--> DRAINING --queue empty--> ENDING --nothing in flight--> (closed, slot freed)
 *     |                      | CLOSE|ABORT or a send error   ^
 *     +---------CLOSE--------+-------------------------------+
 *
 * ENDING: everything was cancelled; completions still come in. Only sl_close_advance() leaves it.
 */
typedef enum sl_life { SL_LIVE = 0, SL_DRAINING, SL_ENDING } sl_life;

/* slot.flags */
#define SL_F_ABORT      0x0001u /* close with RST: asked for, or bytes of a SEND were lost                     */
#define SL_F_FIN_SENT   0x0002u /* SHUTDOWN done or queued: later SENDs get EPIPE                              */
#define SL_F_SEND_ERR   0x0004u /* a SEND failed: later SENDs get ECANCELED until the handle is closed        */
#define SL_F_IN_MULTI   0x0008u /* the inbound operation is MULTISHOT                                          */
#define SL_F_IN_CANCEL  0x0010u /* its cancellation was asked for                                              */
#define SL_F_STARVED    0x0020u /* on the starved list                                                        */
#define SL_F_DIRTY      0x0040u /* on the dirty list: send queue to be flushed at the end of the batch         */
#define SL_F_UNIX       0x0080u /* AF_UNIX                                                                     */
#define SL_F_THROTTLED  0x0100u /* listener waiting for descriptors                                           */
#define SL_F_SEND_BUSY  0x0200u /* the engine has a send of this slot in flight                               */
#define SL_F_CON_CANCEL 0x0400u /* cancellation of the CONNECT was asked for                                   */
#define SL_F_INET6      0x0800u /* datagram socket: AF_INET6                                                   */
#define SL_F_CONNECTED  0x1000u /* datagram socket: it has a peer                                              */
#define SL_F_RECVERR    0x2000u /* datagram socket: IP_RECVERR is on                                           */
#define SL_F_ERRORS_LEFT 0x4000u /* datagram socket: its error queue was not read to the end                   */
#define SL_F_SCTP       0x0080u /* datagram socket (never AF_UNIX, so the bit is free): of the kernel's SCTP      */
#define SL_F_EOF_TOLD   0x8000u /* the MULTISHOT WATCH has told the end of the peer's direction               */

/* Two cache lines. The first is what every message touches. */
typedef struct sl_slot {
    uint32_t generation;
    int32_t  fd;
    uint8_t  kind;      /* sl_kind                                                                             */
    uint8_t  life;      /* sl_life                                                                             */
    uint8_t  in_op;     /* SLUICE_OP_ACCEPT, RECV, RECVMSG, WATCH, or 0                                        */
    uint8_t  close_op;  /* SLUICE_OP_CLOSE, DETACH, or 0                                                       */
    uint16_t flags;     /* SL_F_*                                                                              */
    uint16_t in_group;  /* pool of the RECV                                                                    */
    uint64_t in_token;
    uint32_t send_head; /* op index, SL_NONE when empty                                                        */
    uint32_t send_tail;
    uint32_t in_flight; /* engine operations the kernel has not answered; the slot lives until it is 0         */
    uint32_t ready;     /* engine's own readiness or arming bits                                               */
    uint32_t next;      /* link of: free list, dirty list                                                      */
    uint32_t starved_next;
    uint32_t ready_next; /* link of the engine's ready list                                                    */
    uint32_t engine_aux; /* engine's own                                                                       */
    /* second line: seldom touched */
    uint64_t other_token; /* CONNECT's token while connecting; then CLOSE's                                    */
    uint32_t accept_opts; /* index + 1 into loop->accept_opts, 0 = none                                        */
    uint32_t connect_prev, connect_next; /* list of connecting slots, for CANCEL by token                      */
    uint64_t engine_word[4]; /* engine's own                                                                   */
    uint32_t starved_prev;   /* starved list of a pool (RECV) or the throttled listeners (ACCEPT)              */
    uint8_t  pad[8];
} __attribute__((aligned(64))) sl_slot;

SLUICE_STATIC_ASSERT(sizeof(sl_slot) == 128, "a slot is two cache lines");

/* One queued piece of sending: a SEND, one iovec of a SENDMSG (only the last one answers), a SENDFILE, a SHUTDOWN. */
typedef struct sl_op {
    uint64_t token;
    uint64_t addr;   /* memory, or file position                                                               */
    uint32_t len;    /* bytes of this piece                                                                    */
    uint32_t done;   /* bytes accepted so far                                                                  */
    uint32_t total;  /* bytes of the whole submission (SENDMSG: all pieces), reported by the answering piece   */
    uint32_t next;
    int32_t  file;   /* SENDFILE: index into loop->files                                                       */
    uint8_t  op;     /* SLUICE_OP_*                                                                            */
    uint8_t  flags;  /* SLUICE_SQE_* of the submission                                                         */
    uint8_t  msg;    /* SLUICE_MSG_*                                                                           */
    uint8_t  answers; /* 1: posts the completion; 0: an earlier iovec of a SENDMSG                             */
    uint64_t slot_handle;
} sl_op;

/* ------------------------------------------------------------------------------------------------ pools */

typedef struct sl_pool {
    uint8_t  *base;
    uint32_t buf_bytes, count; /* count == 0: not registered */
    uint64_t *out_bits;        /* bit set: the caller owns the buffer (double returns are caught with it) */
    uint16_t *free_ids;        /* LIFO of free ids (epoll); the io_uring engine keeps its reserve here too */
    uint32_t free_count;
    uint32_t starved_head, starved_tail; /* slots waiting for a buffer, first in, first out */
    void     *engine;          /* io_uring: the provided-buffer ring */
} sl_pool;

typedef struct sl_opt_list { uint32_t count, next_free; sluice_optval v[SLUICE_MAX_OPTVALS]; } sl_opt_list;

/* A file opened for SENDFILE. It is closed when the caller closed it and no queued SENDFILE refers to it any more. */
typedef struct sl_file {
    int      fd;         /* -1: entry is free                                                              */
    uint32_t refs;       /* queued SENDFILEs                                                               */
    uint16_t generation; /* 0..32767, part of the id the caller sees, so that an old id is recognised      */
    bool     closed;     /* the caller closed it                                                           */
} sl_file;

/* ------------------------------------------------------------------------------------------------ loop */

struct sluice_loop {
    /* shared region */
    uint8_t       *shared;
    uint64_t       shared_bytes;
    sluice_header *hdr;
    sluice_sqe    *sq;
    sluice_cqe    *cq;
    uint32_t      *rq;
    uint64_t      *ctr;
    uint32_t       sq_mask, cq_mask, rq_mask;
    uint32_t       scratch_offset, scratch_bytes; /* own copies: the header's are the caller's to overwrite */

    const struct sl_engine *engine;
    void          *engine_state;
    sluice_config  cfg;

    /* slots: reserved address space, committed page by page as it is touched */
    sl_slot       *slots;
    uint32_t       slots_used; /* high-water mark */
    uint32_t       free_head, free_tail, live;

    /* send pieces */
    sl_op         *ops;
    uint32_t       ops_used, ops_free, ops_live;
    sluice_meta   *metas; /* one for each piece: of the first piece of a datagram */

    uint32_t       dirty_head, dirty_tail; /* slots whose send queue is to be flushed */
    uint32_t       connect_head;
    uint32_t       throttled;              /* listeners in the throttled state */
    uint32_t       throttle_head;          /* their list, linked by starved_prev and starved_next */
    int64_t        throttle_until_ns;      /* CLOCK_MONOTONIC of the next try, 0 = none */
    bool           closed_one;             /* a descriptor was closed since the last throttle check */
    uint32_t       urgent;                 /* completion ring position behind the newest one that is not lazy */
    bool           woken;                  /* a wake was consumed in this enter: return */
    bool           ending;                 /* destroy runs: nobody reads completions any more */

    sl_pool        pools[SL_MAX_POOLS];
    uint32_t       starved; /* slots on starved lists */

    sluice_cqe    *overflow; /* ring of completions waiting for room */
    uint32_t       overflow_head, overflow_count, overflow_cap;

    sl_opt_list   *accept_opts; /* growable; seldom used */
    uint32_t       accept_opts_cap, accept_opts_free;

    sl_file       *files; /* growable; seldom used */
    uint32_t       files_cap;

    int            bell;  /* what rings the bell, closed last */
    int            bell_read; /* its other end when it is a pipe, else -1 */
    uintptr_t      owner; /* pthread_self of the owner, 0 before the first enter */
    int            broken; /* negative code once the loop cannot go on */
};

static inline sl_slot *sl_slot_at(sl_loop *l, uint32_t index) { return &l->slots[index]; }
static inline uint32_t sl_index(const sl_loop *l, const sl_slot *s) { return (uint32_t)(s - l->slots); }
static inline uint64_t sl_handle(const sl_loop *l, const sl_slot *s) {
    return (uint64_t)s->generation << 32 | sl_index(l, s);
}
static inline sl_op *sl_op_at(sl_loop *l, uint32_t index) { return &l->ops[index]; }

/* slot.c */
sl_slot *sl_slot_new(sl_loop *l, sl_kind kind, int fd); /* NULL: max_handles reached */
void     sl_slot_free(sl_loop *l, sl_slot *s);           /* bumps the generation */
static inline sl_slot *sl_slot_find(sl_loop *l, uint64_t handle) { /* NULL: stale. Finds CONNECTING ones, too */
    uint32_t index = (uint32_t)handle;
    if (index >= l->slots_used) return NULL;
    sl_slot *s = &l->slots[index];
    return s->generation == (uint32_t)(handle >> 32) && s->kind != SL_KIND_FREE ? s : NULL;
}
static inline bool sl_slot_available(const sl_loop *l) { return l->live < l->cfg.max_handles; }

/* complete.c */
static inline uint32_t sl_cq_unread(const sl_loop *l) { return l->hdr->cq_tail - l->hdr->cq_head; }
static inline uint32_t sl_cq_room(const sl_loop *l) {    /* 0 while the overflow queue is in use */
    uint32_t unread = sl_cq_unread(l);
    return l->overflow_count || unread > l->cq_mask ? 0 : l->cq_mask + 1 - unread;
}
/* Must a wait be skipped or ended? The one place that knows; engines ask it before they wait and after they reported.
   Lazy completions alone do not count, unless half the ring is full of them or a parked RECV may hang on one (the
   caller gives a buffer back when it learns that the buffer was sent). */
static inline bool sl_must_return(const sl_loop *l) {
    uint32_t head = l->hdr->cq_head, unread = l->hdr->cq_tail - head;
    return unread && ((int32_t)(l->urgent - head) > 0 || l->overflow_count || unread > l->cq_mask >> 1 || l->starved);
}
void     sl_post(sl_loop *l, const sluice_cqe *c, bool lazy);
void     sl_complete(sl_loop *l, uint8_t op, uint64_t token, uint64_t handle, int32_t result, uint16_t flags,
                     uint32_t detail);
void     sl_overflow_drain(sl_loop *l);

/* submit.c: consumes what there is room for */
void     sl_submissions_consume(sl_loop *l);
void     sl_invalid(sl_loop *l, const sluice_sqe *e);    /* completes with EINVAL */

/* sendq.c */
void     sl_send_submit(sl_loop *l, sl_slot *s, const sluice_sqe *e);
void     sl_sends_flush(sl_loop *l);                     /* dirty slots: engine->send_start */
void     sl_send_next_turn(sl_loop *l, sl_slot *s);      /* flushed again with the next enter, which comes at once */
uint32_t sl_iovecs_copy(const sl_loop *l, const sluice_sqe *e, sluice_iovec *v, uint64_t *bytes); /* count, 0: malformed */
sl_op   *sl_piece_new(sl_loop *l, sl_slot *s, const sluice_sqe *e, uint64_t addr, uint32_t len); /* NULL: max_ops */
void     sl_piece_answer(sl_loop *l, const sl_op *o, int32_t result, uint32_t os_errno);
void     sl_piece_pop(sl_loop *l, sl_slot *s);           /* the head */
void     sl_mark_dirty(sl_loop *l, sl_slot *s);
void     sl_sendq_drop(sl_loop *l, sl_slot *s, int32_t first_result, uint32_t first_errno); /* the others: ECANCELED */

/* socket.c */
void     sl_socket_close(sl_loop *l, int fd);
void     sl_socket_enter(sl_loop *l, const sluice_sqe *e, sl_kind kind, int family, int fd, bool owned);

/* inbound.c connect.c close.c socket.c */
void     sl_in_submit(sl_loop *l, sl_slot *s, const sluice_sqe *e);
void     sl_listen_submit(sl_loop *l, const sluice_sqe *e);
void     sl_adopt_submit(sl_loop *l, const sluice_sqe *e);
void     sl_connect_submit(sl_loop *l, const sluice_sqe *e);
void     sl_cancel_submit(sl_loop *l, const sluice_sqe *e);
void     sl_close_submit(sl_loop *l, sl_slot *s, const sluice_sqe *e);
void     sl_detach_submit(sl_loop *l, sl_slot *s, const sluice_sqe *e);
void     sl_close_advance(sl_loop *l, sl_slot *s);       /* call after any in-flight operation of s ended */
void     sl_in_cancel(sl_loop *l, sl_slot *s);           /* asks the engine, once; s may be gone afterwards */
void     sl_throttle_check(sl_loop *l);                  /* only when l->throttled */

/* pool.c */
int      sl_pool_init(sl_loop *l, uint16_t group, void *base, uint32_t buf_bytes, uint32_t count);
void     sl_pools_free(sl_loop *l);
void     sl_returns_consume(sl_loop *l);
void     sl_pool_mark_out(sl_loop *l, sl_pool *p, uint32_t id);
void     sl_starve(sl_loop *l, sl_slot *s);              /* C9 */
void     sl_unstarve(sl_loop *l, sl_slot *s);            /* remove, e.g. on cancel */
sl_slot *sl_starved_pop(sl_loop *l, sl_pool *p);         /* the one that waits longest, or NULL: for buffers_flush */

/* wake.c */
int      sl_wake_open(sl_loop *l);
void     sl_wake_close(sl_loop *l);
bool     sl_wake_sleep(sl_loop *l);                      /* RUNNING -> SLEEPING; false: notified, do not block */
void     sl_wake_awake(sl_loop *l);                      /* back to RUNNING; a consumed wake sets l->woken */

/* file.c */
int      sl_file_open(sl_loop *l, const void *path, uint32_t len); /* id >= 0, or -SLUICE_E* */
int      sl_file_close(sl_loop *l, int32_t id);
int32_t  sl_file_ref(sl_loop *l, int32_t id);            /* index, or -1: no such file */
void     sl_file_unref(sl_loop *l, int32_t index);
void     sl_files_free(sl_loop *l);

/* addr.c opt.c err.c */
struct sockaddr_storage;
/* A copied list of options, checked for form. 0, or -SLUICE_EINVAL. */
int      sl_opts_copy(const sl_loop *l, const sluice_sqe *e, sl_opt_list *out);
/* 0 or the first -SLUICE_E*. family is the socket's; AF_UNSPEC: ask the kernel, one more system call per option. */
int      sl_opts_set(sl_loop *l, int fd, int family, const sl_opt_list *list);
int      sl_opt_set(sl_loop *l, int fd, int family, uint32_t option, int64_t value);
int      sl_addr_to_os(const sluice_addr *a, struct sockaddr_storage *ss, uint32_t *len);
int      sl_addr_from_os(const struct sockaddr_storage *ss, uint32_t len, sluice_addr *a);
int      sl_opt_get(sl_loop *l, int fd, uint32_t option, int64_t *value);
int      sl_err(int os_errno);                           /* errno -> positive SLUICE_E* */
/* accept(2), ERRORS: of one connection that was gone before it could be accepted; the next one may be fine. */
bool     sl_accept_passing(int os_errno);
/* Out of descriptors or memory: sl_accept_throttled. */
bool     sl_accept_exhausted(int os_errno);
int64_t  sl_now_ns(void);

/* true: the caller is the owner. Reads are relaxed: a foreign thread compares unequal whatever it sees. */
bool     sl_owned(sl_loop *l);
bool     sl_foreign(sl_loop *l);                         /* another thread owns the loop; false before the first enter */

/* Structures in the scratch area: NULL when misaligned or outside (C7). */
const void *sl_scratch(const sl_loop *l, uint64_t offset, uint64_t bytes);

/* open.c: what sluice_open and sluice_probe share. */
const struct sl_engine *sl_engine_by_id(uint32_t id);    /* NULL: unknown */

/* The engines count their system calls here. */
static inline void sl_syscall(sl_loop *l) { l->ctr[SLUICE_CTR_SYSCALLS]++; }

#endif
