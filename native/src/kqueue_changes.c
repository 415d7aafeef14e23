/*
 * kqueue_changes.c: registrations of the kqueue engine: collected, and handed over with the next wait.
 *
 *   EV_ADD --> list --next kevent--> kernel --EV_DELETE, before close(2)--> gone
 *               |
 *               +--the handle ends first: struck from the list
 *
 * A change that outlives its handle would be applied to whoever gets the descriptor next: that is why an ending handle strikes its
 * changes, and why EV_DELETE is not put on the list.
 */
#include "kqueue.h"

/* The list is full before the next wait. Not worth an event list, whose events would have to be kept: without one the kernel stops at
   the first change that it refuses, and then they are handed over one by one. What is refused stays on the list, and the next
   wait tells why. */
static void hand_over(sl_loop *l)
{
    sl_kqueue *kq = sl_kq_of(l);
    KQ_COUNT kept = 0;

    sl_syscall(l);
    if (!kevent(kq->fd, kq->changes, kq->count, NULL, 0, &sl_kq_at_once)) {
        kq->count = 0;
        kq->batch++;
        return;
    }
    for (KQ_COUNT i = 0; i < kq->count; i++) {
        sl_syscall(l);
        if (kevent(kq->fd, &kq->changes[i], 1, NULL, 0, &sl_kq_at_once)) kq->changes[kept++] = kq->changes[i];
    }
    if (kept == KQ_CHANGES) l->broken = -sl_err(errno); /* nothing can be watched any more */
    kq->count = kept == KQ_CHANGES ? 0 : kept;
}

void sl_kq_change(sl_loop *l, sl_slot *s, KQ_FILTER filter, KQ_FLAGS flags)
{
    sl_kqueue *kq = sl_kq_of(l);

    if (__builtin_expect(kq->count == KQ_CHANGES, 0)) hand_over(l);
    EV_SET(&kq->changes[kq->count++], (uintptr_t)s->fd, filter, flags, 0, 0, KQ_UDATA(sl_handle(l, s)));
    s->engine_word[2] = kq->batch;
}

/* Strikes the changes of s from the list; clears read or write for each one found. */
static void strike(sl_kqueue *kq, const sl_slot *s, bool *read, bool *write)
{
    KQ_COUNT kept = 0;

    for (KQ_COUNT i = 0; i < kq->count; i++) {
        const struct kevent *c = &kq->changes[i];
        if ((uintptr_t)c->ident != (uintptr_t)s->fd) {
            if (kept != i) kq->changes[kept] = *c;
            kept++;
        } else if (c->filter == EVFILT_READ) *read = false;
        else *write = false;
    }
    kq->count = kept;
}

void sl_kq_forget(sl_loop *l, sl_slot *s)
{
    sl_kqueue *kq = sl_kq_of(l);
    bool read = s->ready & RD_REGISTERED, write = s->ready & RD_WANTS_OUT;
    struct kevent c[2];
    KQ_COUNT n = 0;

    if (s->engine_word[2] == kq->batch) strike(kq, s, &read, &write);
    if (read) {
        EV_SET(&c[n], (uintptr_t)s->fd, EVFILT_READ, EV_DELETE, 0, 0, KQ_UDATA(0));
        n++;
    }
    if (write) {
        EV_SET(&c[n], (uintptr_t)s->fd, EVFILT_WRITE, EV_DELETE, 0, 0, KQ_UDATA(0));
        n++;
    }
    if (!n) return;
    sl_syscall(l);
    /* WRITE comes last: it may be gone by itself, when its event lies in the batch that is being looked at. */
    if (kevent(kq->fd, c, n, NULL, 0, &sl_kq_at_once) && n == 2) {
        sl_syscall(l);
        kevent(kq->fd, &c[1], 1, NULL, 0, &sl_kq_at_once);
    }
}
