/*
 * engine_kqueue.c: the kqueue engine: readiness.h on macOS and the BSDs.
 *
 * EVFILT_READ is registered once per socket, with EV_CLEAR: an event tells of new bytes, connections, or the end. EVFILT_WRITE is
 * registered only for a send that is blocked or a connect under way, with EV_ONESHOT: with EV_CLEAR the kernel would report room again
 * for every acknowledgement that comes in, wanted or not, which would cost a wake-up per message. Either kind of registration is a
 * change that travels with the next wait (kqueue_changes.c), so it costs no system call of its own.
 *
 * What an event means depends on its filter:
 *
 *   READ   listener      connections wait: accept until it would block (data is their number: a hint)
 *   READ   socket        data bytes are there. EV_EOF: the peer has ended its direction, or the connection failed with errno
 *                        fflags; what is unread comes first (data tells how much), and there will be no further event
 *   READ   datagrams     one or more are there, or an error: EV_EOF only when the socket was shut down
 *   WRITE                room for a blocked send, or the outcome of a connect. EV_EOF: no more can be sent; errno in fflags, or 0
 *                        after our own SHUTDOWN, which says nothing about the peer
 *   EV_ERROR             the change was refused with errno data (0: it was not, the kernel only confirms it)
 *
 * An errno that came with an event is kept in slot.engine_aux: the socket may not tell it a second time.
 *
 * Events carry the handle in udata, never the descriptor or a pointer. A late one has an old generation and is dropped.
 *
 * Not relied upon, because kernels and emulations differ: EV_RECEIPT, the numbers in data (they save a read, see drained() in
 * readiness_in.c), that close(2) takes registrations along.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "dgram.h"
#include "kqueue.h"

#define NS_PER_S  1000000000ll
#define MAX_WAIT_S 86400 /* some systems refuse longer ones; the turn goes on with the rest */

const struct timespec sl_kq_at_once = {0, 0};

/* ------------------------------------------------------------------------------- registration */

static int add(sl_loop *l, sl_slot *s)
{
    sl_kq_change(l, s, EVFILT_READ, EV_ADD | EV_CLEAR);
    s->ready |= RD_REGISTERED;
    return 0;
}

/* At once: a LISTEN that succeeds accepts connections. */
static int add_listener(sl_loop *l, sl_slot *s)
{
    struct kevent e;

    EV_SET(&e, (uintptr_t)s->fd, EVFILT_READ, EV_ADD | EV_CLEAR, 0, 0, KQ_UDATA(sl_handle(l, s)));
    sl_syscall(l);
    if (kevent(sl_kq_of(l)->fd, &e, 1, NULL, 0, &sl_kq_at_once)) return -sl_err(errno);
    s->ready |= RD_REGISTERED;
    return 0;
}

static int attach(sl_loop *l, sl_slot *s)
{
    if (s->kind == SL_KIND_LISTENER) return add_listener(l, s);
    /* CONNECT registers when the attempt is under way. */
    return s->kind == SL_KIND_CONNECTING ? 0 : add(l, s);
}

static void detach(sl_loop *l, sl_slot *s)
{
    sl_ready_unlist(l, s);
    sl_kq_forget(l, s);
    s->ready = 0;
}

/* EV_ADD looks at once whether there is room already. When the send is not blocked any more the event may still come: it does no harm, and
   the next blocked send needs no second one. */
static void want_out(sl_loop *l, sl_slot *s, bool blocked)
{
    if (!blocked || (s->ready & RD_WANTS_OUT)) return;
    s->ready |= RD_WANTS_OUT;
    sl_kq_change(l, s, EVFILT_WRITE, EV_ADD | EV_ONESHOT);
}

/* ------------------------------------------------------------------------------- events */

/* The kernel will not watch this socket (no memory). That ends the operation that needed it, rather than let it wait for ever. */
static void change_refused(sl_loop *l, sl_slot *s, bool write, int err)
{
    s->ready &= write ? ~RD_WANTS_OUT : ~RD_REGISTERED;
    if (s->kind == SL_KIND_CONNECTING) {
        sl_connected(l, s, err);
    } else if (write) {
        if (!(s->flags & SL_F_SEND_BUSY)) return;
        s->flags &= (uint16_t)~SL_F_SEND_BUSY;
        if (s->kind == SL_KIND_DATAGRAM) sl_msgs_failed(l, s, err);
        else sl_send_failed(l, s, err);
    } else {
        s->engine_aux = (uint32_t)err;
        sl_ready_event(l, s, RD_IN | RD_ERR);
    }
}

static inline void one_event(sl_loop *l, const struct kevent *e)
{
    uint64_t handle = (uint64_t)(uintptr_t)e->udata;
    uint32_t bits;

    if (__builtin_expect(handle == KQ_BELL, 0)) {
        sl_kq_bell_heard(l);
        return;
    }
    sl_slot *s = sl_slot_find(l, handle);
    if (!s) return; /* late: the slot has a new generation */
    if (__builtin_expect(e->flags & EV_ERROR, 0)) {
        if (e->data) change_refused(l, s, e->filter == EVFILT_WRITE, (int)e->data);
        return;
    }
    if (e->filter == EVFILT_READ) {
        bits = RD_IN;
        if (s->kind != SL_KIND_DATAGRAM) { /* of datagrams a count of bytes says nothing */
            bits |= RD_COUNTED;
            s->engine_word[1] = (uint64_t)e->data;
        }
        if (e->flags & EV_EOF) bits |= RD_RDHUP; /* behind it a read must not stop at a short count */
    } else {
        bits = RD_OUT;
        s->ready &= ~RD_WANTS_OUT;
    }
    if (__builtin_expect((e->flags & EV_EOF) && e->fflags, 0)) {
        if (!s->engine_aux) s->engine_aux = (uint32_t)e->fflags;
        bits |= RD_IN | RD_ERR;
    }
    sl_ready_event(l, s, bits);
}

static void take_events(sl_loop *l, int n)
{
    const struct kevent *e = sl_kq_of(l)->events;

    for (int i = 0; i < n; i++) one_event(l, &e[i]);
}

/* ------------------------------------------------------------------------------- wait */

/* Changes take effect also when the wait is interrupted or times out (kevent(2)). */
static int wait_events(sl_loop *l, int64_t timeout_ns)
{
    sl_kqueue *kq = sl_kq_of(l);
    struct timespec t = {.tv_sec = 0, .tv_nsec = 0};

    if (timeout_ns > 0) {
        t.tv_sec = (time_t)(timeout_ns / NS_PER_S > MAX_WAIT_S ? MAX_WAIT_S : timeout_ns / NS_PER_S);
        t.tv_nsec = (long)(timeout_ns % NS_PER_S);
    }
    sl_syscall(l);
    int n = kevent(kq->fd, kq->changes, kq->count, kq->events, KQ_EVENTS, timeout_ns < 0 ? NULL : &t);
    kq->count = 0;
    kq->batch++;
    return n;
}

static int turn(sl_loop *l, int64_t timeout_ns) { return sl_ready_turn(l, timeout_ns, wait_events, take_events); }

/* ------------------------------------------------------------------------------- open, close, probe */

/* The bell was opened before: an EVFILT_USER event in the kqueue itself, or a pipe. */
static int engine_open(sl_loop *l)
{
    sl_kqueue *kq = calloc(1, sizeof *kq);
    bool own = l->bell_read >= 0;

    if (!kq) return -SLUICE_ENOMEM;
    sl_readiness_init(&kq->ready);
    kq->ready.add = add;
    kq->ready.want_out = want_out;
    kq->batch = 1; /* 0 in a slot: no change yet */
    kq->fd = own ? sl_kq_new() : l->bell;
    if (own && kq->fd >= 0) {
        struct kevent bell;
        EV_SET(&bell, (uintptr_t)l->bell_read, EVFILT_READ, EV_ADD | EV_CLEAR, 0, 0, KQ_UDATA(KQ_BELL));
        if (kevent(kq->fd, &bell, 1, NULL, 0, &sl_kq_at_once)) {
            int err = errno;
            close(kq->fd);
            free(kq);
            return -sl_err(err);
        }
    }
    if (kq->fd < 0) {
        int err = errno;
        free(kq);
        return -sl_err(err);
    }
    l->engine_state = kq;
    return 0;
}

static bool engine_close(sl_loop *l, bool force)
{
    sl_kqueue *kq = sl_kq_of(l);

    (void)force; /* a kqueue owns nothing that could still write */
    if (kq->fd != l->bell) close(kq->fd);
    free(kq);
    l->engine_state = NULL;
    return true;
}

static int probe(sluice_probe_info *out)
{
    int fd = sl_kq_new();
    struct kevent e;

    if (fd >= 0 && kevent(fd, NULL, 0, &e, 1, &sl_kq_at_once) == 0) {
        close(fd);
        out->usable = 1;
        return 0;
    }
    out->os_errno = errno;
    snprintf(out->reason, sizeof out->reason, "%s failed: %s; %s", fd < 0 ? "kqueue" : "kevent", strerror(out->os_errno),
             out->os_errno == EMFILE || out->os_errno == ENFILE ? "raise the limit of open files (ulimit -n)"
                                                                : "allow the system call in the process's sandbox");
    if (fd >= 0) close(fd);
    return 0;
}

const sl_engine sl_engine_kqueue = {
    .id = SLUICE_ENGINE_KQUEUE, .name = "kqueue", SL_READINESS_OPS,
    .probe = probe, .bell_open = sl_kq_bell_open, .bell_ring = sl_kq_bell_ring,
    .open = engine_open, .close = engine_close,
    .attach = attach, .detach = detach, .turn = turn,
};
