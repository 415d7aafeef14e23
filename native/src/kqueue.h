/* kqueue.h: what the files of the kqueue engine share. */
#ifndef SL_KQUEUE_H
#define SL_KQUEUE_H

#include <sys/types.h>

#include <sys/event.h>
#if defined(__NetBSD__)
#include <sys/param.h> /* __NetBSD_Version__ */
#endif
#include <time.h>

#include "readiness.h"

#define KQ_EVENTS  512        /* taken from the kernel in one wait; at least KQ_CHANGES, for the answers to those that fail */
#define KQ_CHANGES 256        /* collected for one wait */
#define KQ_BELL    UINT64_MAX /* udata of the bell; no handle has that index */

SLUICE_STATIC_ASSERT(KQ_EVENTS >= KQ_CHANGES, "every change can fail");
SLUICE_STATIC_ASSERT(sizeof(void *) == 8, "udata carries a handle");

/* struct kevent differs between the systems in the order, the width and the type of its fields: EV_SET and fields by name only. */
#if defined(__NetBSD__) && __NetBSD_Version__ < 1000000000
#define KQ_UDATA(value) ((intptr_t)(value))
#else
#define KQ_UDATA(value) ((void *)(uintptr_t)(value))
#endif
typedef __typeof__(((struct kevent *)0)->filter) KQ_FILTER;
typedef __typeof__(((struct kevent *)0)->flags) KQ_FLAGS;
#if defined(__NetBSD__)
typedef size_t KQ_COUNT; /* of changes and of room for events */
#else
typedef int KQ_COUNT;
#endif

typedef struct sl_kqueue {
    sl_readiness  ready; /* first: see readiness.h */
    int           fd;
    KQ_COUNT      count; /* of changes */
    uint64_t      batch; /* number of the list that is being collected; slot.engine_word[2]: the list of its newest change */
    struct kevent changes[KQ_CHANGES], events[KQ_EVENTS];
} sl_kqueue;

static inline sl_kqueue *sl_kq_of(const sl_loop *l) { return l->engine_state; }

extern const struct timespec sl_kq_at_once;

/* kqueue_changes.c */
void sl_kq_change(sl_loop *l, sl_slot *s, KQ_FILTER filter, KQ_FLAGS flags); /* takes effect with the next wait */
void sl_kq_forget(sl_loop *l, sl_slot *s);                                 /* takes effect now */

/* kqueue_bell.c */
int  sl_kq_new(void); /* a kqueue that no child inherits, or -1 with errno */
int  sl_kq_bell_open(sl_loop *l);
int  sl_kq_bell_ring(sl_loop *l);
void sl_kq_bell_heard(sl_loop *l);

#endif
