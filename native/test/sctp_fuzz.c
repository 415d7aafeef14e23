/*
 * sctp_fuzz: the input path with packets that a fuzzer makes up, towards a stack with a listener and a live association.
 *
 * An input is a list of packets: flags u8, length u16 (little-endian), bytes.
 *
 *   bit 0  a right checksum is put in        bit 2  from the address of the association's peer, else from a stranger's
 *   bit 1  the association's tag is put in   bit 3  50 ms pass after it
 *   bit 4  the association's ports are put in
 *
 * The tag is random in every run; putting it in is what lets a fuzzer get behind it. What has to hold: nothing crashes (the sanitizers see our C,
 * but not usrsctp's), every association ends at most once and in order, and the stack goes on serving.
 *
 *   with -DSLUICE_LIBFUZZER   linked with -fsanitize=fuzzer: ci/fuzz
 *   sctp_fuzz seeds DIR       writes a conversation's packets as a corpus
 *   sctp_fuzz [RUNS]          changes the same packets at random, from a fixed seed
 */
#include "sctp/net.h"

#define LIFE 500 /* inputs for which one pair of stacks lives */

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t bytes);

static net n;
static bool running;
static uint32_t inputs;
static uint64_t client, server;
static uint8_t header[12]; /* of the association's packets to the server */

static uint32_t crc32c(const uint8_t *p, size_t bytes)
{
    static uint32_t table[256];
    if (!table[1])
        for (uint32_t i = 0; i < 256; i++) {
            uint32_t c = i;
            for (int k = 0; k < 8; k++) c = c >> 1 ^ (c & 1 ? 0x82f63b78u : 0);
            table[i] = c;
        }
    uint32_t crc = 0xffffffffu;
    for (size_t i = 0; i < bytes; i++) crc = crc >> 8 ^ table[(crc ^ p[i]) & 255];
    return ~crc;
}

static bool learn_header(net *net_, net_packet *p)
{
    (void)net_;
    if (p->to == 1 && p->bytes >= 12) memcpy(header, p->data, 12);
    return true;
}

static void open_pair(void)
{
    n.filter = learn_header;
    net_forget(&n, 0);
    net_forget(&n, 1);
    net_pair(&n, 0, 1, SLUICE_SCTP_PROFILE_FAST, &client, &server);
    n.filter = NULL;
}

static void start(void)
{
    sluice_sctp_config c = { .size = sizeof c, .max_message_bytes = 65536, .max_associations = 64 };
    net_open(&n, 2, &c);
    net_listen(&n, 1, NET_PORT, SLUICE_SCTP_PROFILE_FAST);
    open_pair();
    running = true;
}

static void packet(uint8_t flags, const uint8_t *data, uint32_t bytes)
{
    uint8_t p[2048];
    sluice_sctp_addr from = n.node[0].addr;
    if (bytes > sizeof p) bytes = sizeof p;
    memcpy(p, data, bytes);
    if (flags & 16 && bytes >= 4) memcpy(p, header, 4);
    if (flags & 2 && bytes >= 8) memcpy(p + 4, header + 4, 4);
    if (flags & 1 && bytes >= 12) {
        memset(p + 8, 0, 4);
        uint32_t crc = crc32c(p, bytes);
        for (int i = 0; i < 4; i++) p[8 + i] = (uint8_t)(crc >> 8 * i);
    }
    if (!(flags & 4)) from.bytes[3] = 99;
    CHECK_GE(net_inject(&n, 1, &from, p, bytes), 0);
    net_flush(&n);
    if (flags & 8) net_run(&n, 50);
}

static void check_all(uint32_t node)
{
    for (uint32_t i = 0; i < n.node[node].count; i++) {
        const sluice_sctp_event *e = &n.node[node].list[i].e;
        if (e->type == SLUICE_SCTP_EV_UP)
            net_check_order(&n, node, e->assoc, net_find(&n, node, e->assoc, SLUICE_SCTP_EV_CLOSED, 0) != NULL);
    }
    CHECK_LE(net_counter(&n, node, SLUICE_SCTP_CTR_CLOSED), net_counter(&n, node, SLUICE_SCTP_CTR_OPENED));
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t bytes)
{
    if (!running) start();
    for (size_t at = 0; bytes - at >= 3;) {
        uint32_t length = (uint32_t)data[at + 1] | (uint32_t)data[at + 2] << 8;
        uint8_t flags = data[at];
        at += 3;
        if (length > bytes - at) length = (uint32_t)(bytes - at);
        packet(flags, data + at, length);
        at += length;
    }
    net_run(&n, 20);
    check_all(0);
    check_all(1);
    if (net_find(&n, 0, client, SLUICE_SCTP_EV_CLOSED, 0) || net_find(&n, 1, server, SLUICE_SCTP_EV_CLOSED, 0)) {
        net_run(&n, 3000); /* the other side notices, too */
        CHECK(net_find(&n, 0, client, SLUICE_SCTP_EV_CLOSED, 0) && net_find(&n, 1, server, SLUICE_SCTP_EV_CLOSED, 0));
        open_pair();
    }
    if (++inputs % LIFE == 0) {
        net_close(&n);
        running = false;
    }
    return 0;
}

#if !defined(SLUICE_LIBFUZZER)

typedef struct seed { uint8_t bytes[2100]; uint32_t n; } seed;
static seed seeds[64];
static uint32_t seed_count;

static bool collect(net *net_, net_packet *p)
{
    (void)net_;
    if (seed_count == 64) return true;
    seed *s = &seeds[seed_count++];
    s->bytes[0] = 1 | 2 | 4 | 16;
    if (p->data[12] == 1) s->bytes[0] = 1; /* INIT: tag 0, a stranger's */
    s->bytes[1] = (uint8_t)p->bytes;
    s->bytes[2] = (uint8_t)(p->bytes >> 8);
    memcpy(s->bytes + 3, p->data, p->bytes);
    s->n = 3 + p->bytes;
    return true;
}

/* Setup, data in one and in many pieces, heartbeats, a reset, SHUTDOWN, ABORT: packets of both directions. */
static void make_seeds(void)
{
    static uint8_t data[5000];
    uint16_t stream = 1;
    start();
    n.filter = collect;
    net_pair(&n, 0, 1, SLUICE_SCTP_PROFILE_FAST, &client, &server);
    CHECK_EQ(net_send(&n, 0, client, 1, data, 9), 1);
    CHECK_EQ(net_send(&n, 1, server, 1, data, sizeof data), 1);
    net_run(&n, 1000);
    CHECK_EQ(sluice_sctp_reset_streams(n.node[0].s, client, &stream, 1), 0);
    net_run(&n, 300);
    CHECK_EQ(sluice_sctp_close(n.node[0].s, client, 1000, NULL, 0), 0);
    net_run(&n, 300);
    net_pair(&n, 0, 1, SLUICE_SCTP_PROFILE_FAST, &client, &server);
    CHECK_EQ(sluice_sctp_abort(n.node[0].s, client, 12, "seed", 4), 0);
    net_run(&n, 300);
    n.filter = NULL;
    net_close(&n);
    running = false;
}

static void write_seeds(const char *dir)
{
    for (uint32_t i = 0; i < seed_count; i++) {
        char path[4096];
        snprintf(path, sizeof path, "%s/seed-%02u", dir, i);
        FILE *f = fopen(path, "wb");
        CHECK_MSG(f, "%s: %s", path, strerror(errno));
        CHECK_EQ(fwrite(seeds[i].bytes, 1, seeds[i].n, f), seeds[i].n);
        CHECK_EQ(fclose(f), 0);
    }
}

static uint32_t state = 20260101;
static uint32_t below(uint32_t limit)
{
    state = state * 1664525 + 1013904223;
    return (uint32_t)((uint64_t)(state >> 8) * limit >> 24);
}

/* Up to three packets behind each other, each with some bytes changed, mostly right behind the header. */
static size_t mutate(uint8_t *out)
{
    size_t size = 0;
    for (uint32_t k = 1 + below(3); k > 0; k--) {
        const seed *s = &seeds[below(seed_count)];
        uint8_t *p = out + size;
        memcpy(p, s->bytes, s->n);
        for (uint32_t c = below(6); c > 0; c--) p[15 + below(below(3) ? 40 : s->n - 15) % (s->n - 15)] = (uint8_t)below(256);
        if (below(8) == 0) p[0] = (uint8_t)below(32);
        size += s->n;
    }
    return size;
}

int main(int argc, char **argv)
{
    static uint8_t input[3 * sizeof(seed)];
    net_need_usrsctp();
    make_seeds();
    CHECK_GT(seed_count, 20);
    if (argc == 3 && strcmp(argv[1], "seeds") == 0) {
        write_seeds(argv[2]);
        return 0;
    }
    uint32_t runs = argc > 1 ? (uint32_t)strtoul(argv[1], NULL, 10) : 20000;
    for (uint32_t i = 0; i < runs; i++) LLVMFuzzerTestOneInput(input, mutate(input));
    if (running) net_close(&n);
    return 0;
}
#endif
