/*
 * engine_epoll.c: the epoll engine: readiness.h on Linux.
 *
 * System calls per 64-byte echo: recv, send, and one epoll_wait shared by all connections that were ready. The send is tried
 * first; EPOLLOUT matters only after EAGAIN.
 *
 * Unix and UDP sockets are registered without EPOLLOUT, unlike TCP: their kernel code signals writability each time the peer
 * reads, or a datagram has left, wanted or not, which would cost a wake-up per message. They get EPOLLOUT while a send
 * is blocked.
 *
 * Events carry the handle. A late one has an old generation and is dropped.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "readiness.h"

#define EP_EVENTS 512        /* taken from the kernel in one wait */
#define EP_BELL   UINT64_MAX /* data of the bell; no handle has that index */

#ifndef SYS_epoll_pwait2
#define SYS_epoll_pwait2 441 /* Linux 5.11, the same number on every architecture */
#endif

#define NS_PER_MS 1000000
#define NS_PER_S  1000000000ll

SLUICE_STATIC_ASSERT(RD_IN == EPOLLIN && RD_PRI == EPOLLPRI && RD_OUT == EPOLLOUT && RD_ERR == EPOLLERR && RD_HUP == EPOLLHUP &&
                     RD_RDHUP == EPOLLRDHUP, "events need no translation");

typedef struct sl_epoll {
    sl_readiness ready; /* first: see readiness.h */
    int      fd;
    bool     no_pwait2; /* epoll_pwait2 (Linux 5.11) is missing or filtered */
    struct epoll_event events[EP_EVENTS];
} sl_epoll;

static inline sl_epoll *epoll_of(const sl_loop *l) { return l->engine_state; }

/* ------------------------------------------------------------------------------- registration */

static int control(sl_loop *l, int op, sl_slot *s, uint32_t events)
{
    struct epoll_event ev = {.events = events | EPOLLET, .data.u64 = sl_handle(l, s)};

    sl_syscall(l);
    return epoll_ctl(epoll_of(l)->fd, op, s->fd, &ev) ? errno : 0;
}

static bool out_on_demand(const sl_slot *s) { return (s->flags & SL_F_UNIX) || s->kind == SL_KIND_DATAGRAM; }

static uint32_t stream_events(const sl_slot *s)
{
    return EPOLLIN | EPOLLRDHUP | EPOLLPRI | (out_on_demand(s) ? 0 : EPOLLOUT);
}

static int add(sl_loop *l, sl_slot *s)
{
    int err = control(l, EPOLL_CTL_ADD, s, s->kind == SL_KIND_LISTENER ? EPOLLIN : stream_events(s));

    if (!err) s->ready |= RD_REGISTERED;
    return err;
}

static int attach(sl_loop *l, sl_slot *s)
{
    /* An unconnected socket reports HUP at once: CONNECT registers when the attempt is under way. */
    if (s->kind == SL_KIND_CONNECTING) return 0;
    int err = add(l, s);
    return err ? -sl_err(err) : 0;
}

static void detach(sl_loop *l, sl_slot *s)
{
    sl_ready_unlist(l, s);
    /* Before close(2): a copy of the descriptor in another process would keep the registration alive (epoll(7)). */
    if (s->ready & RD_REGISTERED) control(l, EPOLL_CTL_DEL, s, 0);
    s->ready = 0;
}

/* TCP is registered for it already. The change for the others also tells of room that has come meanwhile. */
static void want_out(sl_loop *l, sl_slot *s, bool blocked)
{
    if (!out_on_demand(s) || ((s->ready & RD_WANTS_OUT) != 0) == blocked) return;
    s->ready ^= RD_WANTS_OUT;
    control(l, EPOLL_CTL_MOD, s, stream_events(s) | (blocked ? EPOLLOUT : 0));
}

/* ------------------------------------------------------------------------------- wait */

static int pwait2(int fd, struct epoll_event *ev, int64_t timeout_ns)
{
    /* The kernel's 64-bit timespec on every architecture. */
    struct { int64_t s, ns; } t = {timeout_ns / NS_PER_S, timeout_ns % NS_PER_S};

    return (int)syscall(SYS_epoll_pwait2, fd, ev, EP_EVENTS, &t, NULL, 0);
}

static int wait_events(sl_loop *l, int64_t timeout_ns)
{
    sl_epoll *ep = epoll_of(l);

    sl_syscall(l);
    if (timeout_ns <= 0) return epoll_wait(ep->fd, ep->events, EP_EVENTS, timeout_ns ? -1 : 0);
    if (!ep->no_pwait2) {
        int n = pwait2(ep->fd, ep->events, timeout_ns);
        if (n >= 0 || (errno != ENOSYS && errno != EPERM)) return n;
        ep->no_pwait2 = true;
        sl_syscall(l);
    }
    /* Rounded up: waking early would make the caller turn once for nothing. */
    int64_t ms = timeout_ns / NS_PER_MS + (timeout_ns % NS_PER_MS != 0);
    return epoll_wait(ep->fd, ep->events, EP_EVENTS, ms > INT32_MAX ? INT32_MAX : (int)ms);
}

static inline void one_event(sl_loop *l, uint64_t handle, uint32_t events)
{
    sl_slot *s = sl_slot_find(l, handle);

    if (!s) return; /* late: the slot has a new generation */
    /* Behind these a read must not stop at a short count. */
    if (events & (EPOLLRDHUP | EPOLLHUP | EPOLLERR | EPOLLPRI)) events |= EPOLLIN;
    sl_ready_event(l, s, events);
}

static void take_events(sl_loop *l, int n)
{
    const struct epoll_event *ev = epoll_of(l)->events;

    for (int i = 0; i < n; i++)
        if (__builtin_expect(ev[i].data.u64 != EP_BELL, 1)) one_event(l, ev[i].data.u64, ev[i].events);
}

static int turn(sl_loop *l, int64_t timeout_ns) { return sl_ready_turn(l, timeout_ns, wait_events, take_events); }

/* ------------------------------------------------------------------------------- open, close, probe */

static int engine_open(sl_loop *l)
{
    sl_epoll *ep = calloc(1, sizeof *ep);
    struct epoll_event bell = {.events = EPOLLIN | EPOLLET, .data.u64 = EP_BELL};

    if (!ep) return -SLUICE_ENOMEM;
    sl_readiness_init(&ep->ready);
    ep->ready.add = add;
    ep->ready.want_out = want_out;
    ep->fd = epoll_create1(EPOLL_CLOEXEC);
    if (ep->fd < 0 || epoll_ctl(ep->fd, EPOLL_CTL_ADD, l->bell, &bell)) {
        int err = errno;
        if (ep->fd >= 0) close(ep->fd);
        free(ep);
        return -sl_err(err);
    }
    l->engine_state = ep;
    return 0;
}

static bool engine_close(sl_loop *l, bool force)
{
    sl_epoll *ep = epoll_of(l);

    (void)force; /* an epoll set owns nothing that could still write */
    close(ep->fd);
    free(ep);
    l->engine_state = NULL;
    return true;
}

static int probe(sluice_probe_info *out)
{
    int fd = epoll_create1(EPOLL_CLOEXEC);

    if (fd >= 0) {
        close(fd);
        out->usable = 1;
        return 0;
    }
    out->os_errno = errno;
    snprintf(out->reason, sizeof out->reason, "epoll_create1 failed: %s; %s", strerror(errno),
             errno == EMFILE || errno == ENFILE ? "raise the limit of open files (ulimit -n)"
                                                : "allow the epoll system calls in the process's seccomp filter");
    return 0;
}

const sl_engine sl_engine_epoll = {
    .id = SLUICE_ENGINE_EPOLL, .name = "epoll", SL_READINESS_OPS,
    .probe = probe, .bell_open = sl_bell_eventfd_open, .bell_ring = sl_bell_eventfd_ring,
    .open = engine_open, .close = engine_close,
    .attach = attach, .detach = detach, .turn = turn,
};
