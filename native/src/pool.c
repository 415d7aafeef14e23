/*
 * pool.c: receive pools.
 *
 * A pool is the caller's memory cut into count buffers. A bit per buffer says that the caller owns it: set when a
 * completion with BUFFER is posted, cleared when the buffer comes back through the return ring. A return without the
 * bit (twice, or an id that never went out) is ignored and counted, so it can never hand one buffer to two connections.
 */
#include <stdlib.h>

#include "engine.h"

#define BUF_BYTES_MIN 64u
#define BUF_BYTES_MAX (1u << 20)
#define BUF_COUNT_MAX 32768u

int sl_pool_init(sl_loop *l, uint16_t group, void *base, uint32_t buf_bytes, uint32_t count)
{
    if (group >= SL_MAX_POOLS || !base || buf_bytes < BUF_BYTES_MIN || buf_bytes > BUF_BYTES_MAX || count < 2 ||
        count > BUF_COUNT_MAX || (count & (count - 1)))
        return -SLUICE_EINVAL;

    sl_pool *p = &l->pools[group];
    if (p->count) return -SLUICE_EBUSY;

    p->out_bits = calloc((count + 63) / 64, sizeof *p->out_bits);
    p->free_ids = malloc(count * sizeof *p->free_ids);
    if (!p->out_bits || !p->free_ids) goto no_memory;
    p->base = base;
    p->buf_bytes = buf_bytes;
    p->count = count;
    p->free_count = count;
    for (uint32_t i = 0; i < count; i++) p->free_ids[i] = (uint16_t)(count - 1 - i);
    p->starved_head = p->starved_tail = SL_NONE;

    int rc = l->engine->pool_added(l, group);
    if (!rc) return 0;
    free(p->out_bits);
    free(p->free_ids);
    *p = (sl_pool){0};
    return rc;

no_memory:
    free(p->out_bits);
    free(p->free_ids);
    *p = (sl_pool){0};
    return -SLUICE_ENOMEM;
}

void sl_pools_free(sl_loop *l)
{
    for (uint32_t g = 0; g < SL_MAX_POOLS; g++) {
        free(l->pools[g].out_bits);
        free(l->pools[g].free_ids);
    }
}

int sluice_pool(sluice_loop *l, uint16_t group, void *base, uint32_t buf_bytes, uint32_t count)
{
    if (!l) return -SLUICE_EINVAL;
    if (sl_foreign(l)) return -SLUICE_EOWNER;
    return sl_pool_init(l, group, base, buf_bytes, count);
}

void sl_pool_mark_out(sl_loop *l, sl_pool *p, uint32_t id)
{
    p->out_bits[id >> 6] |= 1ull << (id & 63);
    l->ctr[SLUICE_CTR_BUFFERS_OUT]++;
}

static bool take_back(sl_loop *l, uint32_t entry)
{
    uint32_t group = entry >> 16, id = entry & 0xffffu;

    if (group >= SL_MAX_POOLS) return false;
    sl_pool *p = &l->pools[group];
    if (id >= p->count) return false;
    uint64_t bit = 1ull << (id & 63);
    if (!(p->out_bits[id >> 6] & bit)) return false;
    p->out_bits[id >> 6] &= ~bit;
    l->ctr[SLUICE_CTR_BUFFERS_OUT]--;
    l->engine->buffer_back(l, (uint16_t)group, (uint16_t)id);
    return true;
}

void sl_returns_consume(sl_loop *l)
{
    uint32_t head = l->hdr->rq_head, tail = l->hdr->rq_tail;

    if (head == tail) return;
    for (; head != tail; head++)
        if (!take_back(l, l->rq[head & l->rq_mask])) l->ctr[SLUICE_CTR_BAD_RETURNS]++;
    l->hdr->rq_head = head;
    l->engine->buffers_flush(l);
}

/* ---- C9: slots that wait for a buffer, a doubly linked list per pool, first in, first out ---- */

void sl_starve(sl_loop *l, sl_slot *s)
{
    sl_pool *p = &l->pools[s->in_group];
    uint32_t index = sl_index(l, s);

    if (s->flags & SL_F_STARVED) return;
    s->flags |= SL_F_STARVED;
    s->starved_next = SL_NONE;
    s->starved_prev = p->starved_tail;
    if (p->starved_tail == SL_NONE) p->starved_head = index;
    else sl_slot_at(l, p->starved_tail)->starved_next = index;
    p->starved_tail = index;
    l->starved++;
    l->ctr[SLUICE_CTR_STARVED]++;
}

void sl_unstarve(sl_loop *l, sl_slot *s)
{
    sl_pool *p = &l->pools[s->in_group];

    if (!(s->flags & SL_F_STARVED)) return;
    s->flags &= (uint16_t)~SL_F_STARVED;
    if (s->starved_prev == SL_NONE) p->starved_head = s->starved_next;
    else sl_slot_at(l, s->starved_prev)->starved_next = s->starved_next;
    if (s->starved_next == SL_NONE) p->starved_tail = s->starved_prev;
    else sl_slot_at(l, s->starved_next)->starved_prev = s->starved_prev;
    s->starved_next = s->starved_prev = SL_NONE;
    l->starved--;
}

sl_slot *sl_starved_pop(sl_loop *l, sl_pool *p)
{
    if (p->starved_head == SL_NONE) return NULL;
    sl_slot *s = sl_slot_at(l, p->starved_head);
    sl_unstarve(l, s);
    return s;
}
