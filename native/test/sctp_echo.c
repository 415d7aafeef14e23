/* sctp_echo: two stacks exchange messages of all sizes on several streams, ordered and not, and part in good order. */
#include "sctp/net.h"

static net n;

static void check_message(uint32_t node, uint64_t assoc, uint32_t nth, const uint8_t *data, uint32_t bytes, uint16_t stream)
{
    net_event *m = net_find(&n, node, assoc, SLUICE_SCTP_EV_MESSAGE, nth);
    CHECK_MSG(m, "message %u of %u bytes", nth, bytes);
    CHECK_EQ(m->e.payload_bytes, bytes);
    CHECK_EQ(m->e.stream, stream);
    CHECK_EQ(m->e.ppid, 51);
    CHECK_MEM_EQ(m->data, data, bytes);
}

static void sizes(uint64_t client, uint64_t server)
{
    static const uint32_t bytes[] = { 1, 2, 3, 4, 1100, 1172, 1173, 4096, 65535, 65536, 200000, 262144 };
    static uint8_t data[262144];
    for (uint32_t i = 0; i < sizeof data; i++) data[i] = (uint8_t)(i * 7 + i / 251);
    for (uint32_t i = 0; i < sizeof bytes / sizeof bytes[0]; i++) {
        CHECK_EQ(net_send(&n, 0, client, (uint16_t)(i % 16), data, bytes[i]), 1);
        net_run(&n, 50);
        check_message(1, server, i, data, bytes[i], (uint16_t)(i % 16));
        CHECK_EQ(net_send(&n, 1, server, (uint16_t)(i % 16), data, bytes[i]), 1);
        net_run(&n, 50);
        check_message(0, client, i, data, bytes[i], (uint16_t)(i % 16));
    }
}

static void up_events(uint64_t client, uint64_t server)
{
    net_event *c = net_need(&n, 0, client, SLUICE_SCTP_EV_UP), *s = net_need(&n, 1, server, SLUICE_SCTP_EV_UP);
    CHECK_EQ(c->e.flags, 0);
    CHECK_EQ(s->e.flags, SLUICE_SCTP_UP_ACCEPTED);
    CHECK_EQ(c->e.tag, 2000);
    CHECK_EQ(s->e.tag, 1001);
    CHECK_EQ(c->e.value >> 16, NET_PORT);
    CHECK_EQ(s->e.value & 0xffff, NET_PORT);
    CHECK_NE(c->e.value & 0xffff, 0);
    CHECK_EQ(s->e.value >> 16, c->e.value & 0xffff);
    CHECK_EQ(c->e.context, 16u << 16 | 16);
    sluice_sctp_addr peer;
    CHECK_EQ(s->e.payload_bytes, sizeof peer);
    memcpy(&peer, s->data, sizeof peer);
    CHECK_EQ(peer.port, n.node[0].addr.port);
    CHECK_EQ(peer.link, n.node[1].link);
}

static void info(uint64_t client)
{
    sluice_sctp_info i;
    uint32_t bytes = sizeof i;
    CHECK_EQ(sluice_sctp_query(n.node[0].s, client, SLUICE_SCTP_QUERY_INFO, &i, &bytes), 0);
    CHECK_EQ(i.state, SLUICE_SCTP_STATE_OPEN);
    CHECK_EQ(i.peer_port, NET_PORT);
    CHECK_EQ(i.streams_out, 16);
    CHECK_EQ(i.unacknowledged, 0);
    CHECK_GT(i.cwnd_bytes, 0);
    CHECK_GT(i.peer_window_bytes, 100000);
}

int main(void)
{
    net_need_usrsctp();
    net_open(&n, 2, NULL);
    net_listen(&n, 1, NET_PORT, SLUICE_SCTP_PROFILE_DEFAULT);
    CHECK_EQ(n.node[1].h->next_tick_ms, -1);
    uint64_t client, server;
    net_pair(&n, 0, 1, SLUICE_SCTP_PROFILE_DEFAULT, &client, &server);
    CHECK_EQ(n.node[1].h->next_tick_ms, 10);
    up_events(client, server);
    sizes(client, server);
    info(client);

    CHECK_EQ(sluice_sctp_close(n.node[0].s, client, 1000, "bye", 3), 0);
    net_run(&n, 100);
    CHECK_EQ(net_need(&n, 0, client, SLUICE_SCTP_EV_CLOSED)->e.kind, SLUICE_SCTP_CLOSED_LOCAL);
    CHECK_EQ(net_need(&n, 1, server, SLUICE_SCTP_EV_CLOSED)->e.kind, SLUICE_SCTP_CLOSED_PEER_SHUTDOWN);
    net_check_order(&n, 0, client, true);
    net_check_order(&n, 1, server, true);
    CHECK_EQ(net_counter(&n, 0, SLUICE_SCTP_CTR_PATHS), 0);
    net_run(&n, 1000);
    CHECK_EQ(n.node[0].h->next_tick_ms, -1);
    net_close(&n);
    return 0;
}
