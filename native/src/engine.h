/*
 * engine.h: the seam between the common code and an engine.
 *
 * Downwards (ops table): the common code asks. None of these calls may call back into the caller's memory rings by
 * itself; they may report results upwards at once (epoll often does) or later from turn().
 *
 * Upwards (sl_*): the engine reports facts; the common code decides what they mean, posts completions, frees slots.
 * After sl_in_data, sl_in_end, sl_sent, sl_send_failed, sl_send_head_special, sl_connected, sl_close_advance the slot may
 * be gone: re-find it by handle, or compare the generation (the memory of a slot is never unmapped while the loop lives).
 *
 * Event tokens: an engine gives the kernel a handle or an operation record's index, never a descriptor, never a
 * pointer; a late event is recognised by its generation and dropped.
 */
#ifndef SL_ENGINE_H
#define SL_ENGINE_H

#include "loop.h"

typedef struct sl_engine {
    uint32_t    id; /* SLUICE_ENGINE_* */
    const char *name;
    bool        nonblocking_sockets; /* epoll: O_NONBLOCK. io_uring: blocking ones, because O_NONBLOCK would make the kernel
                                        answer EAGAIN instead of polling                                               */

    int  (*probe)(sluice_probe_info *out);
    int  (*bell_open)(sl_loop *l); /* before open; sets l->bell, what makes a wait end. 0 or -SLUICE_E*               */
    int  (*bell_ring)(sl_loop *l); /* any thread, async-signal-safe; no ring may be lost while a wait is under way    */
    int  (*open)(sl_loop *l);   /* kernel objects; sets l->engine_state, l->hdr->features. 0 or -SLUICE_E*            */
    /* All kernel objects gone. force: slots may still have operations in flight: cancel and wait for them first (bounded);
       returns false when the kernel may still write to pools: then the caller leaks the memory. */
    bool (*close)(sl_loop *l, bool force);
    int  (*pool_added)(sl_loop *l, uint16_t group); /* 0 or -SLUICE_E* */
    void (*buffer_back)(sl_loop *l, uint16_t group, uint16_t id); /* caller returned a buffer                           */
    void (*buffers_flush)(sl_loop *l);  /* after a batch of buffer_back: publish, re-arm starved slots                  */

    int  (*attach)(sl_loop *l, sl_slot *s); /* s->fd is new here. 0 or -SLUICE_E*                                      */
    void (*detach)(sl_loop *l, sl_slot *s); /* nothing in flight; before close(2) or giving the descriptor away         */

    void (*in_start)(sl_loop *l, sl_slot *s);  /* s->in_op was just set (or re-armed after starving or throttling)      */
    void (*in_cancel)(sl_loop *l, sl_slot *s); /* end it: sl_in_end(ECANCELED or the truth), now or later; once         */
    void (*connect_start)(sl_loop *l, sl_slot *s, const struct sockaddr_storage *ss, uint32_t len);
    void (*connect_cancel)(sl_loop *l, sl_slot *s); /* leads to sl_connected(), with -ECANCELED or the truth            */
    void (*send_start)(sl_loop *l, sl_slot *s);     /* queue not empty, SL_F_SEND_BUSY clear                            */
    void (*send_cancel)(sl_loop *l, sl_slot *s);    /* SL_F_SEND_BUSY set: leads to sl_sent or sl_send_failed, then
                                                       SL_F_SEND_BUSY is clear                                          */

    /* One round: submit, collect, report. Waits at most timeout_ns (< 0: no limit, 0: not at all) when nothing is ready
       to be reported. Does its own sl_wake_sleep/sl_wake_awake around a wait, and handles EINTR with the rest of the
       time (C12). Does not begin or continue a wait when sl_must_return() or l->woken. Stops collecting when
       sl_cq_room() is 0, losing nothing. 0 or -SLUICE_E* when the loop is broken. */
    int  (*turn)(sl_loop *l, int64_t timeout_ns);
} sl_engine;

/* What is built: see the list in CMakeLists.txt. SLUICE_TEST_KQUEUE: over a test double, on Linux. */
#if defined(__linux__)
#define SL_WITH_EPOLL 1
#define SL_WITH_URING 1
#endif
#if !defined(__linux__) || defined(SLUICE_TEST_KQUEUE)
#define SL_WITH_KQUEUE 1
#endif

extern const sl_engine sl_engine_epoll;
extern const sl_engine sl_engine_uring;
extern const sl_engine sl_engine_kqueue;

/* bell_eventfd.c */
int sl_bell_eventfd_open(sl_loop *l);
int sl_bell_eventfd_ring(sl_loop *l);

/* ---- inbound.c: reports about the one inbound operation of a slot ---- */

/* len bytes at offset of buffer id of pool s->in_group. Marks the buffer as the caller's. Without SL_F_IN_MULTI this is the
   terminal completion: in_op is 0 afterwards and a following sl_in_end only advances a close. So is sl_accepted. With
   in_op 0 the buffer goes straight back by engine->buffer_back, and the data is lost: do not receive ahead. */
void sl_in_data(sl_loop *l, sl_slot *s, uint16_t id, uint32_t offset, uint32_t len);
/* The operation is over. result 0 with eof, or -SLUICE_E*; os_errno for detail. May advance a close. */
void sl_in_end(sl_loop *l, sl_slot *s, int32_t result, bool eof, int os_errno);
/* The peer has ended its direction, seen by a WATCH: ends one without SL_F_IN_MULTI, is told once by one with it. */
void sl_in_eof_seen(sl_loop *l, sl_slot *s);
/* A new connection on listener s. Closes it when s no longer wants it (C10) or no slot is free. */
void sl_accepted(sl_loop *l, sl_slot *s, int fd);
/* accept said EMFILE, ENFILE, ENOBUFS or ENOMEM: throttle; in_start is called again later. */
void sl_accept_throttled(sl_loop *l, sl_slot *s, int os_errno);

/* ---- sendq.c ---- */

struct iovec;
/* Fills at most max entries from the head of the queue with consecutive memory pieces; 0 when the head is a SENDFILE or
   a SHUTDOWN. *bytes: their sum; *more: MSG_MORE wanted for the last. *lazy: every piece whose end is included is LAZY. */
uint32_t sl_send_gather(sl_loop *l, sl_slot *s, struct iovec *iov, uint32_t max, uint64_t *bytes, bool *more, bool *lazy);
/* The kernel accepted n more bytes: completes pieces. Afterwards the queue may be empty (then a DRAINING close advances). */
void sl_sent(sl_loop *l, sl_slot *s, uint64_t n);
/* The head failed: it completes with the error and its accepted count, the rest with ECANCELED. */
void sl_send_failed(sl_loop *l, sl_slot *s, int os_errno);
/* The head is a SENDFILE or SHUTDOWN: performs it with plain system calls without blocking. Returns 1 = done (look at the
   new head), 0 = would block (wait until writable and call again), -1 = nothing to do now: failed and reported, or it goes
   on with the next turn because others are to have theirs. */
int  sl_send_head_special(sl_loop *l, sl_slot *s);

/* ---- connect.c ---- */

/* The connect of s ended: os_errno 0 = connected, ECANCELED = cancelled. */
void sl_connected(sl_loop *l, sl_slot *s, int os_errno);

#endif
