/* net.c: see net.h. */
#include <sys/time.h>
#include <unistd.h>

#include "sctp/net.h"

#define TICK_MS 10
#define FLUSH_ROUNDS_MAX 10000u

/*
 * usrsctp reads the clock for round trips, cookies and lifetimes. The executable's own gettimeofday comes first in the
 * search of its symbols, so that in a test this is virtual time, too. The epoch is any moment far from 0.
 */
static _Thread_local uint64_t virtual_ms; /* a thread that drives stacks has time of its own */
#if defined(__FreeBSD__) || defined(__OpenBSD__)
typedef struct timezone time_zone;
#else
typedef void time_zone;
#endif
__attribute__((visibility("default"))) int gettimeofday(struct timeval *restrict tv, time_zone *restrict tz)
{
    (void)tz;
    uint64_t ms = 1700000000000u + virtual_ms;
    tv->tv_sec = (time_t)(ms / 1000);
    tv->tv_usec = (suseconds_t)(ms % 1000 * 1000);
    return 0;
}

void net_need_usrsctp(void)
{
    sluice_sctp_probe_info info = { .size = sizeof info };
    CHECK_EQ(sluice_sctp_probe(NULL, &info), 0);
    if (!info.usable) SKIP("%s", info.reason);
}

void net_open(net *n, uint32_t nodes, const sluice_sctp_config *config)
{
    sluice_sctp_config c = { .size = sizeof c };
    if (config) c = *config;
    memset(n, 0, sizeof *n);
    n->nodes = nodes;
    n->seed = 1;
    for (uint32_t i = 0; i < nodes; i++) {
        net_node *d = &n->node[i];
        sluice_sctp_probe_info why = { .size = sizeof why };
        int code = sluice_sctp_open(&c, NULL, &why, &d->s);
        CHECK_MSG(code == 0, "%s %s", sluice_sctp_strerror(code), why.reason);
        d->base = sluice_sctp_shared(d->s, NULL);
        d->h = (sluice_sctp_header *)(void *)d->base;
        d->link = 7;
        d->addr = (sluice_sctp_addr){ .family = SLUICE_FAMILY_INET4, .port = (uint16_t)(9899 + i), .bytes = { 10, 0, 0, (uint8_t)(i + 1) } };
    }
}

void net_close(net *n)
{
    for (uint32_t i = 0; i < n->nodes; i++) {
        net_forget(n, i);
        free(n->node[i].list);
        CHECK_EQ(sluice_sctp_destroy(n->node[i].s, SLUICE_SCTP_DESTROY_FORCE), 0);
    }
    while (n->first) {
        net_packet *p = n->first;
        n->first = p->next;
        free(p);
    }
}

uint32_t net_random(net *n, uint32_t below)
{
    n->seed = n->seed * 1664525 + 1013904223;
    return (uint32_t)((uint64_t)(n->seed >> 8) * below >> 24);
}

/* ------------------------------------------------------------------------------------------------- the rings */

static void append(net *n, net_packet *p)
{
    if (n->last) n->last->next = p;
    else n->first = p;
    n->last = p;
}

static bool lost(net *n, uint32_t from)
{
    if (n->loss_percent == 0) return false;
    if (!n->loss_even) return net_random(n, 100) < n->loss_percent;
    uint32_t block = 100 / n->loss_percent, at = n->sent[from]++ % block;
    if (at == 0) n->victim[from] = net_random(n, block);
    return at == n->victim[from];
}

static void queue(net *n, uint32_t from, const sluice_sctp_slot *slot, const uint8_t *data)
{
    uint32_t to = 0;
    while (to < n->nodes && memcmp(n->node[to].addr.bytes, slot->peer.bytes, 4)) to++;
    if (to == n->nodes || n->node[from].silent || n->node[to].deaf) return;
    CHECK_EQ(slot->peer.link, n->node[from].link);
    CHECK_LE(slot->bytes, SLUICE_SCTP_DATAGRAM_MAX);
    if (lost(n, from)) return;
    net_packet *p = malloc(sizeof *p + slot->bytes);
    CHECK(p);
    *p = (net_packet){ .from = from, .to = to, .bytes = slot->bytes, .at_ms = n->now_ms + n->delay_ms };
    memcpy(p->data, data, slot->bytes);
    if (n->filter && !n->filter(n, p)) {
        free(p);
        return;
    }
    append(n, p);
    if (n->twice) {
        net_packet *again = malloc(sizeof *p + p->bytes);
        CHECK(again);
        memcpy(again, p, sizeof *p + p->bytes);
        again->next = NULL;
        append(n, again);
    }
}

static void keep(net_node *d, const sluice_sctp_event *e)
{
    if (d->count == d->room) {
        d->room = d->room ? d->room * 2 : 64;
        d->list = realloc(d->list, d->room * sizeof *d->list);
        CHECK(d->list);
    }
    net_event *k = &d->list[d->count++];
    *k = (net_event){ .e = *e };
    if (e->payload_bytes) {
        CHECK_GE(e->payload_offset, d->h->arena_offset);
        CHECK_LE((uint64_t)e->payload_offset + e->payload_bytes, d->h->arena_offset + d->h->arena_bytes);
        k->data = malloc(e->payload_bytes);
        CHECK(k->data);
        memcpy(k->data, d->base + e->payload_offset, e->payload_bytes);
    }
}

void net_pull(net *n, uint32_t node)
{
    net_node *d = &n->node[node];
    const uint32_t *out = (const uint32_t *)(const void *)(d->base + d->h->out_offset);
    uint32_t *ret = (uint32_t *)(void *)(d->base + d->h->return_offset);
    const sluice_sctp_event *events = (const sluice_sctp_event *)(const void *)(d->base + d->h->event_offset);
    for (; d->h->out_head != d->h->out_tail; d->h->out_head++) {
        uint32_t slot = out[d->h->out_head & (d->h->slots - 1)];
        const uint8_t *at = d->base + d->h->slots_offset + (size_t)slot * d->h->slot_bytes;
        queue(n, node, (const sluice_sctp_slot *)(const void *)at, at + SLUICE_SCTP_SLOT_DATA);
        ret[d->h->ret_tail++ & (d->h->slots - 1)] = slot;
    }
    if (d->no_read) return;
    while (d->h->ev_head != d->h->ev_tail) {
        keep(d, &events[d->h->ev_head & (d->h->event_entries - 1)]);
        d->h->ev_head++;
        if (d->one_by_one) break;
    }
}

static void pull_all(net *n)
{
    for (uint32_t i = 0; i < n->nodes; i++) net_pull(n, i);
}

int net_inject(net *n, uint32_t to, const sluice_sctp_addr *from, const void *data, uint32_t bytes)
{
    /* A copy of exactly its size: the sanitizer sees every byte that is read too far. */
    uint8_t *exact = malloc(bytes ? bytes : 1);
    CHECK(exact);
    if (bytes) memcpy(exact, data, bytes);
    sluice_sctp_datagram d = { .data = (uint64_t)(uintptr_t)exact, .bytes = bytes, .peer = *from };
    d.peer.link = n->node[to].link;
    int code = sluice_sctp_input(n->node[to].s, &d, 1);
    free(exact);
    return code;
}

static bool deliver_due(net *n)
{
    if (!n->first || n->first->at_ms > n->now_ms) return false;
    net_packet *p = n->first;
    n->first = p->next;
    if (!n->first) n->last = NULL;
    CHECK_GE(net_inject(n, p->to, &n->node[p->from].addr, p->data, p->bytes), 0);
    free(p);
    return true;
}

/* An event ring that had been full has room again: the stack is entered until it waits no more. */
static bool pump_waiting(net *n)
{
    bool any = false;
    for (uint32_t i = 0; i < n->nodes; i++) {
        net_node *d = &n->node[i];
        if (!d->h->waiting || d->no_read) continue;
        CHECK_GE(sluice_sctp_input(d->s, NULL, 0), 0);
        any = true;
    }
    return any;
}

void net_flush(net *n)
{
    uint32_t rounds = 0;
    do {
        do pull_all(n);
        while (deliver_due(n));
        if (++rounds > FLUSH_ROUNDS_MAX) FAIL("a stack waits for room that it has");
    } while (pump_waiting(n));
    pull_all(n);
}

void net_run(net *n, uint32_t ms)
{
    net_flush(n);
    for (uint32_t done = 0; done < ms; done += TICK_MS) {
        n->now_ms += TICK_MS;
        virtual_ms += TICK_MS;
        net_flush(n);
        for (uint32_t i = 0; i < n->nodes; i++) {
            if (n->node[i].h->next_tick_ms < 0) continue;
            int next = sluice_sctp_tick(n->node[i].s, TICK_MS);
            CHECK(next > 0 || next == -SLUICE_SCTP_NO_TICK);
        }
        net_flush(n);
    }
}

bool net_run_until(net *n, uint32_t node, uint64_t assoc, uint8_t type, uint32_t limit_ms)
{
    net_flush(n);
    for (uint32_t done = 0; done < limit_ms && !net_find(n, node, assoc, type, 0); done += TICK_MS) net_run(n, TICK_MS);
    return net_find(n, node, assoc, type, 0) != NULL;
}

/* ------------------------------------------------------------------------------------------------- shortcuts */

uint64_t net_listen(net *n, uint32_t node, uint16_t port, uint32_t profile)
{
    sluice_sctp_listen_args a = { .size = sizeof a, .port = port, .link = n->node[node].link, .tag = 1000 + node,
                                  .options = { .size = sizeof a.options, .profile = profile } };
    int64_t id = sluice_sctp_listen(n->node[node].s, &a);
    CHECK_MSG(id > 0, "%s", sluice_sctp_strerror((int)id));
    return (uint64_t)id;
}

uint64_t net_connect(net *n, uint32_t from, uint32_t to, uint16_t port, uint32_t profile)
{
    sluice_sctp_connect_args a = { .size = sizeof a, .peer_port = port, .peer = n->node[to].addr, .tag = 2000 + from,
                                   .options = { .size = sizeof a.options, .profile = profile } };
    a.peer.link = n->node[from].link;
    int64_t id = sluice_sctp_connect(n->node[from].s, &a);
    CHECK_MSG(id > 0, "%s", sluice_sctp_strerror((int)id));
    return (uint64_t)id;
}

void net_pair(net *n, uint32_t from, uint32_t to, uint32_t profile, uint64_t *client, uint64_t *server)
{
    uint32_t before = net_count(n, to, 0, SLUICE_SCTP_EV_UP);
    *client = net_connect(n, from, to, NET_PORT, profile);
    net_flush(n);
    net_need(n, from, *client, SLUICE_SCTP_EV_UP);
    net_event *up = net_find(n, to, 0, SLUICE_SCTP_EV_UP, before);
    CHECK(up);
    *server = up->e.assoc;
}

int net_send_ctx(net *n, uint32_t node, uint64_t assoc, uint16_t stream, const void *data, uint32_t bytes, uint32_t context)
{
    sluice_sctp_message m = { .assoc = assoc, .data = (uint64_t)(uintptr_t)data, .bytes = bytes, .stream = stream,
                              .ppid = 51, .context = context };
    return sluice_sctp_send(n->node[node].s, &m, 1);
}

int net_send(net *n, uint32_t node, uint64_t assoc, uint16_t stream, const void *data, uint32_t bytes)
{
    return net_send_ctx(n, node, assoc, stream, data, bytes, 0);
}

net_event *net_find(net *n, uint32_t node, uint64_t assoc, uint8_t type, uint32_t nth)
{
    net_node *d = &n->node[node];
    for (uint32_t i = 0; i < d->count; i++)
        if ((assoc == 0 || d->list[i].e.assoc == assoc) && d->list[i].e.type == type && nth-- == 0) return &d->list[i];
    return NULL;
}

net_event *net_need(net *n, uint32_t node, uint64_t assoc, uint8_t type)
{
    net_event *e = net_find(n, node, assoc, type, 0);
    if (!e) FAIL("node %u: association %" PRIx64 " has no event of type %u", node, assoc, type);
    return e;
}

uint32_t net_count(net *n, uint32_t node, uint64_t assoc, uint8_t type)
{
    uint32_t found = 0;
    while (net_find(n, node, assoc, type, found)) found++;
    return found;
}

void net_forget(net *n, uint32_t node)
{
    net_node *d = &n->node[node];
    for (uint32_t i = 0; i < d->count; i++) free(d->list[i].data);
    d->count = 0;
}

uint64_t net_counter(net *n, uint32_t node, uint32_t counter)
{
    net_node *d = &n->node[node];
    uint64_t v;
    memcpy(&v, d->base + d->h->counters_offset + counter * sizeof v, sizeof v);
    return v;
}

void net_check_order(net *n, uint32_t node, uint64_t assoc, bool closed)
{
    net_node *d = &n->node[node];
    bool ended = false;
    uint32_t shutdowns = 0, ups = 0;
    for (uint32_t i = 0; i < d->count; i++) {
        const sluice_sctp_event *e = &d->list[i].e;
        if (e->assoc != assoc) continue;
        CHECK_MSG(!ended, "event %u after CLOSED", e->type);
        if (e->type == SLUICE_SCTP_EV_UP) ups++;
        if (e->type == SLUICE_SCTP_EV_PEER_SHUTDOWN) shutdowns++;
        if (e->type == SLUICE_SCTP_EV_CLOSED) ended = true;
        else if (ups == 0) FAIL("event %u before UP", e->type);
    }
    CHECK_LE(ups, 1);
    CHECK_LE(shutdowns, 1);
    CHECK_EQ(ended, closed);
}

long net_rss_kb(void)
{
    long pages = 0, resident = 0;
    FILE *f = fopen("/proc/self/statm", "r");
    CHECK(f);
    CHECK_EQ(fscanf(f, "%ld %ld", &pages, &resident), 2);
    fclose(f);
    return resident * (sysconf(_SC_PAGESIZE) / 1024);
}

const char *net_kind(uint32_t kind)
{
    static const char *const names[] = { "none", "LOCAL", "LOCAL_ABORT", "LOCAL_DEADLINE", "STACK_SHUTDOWN", "PEER_SHUTDOWN",
        "PEER_ABORT", "PATH_LOST", "REFUSED", "CONNECT_TIMEOUT", "RESTARTED", "UNREACHABLE", "LIMIT", "PROTOCOL", "ERROR" };
    return kind < sizeof names / sizeof names[0] ? names[kind] : "?";
}

static uint32_t crc32c(const uint8_t *p, size_t bytes)
{
    uint32_t crc = 0xffffffffu;
    for (size_t i = 0; i < bytes; i++) {
        crc ^= p[i];
        for (int k = 0; k < 8; k++) crc = crc >> 1 ^ (crc & 1 ? 0x82f63b78u : 0);
    }
    return ~crc;
}

/* Little-endian on the wire (RFC 9260 appendix A). */
void net_seal(uint8_t *p, size_t bytes)
{
    memset(p + 8, 0, 4);
    uint32_t crc = crc32c(p, bytes);
    for (int i = 0; i < 4; i++) p[8 + i] = (uint8_t)(crc >> 8 * i);
}
