/*
 * loop.c: one turn of the loop.
 *
 *   returns -> submissions -> queued sends -> engine turn (waits) -> gauges
 *
 * The wait is skipped when there is something to tell the caller already (sl_must_return), when submissions are left
 * because their answers had no room, and bounded by the one deadline this library has: the next try of a throttled
 * ACCEPT.
 */
#include <pthread.h>
#include <time.h>

#include "engine.h"

int64_t sl_now_ns(void)
{
    struct timespec t;

    clock_gettime(CLOCK_MONOTONIC, &t);
    return (int64_t)t.tv_sec * 1000000000 + t.tv_nsec;
}

bool sl_owned(sl_loop *l)
{
    return __atomic_load_n(&l->owner, __ATOMIC_RELAXED) == (uintptr_t)pthread_self();
}

bool sl_foreign(sl_loop *l) { return __atomic_load_n(&l->owner, __ATOMIC_ACQUIRE) && !sl_owned(l); }

/* The first enter makes its thread the owner. Two threads may race for it: one wins. */
static bool claim(sl_loop *l)
{
    uintptr_t nobody = 0;

    return sl_owned(l) || __atomic_compare_exchange_n(&l->owner, &nobody, (uintptr_t)pthread_self(), false,
                                                      __ATOMIC_ACQ_REL, __ATOMIC_RELAXED);
}

/* More entries than a ring holds: the caller's words are garbage, nothing may be consumed on their word (C7). */
static inline bool rings_sane(const sl_loop *l)
{
    const sluice_header *h = l->hdr;

    return h->sq_tail - h->sq_head <= l->sq_mask + 1 && h->cq_tail - h->cq_head <= l->cq_mask + 1 &&
           h->rq_tail - h->rq_head <= l->rq_mask + 1;
}

static inline bool submissions_left(const sl_loop *l) { return l->hdr->sq_head != l->hdr->sq_tail; }

/* The engine's turn while listeners are throttled: its wait ends when the next try is due, ours when time is up. */
__attribute__((noinline))
static int throttled_turns(sl_loop *l, int64_t timeout_ns)
{
    int64_t start = sl_now_ns();
    int64_t end = timeout_ns < 0 || timeout_ns > INT64_MAX - start ? INT64_MAX : start + timeout_ns;

    for (;;) {
        sl_throttle_check(l);
        if (!l->throttled) {
            int64_t now = sl_now_ns(), rest = end == INT64_MAX ? -1 : end > now ? end - now : 0;
            return l->engine->turn(l, sl_must_return(l) ? 0 : rest);
        }
        int64_t now = sl_now_ns(), until = l->throttle_until_ns < end ? l->throttle_until_ns : end;
        bool last = timeout_ns == 0 || sl_must_return(l) || now >= end;
        int rc = l->engine->turn(l, last || until <= now ? 0 : until - now);
        if (rc || last || l->woken || sl_must_return(l)) return rc;
    }
}

static inline int enter_turn(sl_loop *l, int64_t timeout_ns)
{
    if (l->overflow_count) sl_overflow_drain(l);
    sl_returns_consume(l);
    sl_submissions_consume(l);
    sl_sends_flush(l);
    if (l->broken) return l->broken;
    if (submissions_left(l) || sl_must_return(l) || l->dirty_head != SL_NONE) timeout_ns = 0;
    int rc = __builtin_expect(l->throttled != 0, 0) ? throttled_turns(l, timeout_ns) : l->engine->turn(l, timeout_ns);
    if (rc) l->broken = rc;
    l->ctr[SLUICE_CTR_OPS_IN_FLIGHT] = l->ops_live;
    return l->broken;
}

int sluice_enter(sluice_loop *l, int64_t timeout_ns, uint32_t flags)
{
    if (!l || flags) return -SLUICE_EINVAL;
    if (__builtin_expect(!sl_owned(l), 0) && !claim(l)) return -SLUICE_EOWNER;
    if (__builtin_expect(l->broken, 0)) return l->broken;
    if (__builtin_expect(!rings_sane(l), 0)) return -SLUICE_EINVAL;
    l->ctr[SLUICE_CTR_TURNS]++;
    l->woken = false;
    int rc = enter_turn(l, timeout_ns);
    return rc ? rc : (int)sl_cq_unread(l);
}

void *sluice_shared(sluice_loop *l, uint64_t *bytes)
{
    if (!l) return NULL;
    if (bytes) *bytes = l->shared_bytes;
    return l->shared;
}

uint32_t sluice_abi(void) { return SLUICE_ABI; }
