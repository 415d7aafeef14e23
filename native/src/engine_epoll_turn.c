/* engine_epoll_turn.c: one turn of the epoll engine: the ready list, the wait, the events. */
#include <errno.h>
#include <sys/syscall.h>
#include <time.h>
#include <unistd.h>

#include "epoll.h"

#ifndef SYS_epoll_pwait2
#define SYS_epoll_pwait2 441 /* Linux 5.11, the same number on every architecture */
#endif

#define NS_PER_MS 1000000
#define NS_PER_S  1000000000ll

/* ------------------------------------------------------------------------------- ready list */

void sl_epoll_list(sl_loop *l, sl_slot *s)
{
    sl_epoll *ep = sl_epoll_of(l);
    uint32_t index = sl_index(l, s);

    if (s->ready & EP_LISTED) return;
    s->ready |= EP_LISTED;
    s->ready_next = SL_NONE;
    s->engine_word[0] = ep->list_tail;
    if (ep->list_tail == SL_NONE) ep->list_head = index;
    else sl_slot_at(l, ep->list_tail)->ready_next = index;
    ep->list_tail = index;
    ep->listed++;
}

void sl_epoll_unlist(sl_loop *l, sl_slot *s)
{
    sl_epoll *ep = sl_epoll_of(l);
    uint32_t previous = (uint32_t)s->engine_word[0];

    if (!(s->ready & EP_LISTED)) return;
    s->ready &= ~EP_LISTED;
    ep->listed--;
    if (previous == SL_NONE) ep->list_head = s->ready_next;
    else sl_slot_at(l, previous)->ready_next = s->ready_next;
    if (s->ready_next == SL_NONE) ep->list_tail = previous;
    else sl_slot_at(l, s->ready_next)->engine_word[0] = previous;
}

/* Those that are listed now, once each: who lists itself again waits for the next turn. */
static void serve_list(sl_loop *l)
{
    sl_epoll *ep = sl_epoll_of(l);

    for (uint32_t n = ep->listed; n && ep->listed && sl_cq_room(l); n--) {
        sl_slot *s = sl_slot_at(l, ep->list_head);
        sl_epoll_unlist(l, s);
        sl_epoll_serve(l, s);
    }
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
    sl_epoll *ep = sl_epoll_of(l);

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

/* Sleeps when the wake word allows it. Number of events, or -1 with errno. */
static int wait_awake(sl_loop *l, int64_t timeout_ns)
{
    if (!timeout_ns || !sl_wake_sleep(l)) return wait_events(l, 0);
    l->ctr[SLUICE_CTR_WAITS]++;
    int n = wait_events(l, timeout_ns);
    int err = errno;
    sl_wake_awake(l);
    errno = err;
    return n;
}

int sl_epoll_turn(sl_loop *l, int64_t timeout_ns)
{
    sl_epoll *ep = sl_epoll_of(l);
    int64_t end = timeout_ns > 0 ? sl_now_ns() : 0;

    if (timeout_ns > 0) end = timeout_ns > INT64_MAX - end ? INT64_MAX : end + timeout_ns;
    for (;;) {
        if (ep->listed) serve_list(l);
        /* A receive that was unparked may find its socket empty, or its operation ended: the buffer is the next one's. */
        while (__builtin_expect(l->starved != 0, 0) && sl_epoll_unpark(l)) serve_list(l);
        /* Still listed: it can go on, but it is others' turn first. */
        if (ep->listed || sl_must_return(l)) timeout_ns = 0;
        int n = wait_awake(l, timeout_ns);
        if (n < 0) {
            if (errno != EINTR) return -sl_err(errno);
            n = 0; /* C12: on with the rest of the time */
        }
        sl_epoll_events(l, ep->events, n);
        if (!timeout_ns || l->woken || l->broken || sl_must_return(l)) return 0;
        /* An event that told the caller nothing, a late bell, a signal. */
        if (timeout_ns > 0) {
            timeout_ns = end - sl_now_ns();
            if (timeout_ns <= 0) return 0;
        }
    }
}
