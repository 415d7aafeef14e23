/*
 * dgram_options: what a message carries besides its bytes (TOS with ECN, local address, interface, segment size, drops),
 * options with their refusals, IPv6 and mapped addresses, multicast.
 */
#include "drive_dgram.h"

#include <net/if.h>
#include <netinet/in.h>
#include <sys/socket.h>

#define RECEIVE 100
#define BUF_BYTES 65536u

static drive d;

static void ended(uint64_t handle)
{
    sluice_cqe c;

    drive_end(&d, handle, 1, 0);
    drive_expect(&d, 1, 0);
    while (drive_try(&d, RECEIVE, &c)) continue;
}

static int64_t option_of(uint64_t handle, uint32_t option)
{
    sluice_optval v = {.option = option};
    uint32_t len = sizeof v;

    CHECK_EQ(sluice_query(d.loop, handle, SLUICE_QUERY_OPTION, &v, &len), 0);
    return v.value;
}

static void send_one(uint64_t from, const sluice_meta *m, const void *bytes, uint32_t n)
{
    drive_scratch_reset(&d);
    dgram_send(&d, from, 2, bytes, n, m);
    drive_expect(&d, 2, (int32_t)n);
}

/* A datagram to a wildcard socket tells where it was sent to, and the answer can come from there; TOS both ways. */
static void local_address_and_tos_travel(bool inet6)
{
    sluice_optval v[] = {{.option = SLUICE_OPT_IP_PKTINFO, .value = 1}, {.option = SLUICE_OPT_IP_RECVTOS, .value = 1},
                         {.option = SLUICE_OPT_SO_RXQ_OVFL, .value = 1}};
    sluice_addr any4 = {.family = SLUICE_FAMILY_INET4};
    uint64_t server = dgram_open(&d, inet6 ? drive_any6(0) : any4, NULL, v, 3);
    uint64_t client = dgram_open(&d, drive_inet4(0), NULL, &v[1], 1);
    sluice_meta to = {.family = SLUICE_FAMILY_INET4, .port = drive_port(&d, server), .addr = {127, 3, 2, 1},
                      .flags = SLUICE_META_HAS_TOS, .tos = 0x2e << 2 | 1};
    static const uint8_t mapped[16] = {[10] = 0xff, [11] = 0xff, [12] = 127, [13] = 3, [14] = 2, [15] = 1};

    dgram_receive(&d, server, RECEIVE, true);
    dgram_receive(&d, client, RECEIVE + 1, true);
    send_one(client, &to, "question", 8);
    sluice_meta m = dgram_expect(&d, RECEIVE, "question", 8);
    CHECK_EQ(m.flags & (SLUICE_META_HAS_LOCAL | SLUICE_META_HAS_TOS), SLUICE_META_HAS_LOCAL | SLUICE_META_HAS_TOS);
    CHECK_EQ(m.family, inet6 ? SLUICE_FAMILY_INET6 : SLUICE_FAMILY_INET4);
    CHECK_EQ(memcmp(m.local, inet6 ? mapped : mapped + 12, inet6 ? 16 : 4), 0);
    CHECK_EQ(m.interface, if_nametoindex("lo"));
    CHECK_EQ(m.tos, 0x2e << 2 | 1);
    /* Back from the address that was asked, with another mark; once as it came, once as plain IPv4. */
    for (int plain = 0; plain < 2; plain++) {
        sluice_meta back = {.family = m.family, .port = m.port, .flags = SLUICE_META_HAS_LOCAL | SLUICE_META_HAS_TOS, .tos = 3};
        memcpy(back.addr, m.addr, 16);
        memcpy(back.local, m.local, 16);
        if (plain) {
            back.family = SLUICE_FAMILY_INET4;
            memset(back.addr, 0, 16);
            memset(back.local, 0, 16);
            memcpy(back.addr, mapped + 12, 4);
            memcpy(back.addr, (uint8_t[]){127, 0, 0, 1}, 4);
            memcpy(back.local, mapped + 12, 4);
        }
        send_one(server, &back, "answer", 6);
        sluice_meta a = dgram_expect(&d, RECEIVE + 1, "answer", 6);
        CHECK_EQ(memcmp(a.addr, mapped + 12, 4), 0);
        CHECK_EQ(a.port, to.port);
        CHECK_EQ(a.tos, 3);
        CHECK_EQ(a.flags & SLUICE_META_HAS_LOCAL, 0);
    }
    ended(server);
    drive_end(&d, client, 3, 0);
    drive_expect(&d, 3, 0);
    drive_expect(&d, RECEIVE + 1, -SLUICE_ECANCELED);
}

static void inet6_carries_class_and_local_address(void)
{
    sluice_optval v[] = {{.option = SLUICE_OPT_IP_PKTINFO, .value = 1}, {.option = SLUICE_OPT_IP_RECVTOS, .value = 1}};
    sluice_cqe c = dgram_try(&d, drive_inet6(0), NULL, v, 2);
    if (c.result) {
        printf("no IPv6 here: %s\n", sluice_strerror(c.result));
        return;
    }
    uint64_t client = dgram_open(&d, drive_inet6(0), NULL, NULL, 0);
    sluice_meta to = {.family = SLUICE_FAMILY_INET6, .port = drive_port(&d, c.handle), .addr = {[15] = 1},
                      .flags = SLUICE_META_HAS_TOS, .tos = 0x88};
    dgram_receive(&d, c.handle, RECEIVE, true);
    send_one(client, &to, "six", 3);
    sluice_meta m = dgram_expect(&d, RECEIVE, "six", 3);
    CHECK_EQ(m.tos, 0x88);
    CHECK_EQ(m.local[15], 1);
    CHECK_EQ(m.port, drive_port(&d, client));
    ended(c.handle);
    ended(client);
    /* Connected from IPv6 to an IPv4 address: mapped. */
    uint16_t port;
    int peer = peer_udp(&port);
    sluice_addr four = drive_inet4(port);
    uint64_t s = dgram_open(&d, drive_any6(0), &four, NULL, 0);
    char in[8];
    drive_scratch_reset(&d);
    dgram_send(&d, s, 2, "mapped", 6, NULL);
    drive_expect(&d, 2, 6);
    CHECK_EQ(peer_udp_from(&d, peer, in, sizeof in, NULL), 6);
    ended(s);
    close(peer);
}

/* One SEND becomes many datagrams, and many come in as one buffer, where the kernel can. */
static void segments_travel_together(void)
{
    sluice_optval gro = {.option = SLUICE_OPT_UDP_GRO, .value = 1};
    sluice_cqe c = dgram_try(&d, drive_inet4(0), NULL, &gro, 1);
    if (c.result) {
        CHECK_EQ(c.result, -SLUICE_ENOTSUP);
        CHECK_EQ(c.accepted, SLUICE_OPT_UDP_GRO);
        printf("no UDP_GRO in this kernel\n");
        return;
    }
    static uint8_t bytes[10500];
    uint8_t in[2000];
    uint16_t port;
    int peer = peer_udp(&port);
    uint64_t client = dgram_open(&d, drive_inet4(0), NULL, NULL, 0);
    sluice_meta to = dgram_to(port);

    for (uint32_t i = 0; i < sizeof bytes; i++) bytes[i] = oracle(3, i);
    to.segment = 1000;
    send_one(client, &to, bytes, sizeof bytes);
    for (uint32_t i = 0; i < sizeof bytes; i += 1000) {
        size_t n = peer_udp_from(&d, peer, in, sizeof in, NULL);
        CHECK_EQ(n, i + 1000 <= sizeof bytes ? 1000 : 500);
        CHECK_EQ(memcmp(in, bytes + i, n), 0);
    }
    /* Received together: the whole train in one buffer, with the size of its cars. */
    dgram_receive(&d, c.handle, RECEIVE, true);
    drive_turn(&d, 0);
    to.port = drive_port(&d, c.handle);
    send_one(client, &to, bytes, sizeof bytes);
    for (uint32_t at = 0; at < sizeof bytes;) {
        sluice_cqe r = drive_wait(&d, RECEIVE);
        sluice_meta m = dgram_meta(&d, &r);
        CHECK(m.segment == 1000 || r.result <= 1000);
        CHECK_EQ(memcmp(dgram_payload(&d, &r), bytes + at, (size_t)r.result), 0);
        if (!at) printf("first of the train: %d bytes, segments of %u\n", r.result, m.segment);
        at += (uint32_t)r.result;
        drive_give_back(&d, &r);
    }
    ended(c.handle);
    ended(client);
    close(peer);
}

/* Lost for want of room, and counted for those who ask. */
static void drops_are_counted(void)
{
    sluice_optval v[] = {{.option = SLUICE_OPT_SO_RXQ_OVFL, .value = 1}, {.option = SLUICE_OPT_SO_RCVBUF, .value = 2048}};
    uint64_t s = dgram_open(&d, drive_inet4(0), NULL, v, 2);
    uint16_t port;
    int peer = peer_udp(&port), got = 0;
    uint8_t bytes[1000] = {0};
    sluice_meta m = {0};
    sluice_cqe c;

    for (int i = 0; i < 100; i++) peer_udp_to(peer, drive_port(&d, s), bytes, sizeof bytes);
    dgram_receive(&d, s, RECEIVE, true);
    for (int i = 0; i < 3; i++) drive_turn(&d, 10 * MS);
    /* The kernel notes the count with a datagram when it queues it: one that comes now knows of all that were lost. */
    peer_udp_to(peer, drive_port(&d, s), bytes, 1);
    do {
        c = drive_wait(&d, RECEIVE);
        m = dgram_meta(&d, &c);
        drive_give_back(&d, &c);
        got++;
    } while (c.result != 1);
    CHECK(m.flags & SLUICE_META_HAS_DROPS);
    CHECK_EQ(m.drops, 101 - got);
    CHECK_GT(m.drops, 0);
    ended(s);
    close(peer);
}

static void refused_options_are_named(void)
{
    sluice_optval v[] = {{.option = SLUICE_OPT_SO_BROADCAST, .value = 1}, {.option = 4711, .value = 1}};
    sluice_cqe c = dgram_try(&d, drive_inet4(0), NULL, v, 2);

    CHECK_EQ(c.result, -SLUICE_ENOTSUP);
    CHECK_EQ(c.accepted, 4711);
    v[1] = (sluice_optval){.option = SLUICE_OPT_TCP_NODELAY, .value = 1};
    c = dgram_try(&d, drive_inet4(0), NULL, v, 2);
    CHECK_EQ(c.result, -SLUICE_ENOTSUP);
    CHECK_EQ(c.accepted, SLUICE_OPT_TCP_NODELAY);
    static const sluice_optval good[] = {
        {.option = SLUICE_OPT_SO_BROADCAST, .value = 1}, {.option = SLUICE_OPT_IP_TTL, .value = 33},
        {.option = SLUICE_OPT_IP_MULTICAST_TTL, .value = 7}, {.option = SLUICE_OPT_IP_MULTICAST_LOOP, .value = 0},
        {.option = SLUICE_OPT_IP_MULTICAST_ALL, .value = 0}, {.option = SLUICE_OPT_IP_PKTINFO, .value = 1},
        {.option = SLUICE_OPT_IP_RECVTOS, .value = 1}, {.option = SLUICE_OPT_IP_RECVERR, .value = 1},
        {.option = SLUICE_OPT_IP_MTU_DISCOVER, .value = 3}, {.option = SLUICE_OPT_SO_RXQ_OVFL, .value = 1},
        {.option = SLUICE_OPT_IP_TOS, .value = 0x10}, {.option = SLUICE_OPT_SO_REUSEPORT, .value = 1}};
    uint32_t n = sizeof good / sizeof *good;
    for (int six = 0; six < 2; six++) {
        c = dgram_try(&d, six ? drive_any6(0) : drive_inet4(0), NULL, good, n);
        if (six && c.result) break; /* no IPv6 here */
        CHECK_EQ(c.result, 0);
        for (uint32_t i = 0; i < n; i++) CHECK_EQ(option_of(c.handle, good[i].option), good[i].value);
        /* IP_RECVERR stays as it is while a RECVMSG relies on it. */
        sluice_optval off = {.option = SLUICE_OPT_IP_RECVERR, .value = 0};
        dgram_receive(&d, c.handle, RECEIVE, true);
        drive_turn(&d, 0);
        CHECK_EQ(sluice_control(d.loop, c.handle, SLUICE_CONTROL_SET_OPTION, &off, sizeof off), -SLUICE_EBUSY);
        ended(c.handle);
    }
}

static void multicast(bool sourced)
{
    sluice_optval v[] = {{.option = SLUICE_OPT_IP_PKTINFO, .value = 1}, {.option = SLUICE_OPT_IP_MULTICAST_ALL, .value = 0},
                         {.option = SLUICE_OPT_SO_REUSEADDR, .value = 1}};
    sluice_optval out = {.option = SLUICE_OPT_IP_MULTICAST_IF, .value = if_nametoindex("lo")};
    sluice_addr any = {.family = SLUICE_FAMILY_INET4};
    uint64_t member = dgram_open(&d, any, NULL, v, 3), sender = dgram_open(&d, drive_inet4(0), NULL, &out, 1);
    sluice_group g = {.family = SLUICE_FAMILY_INET4, .sourced = sourced, .interface = if_nametoindex("lo"),
                      .group = {232, 1, 2, 3}, .source = {127, 0, 0, sourced}};
    sluice_meta to = {.family = SLUICE_FAMILY_INET4, .port = drive_port(&d, member), .addr = {232, 1, 2, 3}};

    memset(g.source, 0, 16);
    if (sourced) memcpy(g.source, (uint8_t[]){127, 0, 0, 1}, 4);
    dgram_receive(&d, member, RECEIVE, true);
    drive_scratch_reset(&d);
    dgram_send(&d, sender, 2, "before", 6, &to);
    sluice_cqe c = drive_wait(&d, 2);
    if (c.result < 0) {
        printf("no multicast on loopback here: %s\n", sluice_strerror(c.result));
        ended(member);
        ended(sender);
        return;
    }
    int rc = sluice_control(d.loop, member, SLUICE_CONTROL_JOIN, &g, sizeof g);
    CHECK_EQ(rc, 0);
    CHECK_EQ(sluice_control(d.loop, member, SLUICE_CONTROL_JOIN, &g, sizeof g), sourced ? -SLUICE_EADDRNOTAVAIL : -SLUICE_EADDRINUSE);
    send_one(sender, &to, "joined", 6);
    sluice_meta m = dgram_expect(&d, RECEIVE, "joined", 6);
    CHECK_EQ(memcmp(m.local, to.addr, 4), 0); /* the group */
    sluice_group wrong = g;
    if (!sourced) {
        wrong.sourced = 1;
        memcpy(wrong.source, (uint8_t[]){127, 0, 0, 1}, 4);
        CHECK_EQ(sluice_control(d.loop, member, SLUICE_CONTROL_BLOCK, &wrong, sizeof wrong), 0);
        send_one(sender, &to, "blocked", 7);
        CHECK_EQ(sluice_control(d.loop, member, SLUICE_CONTROL_UNBLOCK, &wrong, sizeof wrong), 0);
        send_one(sender, &to, "unblocked", 9);
        dgram_expect(&d, RECEIVE, "unblocked", 9);
    }
    CHECK_EQ(sluice_control(d.loop, member, SLUICE_CONTROL_LEAVE, &g, sizeof g), 0);
    CHECK_EQ(sluice_control(d.loop, member, SLUICE_CONTROL_LEAVE, &g, sizeof g), sourced ? -SLUICE_EINVAL : -SLUICE_EADDRNOTAVAIL);
    send_one(sender, &to, "left", 4);
    for (int i = 0; i < 3; i++) drive_turn(&d, 5 * MS);
    CHECK(!drive_try(&d, RECEIVE, &c));
    /* Malformed ones. */
    CHECK_EQ(sluice_control(d.loop, member, SLUICE_CONTROL_JOIN, &g, sizeof g - 1), -SLUICE_EINVAL);
    wrong = g, wrong.family = SLUICE_FAMILY_INET6;
    CHECK_EQ(sluice_control(d.loop, member, SLUICE_CONTROL_JOIN, &wrong, sizeof wrong), -SLUICE_EINVAL);
    wrong = g, wrong.group[4] = 1;
    CHECK_EQ(sluice_control(d.loop, member, SLUICE_CONTROL_JOIN, &wrong, sizeof wrong), -SLUICE_EINVAL);
    wrong = g, wrong.sourced = 2;
    CHECK_EQ(sluice_control(d.loop, member, SLUICE_CONTROL_JOIN, &wrong, sizeof wrong), -SLUICE_EINVAL);
    wrong = g, wrong.group[0] = 10;
    CHECK_EQ(sluice_control(d.loop, member, SLUICE_CONTROL_JOIN, &wrong, sizeof wrong), -SLUICE_EINVAL);
    ended(member);
    CHECK_EQ(sluice_control(d.loop, member, SLUICE_CONTROL_JOIN, &g, sizeof g), -SLUICE_ESTALE);
    ended(sender);
}

/* Interface 0: the routing table's choice. Whether anything arrives there is up to the host's routes; joining and leaving is not. */
static void a_group_is_joined_where_the_routing_table_says(bool inet6, bool sourced)
{
    sluice_addr any4 = {.family = SLUICE_FAMILY_INET4};
    sluice_group g = {.family = inet6 ? SLUICE_FAMILY_INET6 : SLUICE_FAMILY_INET4, .sourced = sourced, .group = {232, 1, 2, 4}};
    sluice_cqe c = dgram_try(&d, inet6 ? drive_any6(0) : any4, NULL, NULL, 0);

    if (c.result) {
        printf("no IPv6 here: %s\n", sluice_strerror(c.result));
        return;
    }
    if (inet6) memcpy(g.group, (uint8_t[16]){0xff, 0x15, [15] = 9}, 16);
    if (sourced) memcpy(g.source, (uint8_t[]){127, 0, 0, 1}, 4);
    int rc = sluice_control(d.loop, c.handle, SLUICE_CONTROL_JOIN, &g, sizeof g);
    if (rc == -SLUICE_EOTHER) printf("no route for groups here: %s\n", sluice_strerror(rc)); /* ENODEV */
    else {
        CHECK_EQ(rc, 0);
        CHECK_EQ(sluice_control(d.loop, c.handle, SLUICE_CONTROL_JOIN, &g, sizeof g),
                 sourced ? -SLUICE_EADDRNOTAVAIL : -SLUICE_EADDRINUSE);
        CHECK_EQ(sluice_control(d.loop, c.handle, SLUICE_CONTROL_LEAVE, &g, sizeof g), 0);
        CHECK(sluice_control(d.loop, c.handle, SLUICE_CONTROL_LEAVE, &g, sizeof g) < 0);
    }
    if (!sourced) CHECK_EQ(sluice_control(d.loop, c.handle, SLUICE_CONTROL_BLOCK, &g, sizeof g), -SLUICE_EINVAL);
    ended(c.handle);
}

int main(int argc, char **argv)
{
    CHECK_EQ(argc, 2);
    drive_open(&d, argv[1], NULL);
    drive_pool(&d, BUF_BYTES, 64);
    local_address_and_tos_travel(false);
    local_address_and_tos_travel(true);
    inet6_carries_class_and_local_address();
    segments_travel_together();
    drops_are_counted();
    refused_options_are_named();
    multicast(false);
    multicast(true);
    a_group_is_joined_where_the_routing_table_says(false, false);
    a_group_is_joined_where_the_routing_table_says(false, true);
    a_group_is_joined_where_the_routing_table_says(true, false);
    drive_quiet(&d);
    CHECK_EQ(drive_ctr(&d, SLUICE_CTR_BUFFERS_OUT), 0);
    drive_close(&d);
    return 0;
}
