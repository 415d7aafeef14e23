/*
 * engine_epoll.c: the epoll engine.
 *
 * Every socket is registered once, edge-triggered. slot.ready collects what epoll said (its own EPOLL* bits): a bit says
 * "the next call may succeed" and is cleared only by a call that would have blocked, or by a short read (see below). So an
 * edge that comes while nobody reads is remembered, and no edge is needed twice.
 *
 *   event --> slot.ready --armed, buffers, room--> served at once, up to the read budget
 *                 |                                    | budget used up, or no room in the completion ring
 *                 |                                    v
 *                 +--operation armed later------> ready list (first in, first out) --> served in the next turn
 *
 * System calls per 64-byte echo: recv, send, and one epoll_wait shared by all connections that were ready.
 *   recv   one call: fewer bytes than asked for means drained (epoll(7)), except behind RDHUP, HUP, ERR (the end must be
 *          fetched, too) and PRI (TCP stops at the urgent mark).
 *   send   tried first; EPOLLOUT matters only after EAGAIN.
 *
 * Unix and UDP sockets are registered without EPOLLOUT, unlike TCP: their kernel code signals writability each time the peer
 * reads, or a datagram has left, wanted or not, which would cost a wake-up per message. They get EPOLLOUT while a send
 * is blocked.
 *
 * Events carry the handle. A late one has an old generation and is dropped.
 */
#include "dgram.h"
#include "epoll.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/uio.h>
#include <unistd.h>

/* ------------------------------------------------------------------------------- registration */

static int control(sl_loop *l, int op, sl_slot *s, uint32_t events)
{
    struct epoll_event ev = {.events = events | EPOLLET, .data.u64 = sl_handle(l, s)};

    sl_syscall(l);
    return epoll_ctl(sl_epoll_of(l)->fd, op, s->fd, &ev) ? errno : 0;
}

static bool out_on_demand(const sl_slot *s) { return (s->flags & SL_F_UNIX) || s->kind == SL_KIND_DATAGRAM; }

static uint32_t stream_events(const sl_slot *s)
{
    return EPOLLIN | EPOLLRDHUP | EPOLLPRI | (out_on_demand(s) ? 0 : EPOLLOUT);
}

static int attach(sl_loop *l, sl_slot *s)
{
    /* An unconnected socket reports HUP at once: CONNECT registers when the attempt is under way. */
    if (s->kind == SL_KIND_CONNECTING) return 0;
    int err = control(l, EPOLL_CTL_ADD, s, s->kind == SL_KIND_LISTENER ? EPOLLIN : stream_events(s));
    if (err) return -sl_err(err);
    s->ready |= EP_REGISTERED;
    return 0;
}

static void detach(sl_loop *l, sl_slot *s)
{
    sl_epoll_unlist(l, s);
    /* Before close(2): a copy of the descriptor in another process would keep the registration alive (epoll(7)). */
    if (s->ready & EP_REGISTERED) control(l, EPOLL_CTL_DEL, s, 0);
    s->ready = 0;
}

/* ------------------------------------------------------------------------------- sending */

static inline ssize_t send_gathered(sl_loop *l, sl_slot *s, struct iovec *iov, uint64_t *wanted)
{
    bool more, lazy;
    uint32_t n = sl_send_gather(l, s, iov, SLUICE_MAX_IOV, wanted, &more, &lazy);
    int flags = MSG_NOSIGNAL | (more ? MSG_MORE : 0);

    sl_syscall(l);
    if (n == 1) return send(s->fd, iov[0].iov_base, iov[0].iov_len, flags);
    struct msghdr m = {.msg_iov = iov, .msg_iovlen = n};
    return sendmsg(s->fd, &m, flags);
}

/* EPOLLOUT will come: for TCP by the registration, for others after it is asked for (which also tells of room that has
   come meanwhile). */
static void wait_writable(sl_loop *l, sl_slot *s)
{
    s->flags |= SL_F_SEND_BUSY;
    l->ctr[SLUICE_CTR_BLOCKED_SENDS]++;
    if (!out_on_demand(s) || (s->ready & EP_WANTS_OUT)) return;
    s->ready |= EP_WANTS_OUT;
    control(l, EPOLL_CTL_MOD, s, stream_events(s) | EPOLLOUT);
}

static void send_start(sl_loop *l, sl_slot *s)
{
    struct iovec iov[SLUICE_MAX_IOV];
    uint32_t generation = s->generation;
    bool first = true;

    if (__builtin_expect(s->kind == SL_KIND_DATAGRAM, 0)) {
        if (!sl_msgs_flush(l, s)) wait_writable(l, s);
        return;
    }
    while (s->generation == generation && s->send_head != SL_NONE) {
        uint8_t op = sl_op_at(l, s->send_head)->op;
        if (__builtin_expect(op != SLUICE_OP_SEND && op != SLUICE_OP_SENDMSG, 0)) {
            int rc = sl_send_head_special(l, s);
            if (rc < 0) return;
            if (rc == 0) {
                wait_writable(l, s);
                return;
            }
            first = false;
            continue;
        }
        uint64_t wanted;
        ssize_t n = send_gathered(l, s, iov, &wanted);
        if (__builtin_expect(n < 0, 0)) {
            int err = errno;
            if (err == EINTR) continue;
            if (err == EAGAIN) wait_writable(l, s);
            else sl_send_failed(l, s, err);
            return;
        }
        /* A short write is tried again rather than taken for "full": it may also be an unreadable page or a signal, and then
           no EPOLLOUT would ever come. */
        if (first && (uint64_t)n == wanted) l->ctr[SLUICE_CTR_INLINE_SENDS]++;
        first = false;
        sl_sent(l, s, (uint64_t)n);
    }
}

static void send_cancel(sl_loop *l, sl_slot *s)
{
    (void)l; /* nothing is in the kernel: the queue only waited for EPOLLOUT */
    s->flags &= (uint16_t)~SL_F_SEND_BUSY;
}

static void writable(sl_loop *l, sl_slot *s)
{
    uint32_t generation = s->generation;

    s->flags &= (uint16_t)~SL_F_SEND_BUSY;
    send_start(l, s);
    if (s->generation != generation || (s->flags & SL_F_SEND_BUSY) || !(s->ready & EP_WANTS_OUT)) return;
    s->ready &= ~EP_WANTS_OUT;
    control(l, EPOLL_CTL_MOD, s, stream_events(s));
}

/* ------------------------------------------------------------------------------- connecting */

static int socket_error(sl_loop *l, int fd)
{
    int err = 0;
    socklen_t len = sizeof err;

    sl_syscall(l);
    return getsockopt(fd, SOL_SOCKET, SO_ERROR, &err, &len) ? errno : err;
}

static void connect_start(sl_loop *l, sl_slot *s, const struct sockaddr_storage *ss, uint32_t len)
{
    sl_syscall(l);
    int err = connect(s->fd, (const struct sockaddr *)ss, len) ? errno : 0;
    /* EINTR: the attempt goes on by itself (connect(2)). EAGAIN, Unix only: the backlog is full, nothing goes on. */
    bool under_way = err == EINPROGRESS || err == EINTR;
    if (err && !under_way) {
        sl_connected(l, s, err);
        return;
    }
    int failed = control(l, EPOLL_CTL_ADD, s, stream_events(s));
    if (!failed) s->ready |= EP_REGISTERED;
    if (failed || !under_way) sl_connected(l, s, failed);
}

static void connect_cancel(sl_loop *l, sl_slot *s)
{
    sl_connected(l, s, ECANCELED);
}

/* ------------------------------------------------------------------------------- inbound */

/* Reported once by the kernel, then forgotten: kept for the operation that asks later. */
static int latched_error(sl_loop *l, sl_slot *s)
{
    if (!s->engine_aux && (s->ready & EPOLLERR)) s->engine_aux = (uint32_t)socket_error(l, s->fd);
    return (int)s->engine_aux;
}

static void watch(sl_loop *l, sl_slot *s)
{
    if (!(s->ready & (EPOLLRDHUP | EPOLLHUP | EPOLLERR))) return;
    int err = latched_error(l, s);
    if (err) {
        sl_in_end(l, s, -sl_err(err), false, err);
        return;
    }
    s->ready &= ~(uint32_t)EPOLLERR; /* a soft error that somebody else took */
    if (s->ready & (EPOLLRDHUP | EPOLLHUP)) sl_in_eof_seen(l, s);
}

void sl_epoll_serve(sl_loop *l, sl_slot *s)
{
    switch (s->in_op) {
    case SLUICE_OP_RECV: sl_epoll_receive(l, s); break;
    case SLUICE_OP_RECVMSG: sl_epoll_receive_messages(l, s); break;
    case SLUICE_OP_ACCEPT: sl_epoll_accept(l, s); break;
    case SLUICE_OP_WATCH: watch(l, s); break;
    default: break;
    }
}

/* Not served here: the batch of submissions comes first. */
static void in_start(sl_loop *l, sl_slot *s)
{
    if (s->ready & EP_INBOUND) sl_epoll_list(l, s);
}

static void in_cancel(sl_loop *l, sl_slot *s)
{
    sl_in_end(l, s, -SLUICE_ECANCELED, false, 0);
}

/* ------------------------------------------------------------------------------- pools */

static int pool_added(sl_loop *l, uint16_t group)
{
    (void)l;
    (void)group;
    return 0;
}

static void buffer_back(sl_loop *l, uint16_t group, uint16_t id)
{
    sl_pool *p = &l->pools[group];

    p->free_ids[p->free_count++] = id; /* last in, first out: still in the cache */
}

/* As many parked slots as there are buffers now. Each goes to the end of its list again if others were faster. */
bool sl_epoll_unpark(sl_loop *l)
{
    uint32_t before = l->starved;

    if (__builtin_expect(!before, 1)) return false;
    for (uint32_t g = 0; g < SL_MAX_POOLS; g++) {
        sl_pool *p = &l->pools[g];
        sl_slot *s;
        for (uint32_t n = p->count ? p->free_count : 0; n && (s = sl_starved_pop(l, p)); n--) sl_epoll_list(l, s);
    }
    return l->starved != before;
}

static void buffers_flush(sl_loop *l) { (void)sl_epoll_unpark(l); }

/* ------------------------------------------------------------------------------- events */

static inline void one_event(sl_loop *l, uint64_t handle, uint32_t events)
{
    sl_slot *s = sl_slot_find(l, handle);

    if (!s) return; /* late: the slot has a new generation */
    /* Behind these a read must not stop at a short count. */
    if (events & (EPOLLRDHUP | EPOLLHUP | EPOLLERR | EPOLLPRI)) events |= EPOLLIN;
    s->ready |= events;
    if (__builtin_expect(s->kind == SL_KIND_CONNECTING, 0)) {
        if (!(events & (EPOLLOUT | EPOLLERR | EPOLLHUP))) return;
        sl_connected(l, s, socket_error(l, s->fd));
        return; /* a fresh handle has no operation yet; the bits stay for it */
    }
    if (__builtin_expect(s->flags & SL_F_SEND_BUSY, 0) && (events & (EPOLLOUT | EPOLLERR | EPOLLHUP))) {
        writable(l, s);
        if (s->generation != (uint32_t)(handle >> 32)) return;
    }
    /* Listed, starved, throttled: its turn comes, and must not come out of turn. */
    if ((s->ready & EP_INBOUND) && !(s->ready & EP_LISTED) && !(s->flags & (SL_F_STARVED | SL_F_THROTTLED)))
        sl_epoll_serve(l, s);
}

void sl_epoll_events(sl_loop *l, const struct epoll_event *ev, int n)
{
    for (int i = 0; i < n; i++)
        if (__builtin_expect(ev[i].data.u64 != EP_BELL, 1)) one_event(l, ev[i].data.u64, ev[i].events);
}

/* ------------------------------------------------------------------------------- open, close, probe */

static int engine_open(sl_loop *l)
{
    sl_epoll *ep = calloc(1, sizeof *ep);
    struct epoll_event bell = {.events = EPOLLIN | EPOLLET, .data.u64 = EP_BELL};

    if (!ep) return -SLUICE_ENOMEM;
    ep->list_head = ep->list_tail = SL_NONE;
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
    sl_epoll *ep = sl_epoll_of(l);

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
    .id = SLUICE_ENGINE_EPOLL, .name = "epoll", .nonblocking_sockets = true,
    .probe = probe, .open = engine_open, .close = engine_close,
    .pool_added = pool_added, .buffer_back = buffer_back, .buffers_flush = buffers_flush,
    .attach = attach, .detach = detach,
    .in_start = in_start, .in_cancel = in_cancel,
    .connect_start = connect_start, .connect_cancel = connect_cancel,
    .send_start = send_start, .send_cancel = send_cancel,
    .turn = sl_epoll_turn,
};
