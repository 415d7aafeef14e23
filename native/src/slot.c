/*
 * slot.c: the table of handles.
 *
 * handle = generation << 32 | index. A slot's generation changes when it is freed, so everything that still carries the
 * old handle (a late kernel event, a late submission) is recognised. Freed slots are reused first in, first out: that
 * keeps the time until an index comes back as long as possible.
 */
#include "loop.h"

sl_slot *sl_slot_new(sl_loop *l, sl_kind kind, int fd)
{
    sl_slot *s;

    if (l->free_head != SL_NONE) {
        s = sl_slot_at(l, l->free_head);
        l->free_head = s->next;
        if (l->free_head == SL_NONE) l->free_tail = SL_NONE;
    } else {
        if (l->slots_used == l->cfg.max_handles) return NULL;
        s = sl_slot_at(l, l->slots_used++);
        s->generation = 1;
    }
    s->fd = fd;
    s->kind = (uint8_t)kind;
    s->life = SL_LIVE;
    s->in_op = s->close_op = 0;
    s->flags = 0;
    s->send_head = s->send_tail = SL_NONE;
    s->in_flight = 0;
    s->ready = 0;
    s->next = s->starved_next = s->starved_prev = s->ready_next = SL_NONE;
    s->engine_aux = 0;
    s->other_token = 0;
    s->accept_opts = 0;
    s->connect_prev = s->connect_next = SL_NONE;
    for (int i = 0; i < 4; i++) s->engine_word[i] = 0;
    l->live++;
    l->ctr[SLUICE_CTR_OPENED]++;
    return s;
}

void sl_slot_free(sl_loop *l, sl_slot *s)
{
    uint32_t index = sl_index(l, s);

    s->kind = SL_KIND_FREE;
    s->fd = -1;
    if (!++s->generation) s->generation = 1; /* 0 is never used: then 0 is no handle */
    s->next = SL_NONE;
    if (l->free_tail == SL_NONE) l->free_head = index;
    else sl_slot_at(l, l->free_tail)->next = index;
    l->free_tail = index;
    l->live--;
    l->ctr[SLUICE_CTR_CLOSED]++;
}
