/*
 * fuzz_ring: random entries, random returns, random timing. Nothing may crash, every submission is answered, and after a
 * forced end no descriptor is left. The seed is printed; the same seed as second argument replays the run.
 *
 * Descriptors offered to ADOPT are kept out of the range of open ones: handing a descriptor over is trust, not form.
 */
#include <sys/socket.h>
#include <time.h>

#include "drive_dgram.h"

#define ENTRIES 60000
#define HANDLES 64
#define PAIRS 8
#define DATAGRAMS 4

static drive d;
static uint64_t state;
static uint64_t handles[HANDLES];
static uint32_t handle_count;
static int peers[HANDLES];
static uint8_t memory[70000];
static uint16_t udp_port;

static uint64_t next(void)
{
    state ^= state << 13;
    state ^= state >> 7;
    state ^= state << 17;
    return state * 0x2545f4914f6cdd1dull;
}

static uint32_t below(uint32_t n) { return (uint32_t)((next() >> 32) % n); }
static bool one_in(uint32_t n) { return below(n) == 0; }

static uint64_t some_handle(void)
{
    switch (below(8)) {
    case 0: return next();
    case 1: return next() & 0xff000000ffull;
    case 2: return 0;
    default: return handle_count ? handles[below(handle_count)] : 0;
    }
}

static uint64_t some_offset(void)
{
    uint32_t step = one_in(3) ? 8 : 128; /* structures lie at multiples of 128 */

    return one_in(8) ? next() : d.hdr->scratch_offset + below(d.hdr->scratch_bytes / step) * (uint64_t)step;
}

static uint64_t some_datagram_socket(void) { return handle_count > PAIRS ? handles[PAIRS + below(DATAGRAMS)] : 0; }

/* The last place of the scratch area holds a meta most of the time. */
static uint64_t meta_offset(void) { return d.hdr->scratch_offset + d.hdr->scratch_bytes - 128; }

static void as_datagram(sluice_sqe *e)
{
    e->handle = some_datagram_socket();
    e->aux = one_in(4) ? some_offset() : meta_offset();
    if (e->op == SLUICE_OP_SEND && one_in(2)) e->len = below(1400), e->addr = (uintptr_t)memory;
}

static uint64_t some_token(void) { return below(20); }

/* Mostly well-formed, so that the deeper layers are reached; then a few bits are spoilt. */
static sluice_sqe some_entry(void)
{
    sluice_sqe e = {.op = (uint8_t)below(SLUICE_OP_COUNT), .token = some_token(), .handle = some_handle()};

    switch (e.op) {
    case SLUICE_OP_NOP: e.handle = 0; break;
    case SLUICE_OP_LISTEN: case SLUICE_OP_CONNECT:
        e.handle = 0;
        e.addr = some_offset();
        if (one_in(4)) e.aux = some_offset(), e.aux32 = below(20);
        break;
    case SLUICE_OP_DATAGRAM:
        e.handle = 0;
        e.addr = some_offset();
        e.len = below(4);
        if (one_in(4)) e.aux = some_offset(), e.aux32 = below(20);
        break;
    case SLUICE_OP_RECVMSG:
        if (!one_in(4)) e.handle = some_datagram_socket();
        e.flags = (uint8_t)below(2);
        break;
    case SLUICE_OP_ACCEPT: case SLUICE_OP_RECV: e.flags = (uint8_t)below(2); break;
    case SLUICE_OP_SEND:
        e.addr = one_in(16) ? next() : (uintptr_t)memory;
        e.len = one_in(16) ? (uint32_t)next() : below(sizeof memory);
        if (e.len > sizeof memory) e.addr = 4096; /* unreadable rather than beyond the array */
        e.flags = one_in(2) ? SLUICE_SQE_LAZY : 0;
        if (one_in(3)) as_datagram(&e);
        break;
    case SLUICE_OP_SENDMSG:
        e.addr = some_offset();
        e.len = below(SLUICE_MAX_IOV + 2);
        if (one_in(3)) as_datagram(&e);
        break;
    case SLUICE_OP_SENDFILE: e.addr = below(1000); e.len = below(100000); e.aux32 = below(4); break;
    case SLUICE_OP_CLOSE: e.flags = (uint8_t)(below(4) << 2); break;
    case SLUICE_OP_CANCEL: e.aux = some_token(); break;
    case SLUICE_OP_ADOPT: e.handle = 0; e.aux32 = 100000 + below(1000); break;
    case SLUICE_OP_DETACH: e.op = one_in(16) ? SLUICE_OP_DETACH : SLUICE_OP_SHUTDOWN; break;
    default: break;
    }
    if (one_in(10)) {
        uint8_t *bytes = (uint8_t *)&e;
        uint32_t at = below(64);
        bytes[at] ^= (uint8_t)(1u << below(8));
        if (e.op == SLUICE_OP_ADOPT) e.aux32 |= 1u << 30; /* whatever was spoilt: not an open descriptor */
        /* A payload is ours, or unreadable; what lies between would be an error of this test's. */
        if (e.op == SLUICE_OP_SEND &&
            (e.addr < (uintptr_t)memory || e.len > sizeof memory || e.addr - (uintptr_t)memory > sizeof memory - e.len))
            e.addr = 4096;
    }
    return e;
}

static void spoil_scratch(void)
{
    uint32_t at = below(d.hdr->scratch_bytes / 128) * 128;
    sluice_addr a = drive_inet4(0);
    sluice_iovec v[8];
    /* Datagrams to the discard port bring ICMP back where nobody has it open; the other port is ours. */
    sluice_meta meta = {.family = (uint16_t)(one_in(4) ? 0 : SLUICE_FAMILY_INET4), .port = (uint16_t)(one_in(2) ? 9 : udp_port),
                        .addr = {127, 0, 0, 1}, .segment = one_in(8) ? 500 : 0};
    if (!meta.family) meta.port = 0, memset(meta.addr, 0, sizeof meta.addr);

    switch (below(5)) {
    case 4:
        memcpy(one_in(2) ? d.scratch + at : (uint8_t *)d.hdr + meta_offset(), &meta, sizeof meta);
        break;
    case 0:
        if (one_in(3)) a = drive_unix("\0sluice-fuzz", 12);
        memcpy(d.scratch + at, &a, sizeof a);
        break;
    case 1:
        for (int i = 0; i < 8; i++) v[i] = (sluice_iovec){(uintptr_t)memory, 1 + below(9000)};
        memcpy(d.scratch + at, v, sizeof v);
        break;
    case 2:
        for (uint32_t i = 0; i < 128; i += 16) {
            sluice_optval o = {.option = below(SLUICE_OPT_COUNT + 2), .value = below(3)};
            memcpy(d.scratch + at + i, &o, sizeof o);
        }
        break;
    default:
        for (uint32_t i = 0; i < 128; i++) d.scratch[at + i] = (uint8_t)below(3);
    }
}

static void look_at(void)
{
    for (uint32_t i = 0; i < d.list_count; i++) {
        const sluice_cqe *c = &d.list[i];
        if ((c->flags & SLUICE_CQE_BUFFER) && !one_in(20)) drive_give_back(&d, c);
        if (c->op == SLUICE_OP_DETACH && c->result >= 0) close(c->result);
        if (c->op < SLUICE_OP_COUNT && c->result == 0 && c->handle && !(c->flags & SLUICE_CQE_NOTE) &&
            (c->op == SLUICE_OP_LISTEN || c->op == SLUICE_OP_DATAGRAM || c->op == SLUICE_OP_ACCEPT || c->op == SLUICE_OP_CONNECT))
            handles[handle_count < HANDLES ? handle_count++ : below(HANDLES)] = c->handle;
    }
    d.list_count = 0;
    if (one_in(30)) {
        sluice_cqe wrong = {.buf_id = (uint16_t)next(), .buf_group = (uint16_t)below(20)};
        drive_give_back(&d, &wrong);
    }
}

static void fresh_pair(uint32_t i)
{
    int pair[2];

    if (peers[i] > 0) close(peers[i]);
    CHECK_SYS(socketpair(AF_UNIX, SOCK_STREAM, 0, pair));
    drive_put(&d, (sluice_sqe){.op = SLUICE_OP_ADOPT, .token = 1000, .aux32 = (uint32_t)pair[0]});
    handles[i] = drive_expect(&d, 1000, 0).handle;
    look_at();
    peers[i] = pair[1];
    if (i >= handle_count) handle_count = i + 1;
}

static void fresh_datagram(uint32_t i)
{
    sluice_optval recverr = {.option = SLUICE_OPT_IP_RECVERR, .value = one_in(2)};

    handles[i] = dgram_open(&d, drive_inet4(0), NULL, &recverr, 1);
    udp_port = one_in(2) ? drive_port(&d, handles[i]) : udp_port;
    look_at();
    if (i >= handle_count) handle_count = i + 1;
}

int main(int argc, char **argv)
{
    sluice_config config = drive_config();

    CHECK_GE(argc, 2);
    uint64_t seed = argc > 2 ? (uint64_t)strtoull(argv[2], NULL, 0) : (uint64_t)time(NULL) * 1000003u ^ (uint64_t)getpid();
    printf("seed %" PRIu64 "\n", seed);
    fflush(stdout);
    state = seed | 1;
    config.cq_entries = 64;
    config.sq_entries = 64;
    config.max_handles = 48;
    config.max_ops = 200;
    drive_open(&d, argv[1], &config);
    drive_pool(&d, 512, 16);
    drive_turn(&d, 0);
    int before = open_descriptors(), udp = peer_udp(&udp_port);
    uint64_t written = 0, skipped = drive_ctr(&d, SLUICE_CTR_SUBMISSIONS);
    for (uint32_t i = 0; i < PAIRS; i++, written++) fresh_pair(i);
    for (uint32_t i = PAIRS; i < PAIRS + DATAGRAMS; i++, written++) fresh_datagram(i);
    for (uint32_t n = 0; n < ENTRIES; n++) {
        if (one_in(3)) spoil_scratch();
        drive_put(&d, some_entry());
        written++;
        if (one_in(6)) drive_turn(&d, one_in(50) ? MS : 0);
        if (one_in(4)) look_at();
        int peer = peers[below(8)];
        if (peer > 0 && one_in(2)) {
            ssize_t ignored = one_in(2) ? send(peer, memory, below(2000), MSG_DONTWAIT | MSG_NOSIGNAL)
                                        : recv(peer, memory, sizeof memory, MSG_DONTWAIT);
            (void)ignored;
        }
        if (one_in(500)) {
            /* Room for the pair: the table is small on purpose, and other tokens are in use. */
            for (uint32_t i = 0; i < handle_count; i++, written++) drive_end(&d, handles[i], 2, SLUICE_SQE_ABORT);
            while (d.hdr->sq_head != d.hdr->sq_tail) drive_turn(&d, 0);
            for (int i = 0; i < 20; i++) drive_turn(&d, 0);
            look_at();
            if (drive_ctr(&d, SLUICE_CTR_OPENED) - drive_ctr(&d, SLUICE_CTR_CLOSED) + DATAGRAMS < config.max_handles) {
                fresh_pair(below(PAIRS));
                for (uint32_t i = PAIRS; i < PAIRS + DATAGRAMS; i++, written++) fresh_datagram(i);
                written++;
            }
        }
    }
    while (d.hdr->sq_head != d.hdr->sq_tail) drive_turn(&d, 0);
    CHECK_EQ(drive_ctr(&d, SLUICE_CTR_SUBMISSIONS) - skipped, written);
    uint64_t sent = drive_ctr(&d, SLUICE_CTR_DATAGRAMS_SENT), received = drive_ctr(&d, SLUICE_CTR_DATAGRAMS_RECEIVED),
             errors = drive_ctr(&d, SLUICE_CTR_DATAGRAM_ERRORS);
    for (uint32_t i = 0; i < 8; i++)
        if (peers[i] > 0) close(peers[i]);
    close(udp);
    CHECK_EQ(sluice_destroy(d.loop, SLUICE_DESTROY_FORCE), 0);
    printf("%" PRIu64 " entries; datagrams: %" PRIu64 " sent, %" PRIu64 " received, %" PRIu64 " errors\n", written, sent,
           received, errors);
    CHECK_GT(sent, 0);
    CHECK_LT(open_descriptors(), before);
    free(d.list);
    return 0;
}
