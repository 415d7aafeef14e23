/* region.c: the memory that is shared with the caller, and what a stack remembers privately of it. */
#include <string.h>
#include <sys/mman.h>
#include <stdlib.h>

#include "sctp/region.h"
#include "sctp/stack.h"

#define PAGE 4096u

/* usrsctp's output callback carries no context: it belongs to the stack that its thread is inside of. */
static _Thread_local sluice_sctp *current;

sluice_sctp *ssc_current(void) { return current; }

/* ------------------------------------------------------------------------------------------------ layout */

typedef struct layout { uint64_t counters, events, out, ret, slots, arena, end; } layout;

static uint64_t place(uint64_t *at, uint64_t bytes, uint64_t align)
{
    uint64_t start = (*at + align - 1) & ~(align - 1);
    *at = start + bytes;
    return start;
}

static layout lay_out(const sluice_sctp_config *c)
{
    layout l;
    uint64_t at = sizeof(sluice_sctp_header);
    l.counters = place(&at, SLUICE_SCTP_CTR_COUNT * sizeof(uint64_t), 64);
    l.events = place(&at, (uint64_t)c->event_entries * sizeof(sluice_sctp_event), 64);
    l.out = place(&at, (uint64_t)c->slots * sizeof(uint32_t), 64);
    l.ret = place(&at, (uint64_t)c->slots * sizeof(uint32_t), 64);
    l.slots = place(&at, (uint64_t)c->slots * SLUICE_SCTP_SLOT_BYTES, 64);
    l.arena = place(&at, c->arena_bytes, 64);
    l.end = (at + PAGE - 1) & ~(uint64_t)(PAGE - 1);
    return l;
}

uint64_t ssc_region_bytes(const sluice_sctp_config *c) { return lay_out(c).end; }

static void describe(sluice_sctp *s, const sluice_sctp_config *c, const layout *l)
{
    memset(s->base, 0, (size_t)l->slots); /* the rest is written before it is read */
    s->header = (sluice_sctp_header *)(void *)s->base;
    *s->header = (sluice_sctp_header){
        .magic = SLUICE_SCTP_MAGIC, .abi = SLUICE_SCTP_ABI, .bytes = l->end,
        .event_entries = c->event_entries, .slots = c->slots, .slot_bytes = SLUICE_SCTP_SLOT_BYTES,
        .counter_count = SLUICE_SCTP_CTR_COUNT, .event_offset = (uint32_t)l->events, .out_offset = (uint32_t)l->out,
        .return_offset = (uint32_t)l->ret, .slots_offset = (uint32_t)l->slots,
        .counters_offset = (uint32_t)l->counters, .arena_offset = (uint32_t)l->arena, .arena_bytes = c->arena_bytes,
        .next_tick_ms = -1 };
    s->counters = (uint64_t *)(void *)(s->base + l->counters);
    s->events = (sluice_sctp_event *)(void *)(s->base + l->events);
    s->out_ring = (uint32_t *)(void *)(s->base + l->out);
    s->return_ring = (uint32_t *)(void *)(s->base + l->ret);
    s->slots = s->base + l->slots;
    s->arena = s->base + l->arena;
    s->event_entries = c->event_entries;
    s->slot_count = c->slots;
    s->arena_bytes = c->arena_bytes;
    for (uint32_t i = 0; i < c->slots; i++) s->free_slot_list[i] = c->slots - 1 - i;
    s->free_slots = c->slots;
}

int ssc_region_memory(uint64_t shared_base, uint64_t shared_bytes, uint64_t needed, uint8_t **base, bool *own)
{
    if (shared_base) {
        if (shared_base % 64 || shared_bytes < needed) return -SLUICE_EINVAL;
        *base = (uint8_t *)(uintptr_t)shared_base;
        return 0;
    }
    void *map = mmap(NULL, (size_t)needed, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
    if (map == MAP_FAILED) return -SLUICE_ENOMEM;
    *base = map;
    *own = true;
    return 0;
}

int ssc_region_open(sluice_sctp *s, const sluice_sctp_config *c)
{
    layout l = lay_out(c);
    int code = ssc_region_memory(c->shared_base, c->shared_bytes, l.end, &s->base, &s->own_memory);
    if (code) return code;
    s->bytes = l.end;
    s->arena_ends = calloc(c->event_entries, sizeof *s->arena_ends);
    s->free_slot_list = calloc(c->slots, sizeof *s->free_slot_list);
    s->slot_out = calloc(c->slots, sizeof *s->slot_out);
    if (!s->arena_ends || !s->free_slot_list || !s->slot_out) return -SLUICE_ENOMEM;
    describe(s, c, &l);
    return 0;
}

void ssc_region_close(sluice_sctp *s)
{
    if (s->own_memory && s->base) munmap(s->base, (size_t)s->bytes);
    free(s->arena_ends);
    free(s->free_slot_list);
    free(s->slot_out);
}

/* ----------------------------------------------------------------------------------------- entering, leaving */

static int take_back_slots(sluice_sctp *s)
{
    uint32_t tail = s->header->ret_tail;
    if (tail - s->ret_head > s->slot_count) return -SLUICE_EINVAL;
    for (; s->ret_head != tail; s->ret_head++) {
        uint32_t slot = s->return_ring[s->ret_head & (s->slot_count - 1)];
        if (slot >= s->slot_count || !s->slot_out[slot]) {
            ssc_count(s, SLUICE_SCTP_CTR_BAD_RETURNS, 1);
            continue;
        }
        s->slot_out[slot] = false;
        s->free_slot_list[s->free_slots++] = slot;
    }
    s->header->ret_head = s->ret_head;
    s->counters[SLUICE_SCTP_CTR_SLOTS_OUT] = s->slot_count - s->free_slots;
    return 0;
}

static int take_back_events(sluice_sctp *s)
{
    uint32_t head = s->header->ev_head;
    if (head - s->ev_head > s->ev_tail - s->ev_head) return -SLUICE_EINVAL;
    if (head == s->ev_head) return 0;
    /* An event without payload may remember a place before one that was skipped since. */
    uint64_t end = s->arena_ends[(head - 1) & (s->event_entries - 1)];
    if (end > s->arena_head) s->arena_head = end;
    s->ev_head = head;
    return 0;
}

int ssc_enter(sluice_sctp *s)
{
    int code = take_back_events(s);
    if (!code) code = take_back_slots(s);
    if (code) return code;
    current = s;
    ssc_assoc_free_read(s);
    return 0;
}

int ssc_leave(sluice_sctp *s, int result)
{
    sluice_sctp_header *h = s->header;
    bool ticking = s->live_sockets > 0 || s->now_ms < s->quiet_until_ms;
    h->ev_tail = s->ev_tail;
    h->out_tail = s->out_tail;
    h->waiting = s->dirty_first != NULL;
    h->next_tick_ms = ticking ? (int32_t)s->tick_ms : -1;
    if (!ticking) s->idle = true;
    current = NULL;
    return result;
}

/* --------------------------------------------------------------------------------------------------- events */

bool ssc_room(const sluice_sctp *s, uint32_t events) { return s->event_entries - (s->ev_tail - s->ev_head) >= events; }

sluice_sctp_event *ssc_event(ssc_assoc *a, uint8_t type)
{
    sluice_sctp *s = a->stack;
    uint32_t entry = s->ev_tail++ & (s->event_entries - 1);
    sluice_sctp_event *e = &s->events[entry];
    *e = (sluice_sctp_event){ .type = type, .assoc = a->id, .tag = a->tag, .listener = a->listener, .at_ms = s->now_ms };
    s->arena_ends[entry] = s->arena_tail;
    return e;
}

uint8_t *ssc_arena_reserve(sluice_sctp *s, uint32_t bytes)
{
    if (s->arena_head == s->arena_tail) {
        /* Empty: begin at the start, where the largest stretch is. */
        uint64_t rest = s->arena_tail % s->arena_bytes;
        if (rest) s->arena_head = s->arena_tail += s->arena_bytes - rest;
    }
    uint64_t offset = s->arena_tail % s->arena_bytes;
    uint64_t skip = s->arena_bytes - offset < bytes ? s->arena_bytes - offset : 0;
    if (s->arena_tail + skip + bytes - s->arena_head > s->arena_bytes) return NULL;
    return s->arena + (offset + skip) % s->arena_bytes;
}

void ssc_arena_commit(sluice_sctp *s, sluice_sctp_event *e, const uint8_t *data, uint32_t bytes)
{
    uint64_t offset = s->arena_tail % s->arena_bytes, at = (uint64_t)(data - s->arena);
    uint64_t end = at + ((uint64_t)bytes + 7u) / 8u * 8u;
    if (at < offset) end += s->arena_bytes; /* it was reserved behind the wrap */
    s->arena_tail += end - offset;
    s->arena_ends[(uint32_t)(e - s->events)] = s->arena_tail;
    e->payload_offset = (uint32_t)(data - s->base);
    e->payload_bytes = bytes;
}

/* ------------------------------------------------------------------------------------------------ datagrams */

static const sluice_sctp_addr *peer_of(sluice_sctp *s, uint64_t value)
{
    if (value == s->current_value) return &s->current_peer;
    ssc_path *p = ssc_path_find(s, value);
    return p ? &p->peer : NULL;
}

/* Called by usrsctp with its locks held: it copies, and calls nothing of usrsctp that takes one of these. */
int ssc_output(void *addr, void *data, size_t bytes, uint8_t tos, uint8_t dont_fragment)
{
    (void)dont_fragment;
    sluice_sctp *s = current;
    const sluice_sctp_addr *peer = s ? peer_of(s, (uint64_t)(uintptr_t)addr) : NULL;
    if (!peer) return 0;
    const uint8_t *packet = data;
    if (bytes > SSC_COMMON_HEADER && packet[SSC_COMMON_HEADER] == USR_CHUNK_ABORT)
        ssc_failures_expected(s, (uint64_t)(uintptr_t)addr, packet, true);
    if (bytes > SLUICE_SCTP_DATAGRAM_MAX) {
        ssc_count(s, SLUICE_SCTP_CTR_OUT_TOO_LONG, 1);
        return 0;
    }
    if (s->free_slots == 0) { /* as if the network had lost it */
        ssc_count(s, SLUICE_SCTP_CTR_OUT_DROPPED, 1);
        return 0;
    }
    uint32_t slot = s->free_slot_list[--s->free_slots];
    uint8_t *at = s->slots + (size_t)slot * SLUICE_SCTP_SLOT_BYTES;
    sluice_sctp_slot head = { .peer = *peer, .bytes = (uint32_t)bytes, .tos = tos };
    memcpy(at, &head, sizeof head);
    memcpy(at + SLUICE_SCTP_SLOT_DATA, data, bytes);
    s->slot_out[slot] = true;
    s->out_ring[s->out_tail++ & (s->slot_count - 1)] = slot;
    ssc_count(s, SLUICE_SCTP_CTR_OUT, 1);
    ssc_count(s, SLUICE_SCTP_CTR_OUT_BYTES, bytes);
    s->counters[SLUICE_SCTP_CTR_SLOTS_OUT] = s->slot_count - s->free_slots;
    return 0;
}
