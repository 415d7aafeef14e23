/*
 * sctp_self: server and client on one stack, through two UDP sockets of it; and a memory region that is the caller's.
 */
#include "check.h"
#include "sluice_sctp.h"

static sluice_sctp *s;
static uint8_t *base;
static sluice_sctp_header *h;
static sluice_sctp_event seen[64];
static uint32_t seen_count;

/* Socket 1 has UDP port 1001, socket 2 port 1002, both on one address. */
static sluice_sctp_addr socket_addr(uint64_t through, uint64_t to)
{
    return (sluice_sctp_addr){ .family = SLUICE_FAMILY_INET6, .port = (uint16_t)(1000 + to), .bytes = { [15] = 1 }, .link = through };
}

static void turn(void)
{
    const uint32_t *out = (const uint32_t *)(const void *)(base + h->out_offset);
    uint32_t *ret = (uint32_t *)(void *)(base + h->return_offset);
    while (h->out_head != h->out_tail) {
        uint32_t slot = out[h->out_head++ & (h->slots - 1)];
        const sluice_sctp_slot *at = (const sluice_sctp_slot *)(const void *)(base + h->slots_offset + (size_t)slot * h->slot_bytes);
        /* It leaves through link and arrives at the other socket, which sees the link's port. */
        uint64_t to = at->peer.port - 1000u;
        sluice_sctp_datagram d = { .data = (uint64_t)(uintptr_t)at + SLUICE_SCTP_SLOT_DATA, .bytes = at->bytes,
                                   .peer = socket_addr(to, at->peer.link) };
        CHECK_GE(sluice_sctp_input(s, &d, 1), 0);
        ret[h->ret_tail++ & (h->slots - 1)] = slot;
    }
    const sluice_sctp_event *events = (const sluice_sctp_event *)(const void *)(base + h->event_offset);
    for (; h->ev_head != h->ev_tail; h->ev_head++) {
        CHECK_LT(seen_count, 64);
        seen[seen_count++] = events[h->ev_head & (h->event_entries - 1)];
    }
}

static const sluice_sctp_event *find(uint64_t assoc, uint8_t type)
{
    for (uint32_t i = 0; i < seen_count; i++)
        if (seen[i].assoc == assoc && seen[i].type == type) return &seen[i];
    FAIL("no event %u of %" PRIx64, type, assoc);
}

int main(void)
{
    sluice_sctp_config c = { .size = sizeof c };
    sluice_sctp_probe_info why = { .size = sizeof why };
    uint64_t bytes = sluice_sctp_shared_bytes(&c);
    CHECK_GT(bytes, 1000000);
    base = aligned_alloc(4096, bytes);
    CHECK(base);
    c.shared_base = (uint64_t)(uintptr_t)base;
    c.shared_bytes = bytes;
    int code = sluice_sctp_open(&c, NULL, &why, &s);
    if (code == -SLUICE_SCTP_ELIBRARY) SKIP("%s", why.reason);
    CHECK_EQ(code, 0);
    h = (sluice_sctp_header *)(void *)base;
    CHECK(sluice_sctp_shared(s, NULL) == base);
    CHECK_EQ(h->magic, SLUICE_SCTP_MAGIC);
    CHECK_EQ_U64(h->bytes, bytes);

    sluice_sctp_listen_args l = { .size = sizeof l, .port = 5000, .link = 1, .options = { .size = 64 } };
    CHECK_GT(sluice_sctp_listen(s, &l), 0);
    sluice_sctp_connect_args a = { .size = sizeof a, .peer_port = 5000, .peer = socket_addr(2, 1), .options = { .size = 64 } };
    uint64_t client = (uint64_t)sluice_sctp_connect(s, &a), server = 0;
    for (int i = 0; i < 5; i++) turn();
    find(client, SLUICE_SCTP_EV_UP);
    for (uint32_t i = 0; i < seen_count; i++)
        if (seen[i].type == SLUICE_SCTP_EV_UP && seen[i].assoc != client) server = seen[i].assoc;
    sluice_sctp_message m = { .assoc = client, .data = (uint64_t)(uintptr_t)"self", .bytes = 4 };
    CHECK_EQ(sluice_sctp_send(s, &m, 1), 1);
    for (int i = 0; i < 5; i++) turn();
    CHECK_EQ(find(server, SLUICE_SCTP_EV_MESSAGE)->payload_bytes, 4);
    CHECK_EQ(sluice_sctp_close(s, server, 1000, NULL, 0), 0);
    for (int i = 0; i < 10; i++) turn();
    CHECK(sluice_sctp_tick(s, 300) > 0); /* acknowledges what was delayed */
    for (int i = 0; i < 10; i++) turn();
    CHECK_EQ(find(client, SLUICE_SCTP_EV_CLOSED)->kind, SLUICE_SCTP_CLOSED_PEER_SHUTDOWN);
    CHECK_EQ(find(server, SLUICE_SCTP_EV_CLOSED)->kind, SLUICE_SCTP_CLOSED_LOCAL);
    CHECK_EQ(sluice_sctp_destroy(s, 0), -SLUICE_EBUSY); /* the listener */
    CHECK_EQ(sluice_sctp_shutdown(s, NULL, 0), 0);
    CHECK_EQ(sluice_sctp_destroy(s, 0), 0);
    CHECK_EQ(h->magic, SLUICE_SCTP_MAGIC); /* the region is still there */
    free(base);
    return 0;
}
