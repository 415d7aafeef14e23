/*
 * sctp_full_rings: a caller that reads slowly, or spoils the rings. Nothing is lost, the peer is held up by its window, ends wait for
 * room and then come in order; what is impossible in a ring word is refused.
 */
#include "sctp/net.h"

static net n;

static sluice_sctp_config small(void)
{
    return (sluice_sctp_config){ .size = sizeof(sluice_sctp_config), .event_entries = 16, .slots = 64,
                                 .max_message_bytes = 20000, .arena_bytes = 65536, .recv_buffer_bytes = 65536 };
}

static void slow_reader(bool abort)
{
    static uint8_t data[20000];
    uint64_t client, server;
    uint32_t sent = 0;
    sluice_sctp_config c = small();
    net_open(&n, 2, &c);
    net_listen(&n, 1, NET_PORT, SLUICE_SCTP_PROFILE_WAN);
    net_pair(&n, 0, 1, SLUICE_SCTP_PROFILE_WAN, &client, &server);
    n.node[1].no_read = true;
    for (uint32_t i = 0; i < 100; i++) {
        data[0] = (uint8_t)i;
        uint32_t bytes = i % 7 == 0 ? sizeof data : 1 + i * 13 % 1500;
        if (net_send(&n, 0, client, 2, data, bytes) != 1) break;
        sent++;
        net_run(&n, 20);
    }
    CHECK_GT(sent, 16);
    net_run(&n, 5000);
    CHECK_EQ(n.node[1].h->waiting, 1);
    CHECK_LE(n.node[1].h->ev_tail - n.node[1].h->ev_head, 16);
    if (abort) CHECK_EQ(sluice_sctp_abort(n.node[0].s, client, 12, "late", 4), 0);
    else CHECK_EQ(sluice_sctp_close(n.node[0].s, client, 60000, NULL, 0), 0);
    net_flush(&n);
    n.node[1].no_read = false;
    net_run(&n, 20000);
    CHECK_EQ(n.node[1].h->waiting, 0);
    uint32_t got = net_count(&n, 1, server, SLUICE_SCTP_EV_MESSAGE);
    if (abort) CHECK_LE(got, sent);
    else CHECK_EQ(got, sent);
    for (uint32_t i = 0; i < got; i++) CHECK_EQ(net_find(&n, 1, server, SLUICE_SCTP_EV_MESSAGE, i)->data[0], i);
    CHECK_EQ(net_need(&n, 1, server, SLUICE_SCTP_EV_CLOSED)->e.kind,
             abort ? SLUICE_SCTP_CLOSED_PEER_ABORT : SLUICE_SCTP_CLOSED_PEER_SHUTDOWN);
    net_check_order(&n, 1, server, true);
    net_close(&n);
}

/* Forty ends for a ring of sixteen. */
static void more_ends_than_room(void)
{
    enum { MANY = 40 };
    uint64_t client[MANY], server[MANY];
    sluice_sctp_config c = small();
    net_open(&n, 2, &c);
    net_listen(&n, 1, NET_PORT, SLUICE_SCTP_PROFILE_DEFAULT);
    for (int i = 0; i < MANY; i++) net_pair(&n, 0, 1, SLUICE_SCTP_PROFILE_DEFAULT, &client[i], &server[i]);
    n.node[1].no_read = true;
    for (int i = 0; i < MANY; i++) {
        CHECK_EQ(sluice_sctp_abort(n.node[0].s, client[i], 12, "many", 4), 0);
        net_flush(&n);
    }
    for (int i = 0; i < MANY; i++) CHECK_EQ(net_send(&n, 1, server[i], 0, "x", 1), -SLUICE_SCTP_ECLOSED);
    n.node[1].no_read = false;
    net_flush(&n);
    for (int i = 0; i < MANY; i++) {
        net_check_order(&n, 1, server[i], true);
        CHECK_EQ(net_need(&n, 1, server[i], SLUICE_SCTP_EV_CLOSED)->e.payload_bytes, 4);
    }
    CHECK_EQ(net_counter(&n, 1, SLUICE_SCTP_CTR_CLOSED), MANY);
    net_close(&n);
}

/* Datagrams that nobody takes away: dropped, counted, sent again by SCTP. */
static void no_slots(void)
{
    enum { FEW = 6 };
    uint64_t client[FEW], server[FEW];
    sluice_sctp_config c = small();
    c.slots = 8;
    net_open(&n, 2, &c);
    net_listen(&n, 1, NET_PORT, SLUICE_SCTP_PROFILE_DEFAULT);
    for (uint32_t i = 0; i < FEW; i++) net_pair(&n, 0, 1, SLUICE_SCTP_PROFILE_DEFAULT, &client[i], &server[i]);
    for (uint32_t i = 0; i < 10 * FEW; i++) {
        uint8_t data[1100] = { (uint8_t)i };
        CHECK_EQ(net_send(&n, 0, client[i % FEW], 0, data, sizeof data), 1);
    }
    for (uint32_t i = 0; i < 40; i++) CHECK(sluice_sctp_tick(n.node[0].s, 10) > 0); /* and nobody sends what comes out */
    net_run(&n, 5000);
    CHECK_GT(net_counter(&n, 0, SLUICE_SCTP_CTR_OUT_DROPPED), 0);
    for (uint32_t i = 0; i < FEW; i++) CHECK_EQ(net_count(&n, 1, server[i], SLUICE_SCTP_EV_MESSAGE), 10);
    net_close(&n);
}

static void spoiled_words(void)
{
    uint64_t client, server;
    net_open(&n, 2, NULL);
    net_listen(&n, 1, NET_PORT, SLUICE_SCTP_PROFILE_DEFAULT);
    net_pair(&n, 0, 1, SLUICE_SCTP_PROFILE_DEFAULT, &client, &server);
    sluice_sctp *s = n.node[0].s;
    sluice_sctp_header *h = n.node[0].h;
    CHECK_EQ(sluice_sctp_input(s, NULL, 0), 0);
    sluice_sctp_header good = *h;
    uint32_t *ret = (uint32_t *)(void *)(n.node[0].base + h->return_offset);
    h->ev_head = h->ev_tail + 1;
    CHECK_EQ(sluice_sctp_input(s, NULL, 0), -SLUICE_EINVAL);
    h->ev_head = good.ev_head - 1;
    CHECK_EQ(sluice_sctp_tick(s, 10), -SLUICE_EINVAL);
    h->ev_head = good.ev_head;
    h->ret_tail = good.ret_tail + h->slots + 1;
    CHECK_EQ(net_send(&n, 0, client, 0, "x", 1), -SLUICE_EINVAL);
    h->ret_tail = good.ret_tail;
    /* Numbers that are not out: far outside, given back twice, never handed out. */
    uint64_t bad = net_counter(&n, 0, SLUICE_SCTP_CTR_BAD_RETURNS);
    ret[h->ret_tail++ & (h->slots - 1)] = 0xffffffffu;
    ret[h->ret_tail++ & (h->slots - 1)] = 5;
    ret[h->ret_tail++ & (h->slots - 1)] = 5;
    CHECK_GE(sluice_sctp_input(s, NULL, 0), 0);
    CHECK_EQ(net_counter(&n, 0, SLUICE_SCTP_CTR_BAD_RETURNS), bad + 3);
    /* Everything else in the region may be overwritten: C keeps its own truth. */
    sluice_sctp_event *events = (sluice_sctp_event *)(void *)(n.node[0].base + h->event_offset);
    memset(events, 0xff, h->event_entries * sizeof *events);
    h->arena_offset = h->out_offset = h->slots_offset = h->event_offset = h->event_entries = h->arena_bytes = 0;
    h->ev_tail = h->out_tail = h->ret_head = 12345;
    CHECK_EQ(net_send(&n, 0, client, 0, "still", 5), 1);
    CHECK_EQ(h->ev_tail, good.ev_tail);
    net_close(&n);
}

/*
 * An event without payload that was written before the arena was found empty, and read after it: what it remembers is a
 * place before the stretch that was skipped since.
 */
static void read_one_event_late(void)
{
    uint64_t client, server;
    uint8_t data[900] = { 0 };
    net_open(&n, 2, NULL);
    sluice_sctp_listen_args l = { .size = sizeof l, .port = NET_PORT, .link = 7,
                                  .options = { .size = 64, .flags = SLUICE_SCTP_TELL_DRY } };
    CHECK_GT(sluice_sctp_listen(n.node[1].s, &l), 0);
    net_pair(&n, 0, 1, SLUICE_SCTP_PROFILE_DEFAULT, &client, &server);
    net_run(&n, 300);
    n.node[1].no_read = true;
    CHECK_EQ(net_send(&n, 0, client, 0, "payload", 7), 1);
    net_flush(&n);
    CHECK_EQ(net_send(&n, 1, server, 0, data, 1), 1);
    net_run(&n, 300); /* MESSAGE, then SEND_DRY */
    CHECK_EQ(n.node[1].h->ev_tail - n.node[1].h->ev_head, 2);
    n.node[1].h->ev_head++;
    for (uint32_t i = 0; i < 3; i++) CHECK_EQ(net_send(&n, 1, server, 0, data, sizeof data), 1);
    net_flush(&n); /* two are acknowledged at once: nothing to tell, but a look into the empty arena */
    CHECK_EQ(n.node[1].h->ev_tail - n.node[1].h->ev_head, 1);
    n.node[1].no_read = false;
    net_run(&n, 1000);
    CHECK_EQ(n.node[1].h->waiting, 0);
    for (uint32_t i = 0; i < 5; i++) CHECK_EQ(net_send(&n, 0, client, 0, "more", 4), 1);
    net_run(&n, 1000);
    CHECK_EQ(net_count(&n, 1, server, SLUICE_SCTP_EV_MESSAGE), 5);
    net_close(&n);
}

int main(void)
{
    net_need_usrsctp();
    slow_reader(false);
    slow_reader(true);
    more_ends_than_room();
    no_slots();
    spoiled_words();
    read_one_event_late();
    return 0;
}
