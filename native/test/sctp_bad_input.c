/*
 * sctp_bad_input: garbage, cut and changed packets, wrong tags and checksums, floods of INITs, hints: nothing crashes, nothing is closed
 * that was not, everything is counted, and no memory is taken for strangers (S8, S9).
 */
#include "sctp/net.h"

static net n;
static uint64_t client, server;

static void open_pair(const sluice_sctp_config *c)
{
    net_open(&n, 2, c);
    net_listen(&n, 1, NET_PORT, SLUICE_SCTP_PROFILE_DEFAULT);
    net_pair(&n, 0, 1, SLUICE_SCTP_PROFILE_DEFAULT, &client, &server);
    net_run(&n, 300);
}

static void alive(void)
{
    net_forget(&n, 0);
    net_forget(&n, 1);
    CHECK_EQ(net_send(&n, 0, client, 0, "alive?", 6), 1);
    net_run(&n, 300);
    CHECK_EQ(net_count(&n, 1, server, SLUICE_SCTP_EV_MESSAGE), 1);
    CHECK_EQ(net_send(&n, 1, server, 0, "alive.", 6), 1);
    net_run(&n, 300);
    CHECK_EQ(net_count(&n, 0, client, SLUICE_SCTP_EV_MESSAGE), 1);
    CHECK_EQ(net_count(&n, 0, client, SLUICE_SCTP_EV_CLOSED) + net_count(&n, 1, server, SLUICE_SCTP_EV_CLOSED), 0);
}

/* Keeps copies of what passes by. */
static net_packet *kept[256];
static uint32_t kept_count;
static bool keep(net *net_, net_packet *p)
{
    (void)net_;
    if (kept_count < 256) {
        kept[kept_count] = malloc(sizeof *p + p->bytes);
        CHECK(kept[kept_count]);
        memcpy(kept[kept_count++], p, sizeof *p + p->bytes);
    }
    return true;
}

static void forget_kept(void)
{
    while (kept_count) free(kept[--kept_count]);
}

static void garbage(void)
{
    open_pair(NULL);
    uint64_t before = net_counter(&n, 1, SLUICE_SCTP_CTR_GARBAGE);
    for (uint32_t bytes = 0; bytes < 16; bytes++) {
        uint8_t data[16] = { 1, 2, 3, 4 };
        CHECK_GE(net_inject(&n, 1, &n.node[0].addr, data, bytes), 0);
    }
    CHECK_EQ(net_counter(&n, 1, SLUICE_SCTP_CTR_GARBAGE), before + 16);
    for (uint32_t i = 0; i < 20000; i++) {
        uint8_t data[2000];
        uint32_t bytes = net_random(&n, sizeof data);
        for (uint32_t k = 0; k < bytes; k++) data[k] = (uint8_t)net_random(&n, 256);
        CHECK_GE(net_inject(&n, 1, &n.node[0].addr, data, bytes), 0);
    }
    CHECK_GE(net_counter(&n, 1, SLUICE_SCTP_CTR_GARBAGE) + net_counter(&n, 1, SLUICE_SCTP_CTR_BAD_CHECKSUM), before + 16 + 19000);
    alive();
    net_close(&n);
}

/* A whole conversation: setup, data, reset, close. */
static void record(void)
{
    uint16_t stream = 1;
    uint64_t c, s;
    n.filter = keep;
    net_pair(&n, 0, 1, SLUICE_SCTP_PROFILE_DEFAULT, &c, &s);
    CHECK_EQ(net_send(&n, 0, c, 1, "a message", 9), 1);
    CHECK_EQ(net_send(&n, 1, s, 1, "another one", 11), 1);
    net_run(&n, 1500);
    CHECK_EQ(sluice_sctp_reset_streams(n.node[0].s, c, &stream, 1), 0);
    net_run(&n, 500);
    CHECK_EQ(sluice_sctp_close(n.node[1].s, s, 1000, NULL, 0), 0);
    net_run(&n, 500);
    n.filter = NULL;
    CHECK_GT(kept_count, 15);
}

/* Bits changed, cut, lengthened: with the old checksum, which catches it, and with a right one, where the tag or the parser has to. */
static void changed_packets(bool sealed)
{
    open_pair(NULL);
    record();
    for (uint32_t round = 0; round < 40; round++)
        for (uint32_t i = 0; i < kept_count; i++) {
            uint8_t data[2048];
            uint32_t bytes = kept[i]->bytes;
            memcpy(data, kept[i]->data, bytes);
            uint32_t changes = 1 + net_random(&n, 4);
            for (uint32_t k = 0; k < changes; k++) data[net_random(&n, bytes)] = (uint8_t)net_random(&n, 256);
            if (round % 3 == 1) bytes = net_random(&n, bytes + 1);
            if (round % 3 == 2) bytes += net_random(&n, 64);
            if (sealed && bytes >= 12) net_seal(data, bytes);
            CHECK_GE(net_inject(&n, kept[i]->to, &n.node[kept[i]->from].addr, data, bytes), 0);
            net_flush(&n);
        }
    if (!sealed) CHECK_GT(net_counter(&n, 0, SLUICE_SCTP_CTR_BAD_CHECKSUM), 100);
    alive();
    forget_kept();
    net_close(&n);
}

/* Forged packets for a live association: the right ports and address, but not the tag. */
static void wrong_tags(void)
{
    open_pair(NULL);
    uint32_t ports = net_need(&n, 0, client, SLUICE_SCTP_EV_UP)->e.value;
    static const uint8_t types[] = { 0, 3, 5, 6, 7, 8, 9, 10, 11, 14, 130, 192 };
    for (uint32_t i = 0; i < 3000; i++) {
        uint8_t p[32] = { (uint8_t)(ports >> 8), (uint8_t)ports, (uint8_t)(ports >> 24), (uint8_t)(ports >> 16) };
        uint32_t tag = net_random(&n, 1u << 24) * 251u | 1;
        memcpy(p + 4, &tag, 4);
        p[12] = types[i % sizeof types];
        p[13] = (uint8_t)(i / sizeof types % 2); /* the T bit among others */
        p[15] = i % 5 == 0 ? 4 : 20;
        uint32_t bytes = p[15] == 4 ? 16 : 32;
        net_seal(p, bytes);
        CHECK_GE(net_inject(&n, 1, &n.node[0].addr, p, bytes), 0);
        net_flush(&n);
    }
    CHECK_GT(net_counter(&n, 1, SLUICE_SCTP_CTR_BAD_TAG) + net_counter(&n, 1, SLUICE_SCTP_CTR_OUT_OF_THE_BLUE), 1000);
    alive();
    net_close(&n);
}

static uint32_t make_init(uint8_t *p, uint32_t port, uint32_t tag)
{
    static const uint8_t init[] = { 0, 0, 0x13, 0x88, 0, 0, 0, 0, 0, 0, 0, 0, /* common header, to port 5000 */
        1, 0, 0, 20, 0, 0, 0, 0, 0, 1, 0, 0, 0, 16, 0, 16, 0, 0, 0, 1 };
    memcpy(p, init, sizeof init);
    p[0] = (uint8_t)(port >> 8);
    p[1] = (uint8_t)port;
    for (int i = 0; i < 4; i++) p[16 + i] = (uint8_t)(tag >> 8 * i);
    net_seal(p, sizeof init);
    return sizeof init;
}

/* Strangers' INITs, each from another address, the answers going nowhere. */
static void init_flood(uint32_t peers)
{
    open_pair(NULL);
    for (uint32_t i = 1; i < peers; i++) {
        uint64_t c, s;
        sluice_sctp_addr own = n.node[0].addr;
        n.node[0].addr.port = (uint16_t)(20000 + i);
        net_pair(&n, 0, 1, SLUICE_SCTP_PROFILE_RFC, &c, &s);
        n.node[0].addr = own;
    }
    long before = 0;
    uint64_t out = net_counter(&n, 1, SLUICE_SCTP_CTR_OUT);
    for (uint32_t i = 0; i < 60000; i++) {
        uint8_t p[64];
        sluice_sctp_addr from = { .family = SLUICE_FAMILY_INET4, .port = (uint16_t)(1 + i % 65000),
                                  .bytes = { 11, (uint8_t)(i >> 16), (uint8_t)(i >> 8), (uint8_t)i } };
        CHECK_GE(net_inject(&n, 1, &from, p, make_init(p, 1 + i % 60000, i * 2654435761u | 1)), 0);
        net_pull(&n, 1);
        if (i % 100 == 99) CHECK_EQ(sluice_sctp_tick(n.node[1].s, 1), 10);
        if (i == 10000) before = net_rss_kb();
    }
    CHECK_EQ(net_counter(&n, 1, SLUICE_SCTP_CTR_PATHS), peers);
    CHECK_EQ(net_counter(&n, 1, SLUICE_SCTP_CTR_OPENED), peers);
    CHECK_GE(net_counter(&n, 1, SLUICE_SCTP_CTR_OUT) - out, 60000); /* all were answered */
    CHECK_GE(net_counter(&n, 1, SLUICE_SCTP_CTR_INITS_ANSWERED), 60000);
    long grown = net_rss_kb() - before;
    printf("%ld KiB more after 50000 INITs\n", grown);
#if !defined(__SANITIZE_ADDRESS__) /* which keeps freed memory for a while */
    CHECK_LT(grown, 2048);
#endif
    alive();
    net_close(&n);
}

static bool keep_cookie_echo(net *net_, net_packet *p)
{
    if (p->data[12] != 10) return true;
    keep(net_, p);
    return false;
}

/* A cookie that was given to one address is no good from another. */
static void stolen_cookie(void)
{
    open_pair(NULL);
    n.filter = keep_cookie_echo;
    uint64_t c = net_connect(&n, 0, 1, NET_PORT, SLUICE_SCTP_PROFILE_DEFAULT);
    net_flush(&n);
    n.filter = NULL;
    CHECK_EQ(kept_count, 1);
    sluice_sctp_addr thief = n.node[0].addr;
    uint64_t opened = net_counter(&n, 1, SLUICE_SCTP_CTR_OPENED);
    for (int i = 0; i < 3; i++) {
        if (i == 0) thief.bytes[3]++;
        if (i == 1) thief.port++;
        if (i == 2) thief.family = SLUICE_FAMILY_INET6;
        CHECK_GE(net_inject(&n, 1, &thief, kept[0]->data, kept[0]->bytes), 0);
        CHECK_EQ(net_counter(&n, 1, SLUICE_SCTP_CTR_OPENED), opened);
        CHECK_EQ(net_counter(&n, 1, SLUICE_SCTP_CTR_PATHS), 1);
        CHECK_EQ(net_counter(&n, 1, SLUICE_SCTP_CTR_BAD_COOKIES), i + 1);
        thief = n.node[0].addr;
    }
    CHECK_GE(net_inject(&n, 1, &n.node[0].addr, kept[0]->data, kept[0]->bytes), 0);
    CHECK_EQ(net_counter(&n, 1, SLUICE_SCTP_CTR_OPENED), opened + 1);
    net_flush(&n);
    net_need(&n, 0, c, SLUICE_SCTP_EV_UP);
    CHECK_GE(net_inject(&n, 1, &n.node[0].addr, kept[0]->data, kept[0]->bytes), 0); /* as when its COOKIE ACK was lost */
    CHECK_EQ(net_counter(&n, 1, SLUICE_SCTP_CTR_BAD_COOKIES), 3);
    forget_kept();
    net_close(&n);
}

/* ICMP: counted, probed at most every 100 ms, and no reason to close; unless the association asked for it. */
static void hints(void)
{
    open_pair(NULL);
    sluice_sctp_addr peer = n.node[1].addr;
    peer.link = 7;
    for (uint32_t i = 0; i < 100; i++) {
        for (uint32_t k = 0; k < 20; k++) CHECK_EQ(sluice_sctp_hint(n.node[0].s, &peer, ECONNREFUSED), 1);
        net_run(&n, 10);
    }
    CHECK_EQ(net_counter(&n, 0, SLUICE_SCTP_CTR_HINTS), 2000);
    CHECK_GE(net_counter(&n, 0, SLUICE_SCTP_CTR_PROBES), 5);
    CHECK_LE(net_counter(&n, 0, SLUICE_SCTP_CTR_PROBES), 11);
    CHECK_LT(net_counter(&n, 0, SLUICE_SCTP_CTR_OUT), 100);
    peer.port++;
    CHECK_EQ(sluice_sctp_hint(n.node[0].s, &peer, ECONNREFUSED), 0);
    peer.port--;
    alive();

    sluice_sctp_connect_args a = { .size = sizeof a, .peer_port = NET_PORT, .peer = peer,
                                   .options = { .size = 64, .flags = SLUICE_SCTP_CLOSE_ON_ICMP } };
    uint64_t opted = (uint64_t)sluice_sctp_connect(n.node[0].s, &a);
    net_flush(&n);
    uint64_t before_up = (uint64_t)sluice_sctp_connect(n.node[0].s, &a);
    CHECK_EQ(sluice_sctp_hint(n.node[0].s, &peer, ECONNREFUSED), 3);
    net_flush(&n);
    CHECK_EQ(net_need(&n, 0, opted, SLUICE_SCTP_EV_CLOSED)->e.kind, SLUICE_SCTP_CLOSED_UNREACHABLE);
    CHECK_EQ(net_need(&n, 0, opted, SLUICE_SCTP_EV_CLOSED)->e.os_errno, ECONNREFUSED);
    CHECK_EQ(net_need(&n, 0, before_up, SLUICE_SCTP_EV_CLOSED)->e.kind, SLUICE_SCTP_CLOSED_REFUSED);
    alive();
    net_close(&n);
}

/* The peer's ABORT with every cause code ends the association, with that code. */
static void every_cause(void)
{
    for (uint32_t cause = 0; cause < 256; cause++) {
        open_pair(NULL);
        n.filter = keep;
        CHECK_EQ(net_send(&n, 0, client, 0, "x", 1), 1);
        net_flush(&n);
        n.filter = NULL;
        uint8_t p[24];
        memcpy(p, kept[0]->data, 12); /* the right ports and tag */
        uint8_t chunk[12] = { 6, 0, 0, 11, (uint8_t)(cause >> 8), (uint8_t)cause, 0, 7, 'w', 'h', 'y' };
        memcpy(p + 12, chunk, 12);
        net_seal(p, sizeof p);
        CHECK_GE(net_inject(&n, 1, &n.node[0].addr, p, sizeof p), 0);
        net_flush(&n);
        net_event *e = net_need(&n, 1, server, SLUICE_SCTP_EV_CLOSED);
        CHECK_EQ(e->e.kind, SLUICE_SCTP_CLOSED_PEER_ABORT);
        CHECK_EQ(e->e.value, cause);
        CHECK_EQ(e->e.payload_bytes, 3);
        net_check_order(&n, 1, server, true);
        forget_kept();
        net_close(&n);
    }
}

/* DATA without data, from the real peer: usrsctp aborts, the peer is told. */
static void violation(void)
{
    open_pair(NULL);
    n.filter = keep;
    CHECK_EQ(net_send(&n, 0, client, 0, "x", 1), 1);
    net_flush(&n);
    n.filter = NULL;
    uint8_t p[28] = { 0 };
    memcpy(p, kept[0]->data, 12);
    p[13] = 3;
    p[15] = 16;
    net_seal(p, sizeof p);
    CHECK_GE(net_inject(&n, 1, &n.node[0].addr, p, sizeof p), 0);
    net_flush(&n);
    net_event *e = net_need(&n, 1, server, SLUICE_SCTP_EV_CLOSED);
    CHECK_MSG(e->e.kind == SLUICE_SCTP_CLOSED_PROTOCOL, "%s", net_kind(e->e.kind));
    CHECK(!(e->e.flags & SLUICE_SCTP_CLOSE_BY_PEER));
    CHECK_EQ(net_need(&n, 0, client, SLUICE_SCTP_EV_CLOSED)->e.kind, SLUICE_SCTP_CLOSED_PEER_ABORT);
    forget_kept();
    net_close(&n);
}

/* A SHUTDOWN that acknowledges what was never sent, as pion makes it: usrsctp aborts, but it is the peer's close. */
static void wrong_shutdown(void)
{
    open_pair(NULL);
    n.filter = keep;
    CHECK_EQ(net_send(&n, 1, server, 0, "y", 1), 1);
    net_flush(&n);
    uint32_t tsn = (uint32_t)kept[0]->data[16] << 24 | (uint32_t)kept[0]->data[17] << 16 | (uint32_t)kept[0]->data[18] << 8;
    CHECK_EQ(kept[0]->data[12], 0); /* DATA */
    forget_kept();
    n.filter = keep;
    CHECK_EQ(net_send(&n, 0, client, 0, "x", 1), 1);
    net_flush(&n);
    n.filter = NULL;
    tsn += 1u << 16; /* far ahead of what was sent */
    uint8_t p[20] = { 0 };
    memcpy(p, kept[0]->data, 12);
    uint8_t chunk[8] = { 7, 0, 0, 8, (uint8_t)(tsn >> 24), (uint8_t)(tsn >> 16), (uint8_t)(tsn >> 8), 0 };
    memcpy(p + 12, chunk, 8);
    net_seal(p, sizeof p);
    CHECK_GE(net_inject(&n, 1, &n.node[0].addr, p, sizeof p), 0);
    net_flush(&n);
    net_event *e = net_need(&n, 1, server, SLUICE_SCTP_EV_CLOSED);
    CHECK_MSG(e->e.kind == SLUICE_SCTP_CLOSED_PEER_SHUTDOWN, "%s", net_kind(e->e.kind));
    CHECK(e->e.flags & SLUICE_SCTP_CLOSE_BY_PEER);
    CHECK(e->e.flags & SLUICE_SCTP_CLOSE_SHUTDOWN_SEEN);
    CHECK_EQ(net_need(&n, 0, client, SLUICE_SCTP_EV_CLOSED)->e.kind, SLUICE_SCTP_CLOSED_PEER_ABORT);
    net_check_order(&n, 1, server, true);
    forget_kept();
    net_close(&n);
}

int main(void)
{
    net_need_usrsctp();
    garbage();
    changed_packets(false);
    changed_packets(true);
    wrong_tags();
    init_flood(1);
    init_flood(50);
    stolen_cookie();
    hints();
    every_cause();
    violation();
    wrong_shutdown();
    return 0;
}
