/*
 * complete.c: posting completions.
 *
 * One submission may lead to many completions at once (a CLOSE ends every queued SEND), so the ring can be full when
 * something has to be said. Then completions wait in the overflow queue, in order; while it is in use nothing new is
 * consumed or collected (sl_cq_room is 0). The queue is bounded by what is in flight: max_ops pieces and three
 * operations per handle.
 *
 * Lazy completions do not make a blocking enter return. l->urgent is the ring position behind the newest completion that
 * is not lazy: an unread urgent one exists while the caller's head has not passed it (sl_must_return in loop.h).
 */
#include <stdlib.h>

#include "loop.h"

#define OVERFLOW_FIRST 256u

static bool overflow_grow(sl_loop *l)
{
    uint32_t cap = l->overflow_cap ? l->overflow_cap * 2 : OVERFLOW_FIRST;
    sluice_cqe *bigger = malloc(cap * sizeof *bigger);

    if (!bigger) return false;
    for (uint32_t i = 0; i < l->overflow_count; i++)
        bigger[i] = l->overflow[(l->overflow_head + i) & (l->overflow_cap - 1)];
    free(l->overflow);
    l->overflow = bigger;
    l->overflow_cap = cap;
    l->overflow_head = 0;
    return true;
}

__attribute__((noinline))
static void overflow_push(sl_loop *l, const sluice_cqe *c)
{
    if (l->overflow_count == l->overflow_cap && !overflow_grow(l)) {
        l->broken = -SLUICE_ENOMEM; /* C1 cannot be kept any more: say so rather than lose a completion silently */
        return;
    }
    l->overflow[(l->overflow_head + l->overflow_count++) & (l->overflow_cap - 1)] = *c;
    l->ctr[SLUICE_CTR_CQ_OVERFLOWS]++;
}

void sl_post(sl_loop *l, const sluice_cqe *c, bool lazy)
{
    uint32_t tail = l->hdr->cq_tail;

    if (__builtin_expect(l->ending, 0)) return;
    l->ctr[SLUICE_CTR_COMPLETIONS]++;
    if (__builtin_expect(!sl_cq_room(l), 0)) {
        overflow_push(l, c);
        return;
    }
    l->cq[tail & l->cq_mask] = *c;
    l->hdr->cq_tail = tail + 1;
    if (!lazy) l->urgent = tail + 1;
}

void sl_complete(sl_loop *l, uint8_t op, uint64_t token, uint64_t handle, int32_t result, uint16_t flags,
                 uint32_t detail)
{
    sluice_cqe c = {.token = token, .handle = handle, .result = result, .flags = flags, .op = op, .detail = detail};

    sl_post(l, &c, false);
}

void sl_overflow_drain(sl_loop *l)
{
    uint32_t unread = sl_cq_unread(l), tail = l->hdr->cq_tail;
    uint32_t room = unread > l->cq_mask ? 0 : l->cq_mask + 1 - unread;

    while (l->overflow_count && room--) {
        l->cq[tail++ & l->cq_mask] = l->overflow[l->overflow_head];
        l->overflow_head = (l->overflow_head + 1) & (l->overflow_cap - 1);
        l->overflow_count--;
    }
    l->urgent = l->hdr->cq_tail = tail;
}
