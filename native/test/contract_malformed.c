/* C7: malformed submissions are EINVAL; garbage in the ring words is refused; nothing crashes. */
#include "drive.h"

static drive d;
static uint64_t stream, listener;
static uint64_t token = 1;

static void refused(sluice_sqe e, const char *why)
{
    uint64_t invalid = drive_ctr(&d, SLUICE_CTR_INVALID);

    e.token = ++token;
    drive_put(&d, e);
    sluice_cqe c = drive_wait(&d, token);
    if (c.result != -SLUICE_EINVAL) FAIL("%s: result %d", why, c.result);
    CHECK_EQ(c.op, e.op);
    CHECK_EQ_U64(c.handle, e.handle);
    CHECK_EQ(drive_ctr(&d, SLUICE_CTR_INVALID) - invalid, 1);
}

/* A correct entry of every operation that, sent as it is, would not be refused for its form. */
static sluice_sqe correct(uint8_t op)
{
    sluice_addr a = drive_inet4(1);
    sluice_iovec v = {(uintptr_t)&d, 1};
    sluice_sqe e = {.op = op};

    drive_scratch_reset(&d);
    switch (op) {
    case SLUICE_OP_LISTEN: case SLUICE_OP_CONNECT: e.addr = drive_scratch(&d, &a, sizeof a); break;
    case SLUICE_OP_ACCEPT: e.handle = listener; break;
    case SLUICE_OP_SENDMSG: e.addr = drive_scratch(&d, &v, sizeof v); e.handle = stream; e.len = 1; break;
    case SLUICE_OP_SEND: case SLUICE_OP_SENDFILE: e.addr = 4096; e.len = 1; e.handle = stream; break;
    case SLUICE_OP_NOP: break;
    case SLUICE_OP_ADOPT: e.aux32 = 100000; break;
    default: e.handle = stream;
    }
    return e;
}

#define WRONG(field, value)                                                                            \
    do {                                                                                               \
        sluice_sqe e_ = correct(op);                                                                   \
        e_.field = (value);                                                                            \
        refused(e_, "op with unused " #field " set");                                                  \
    } while (0)

static void unused_fields_must_be_zero(void)
{
    static const uint32_t uses_len = 1 << SLUICE_OP_LISTEN | 1 << SLUICE_OP_SEND | 1 << SLUICE_OP_SENDMSG |
                                     1 << SLUICE_OP_SENDFILE;
    static const uint32_t uses_msg = 1 << SLUICE_OP_SEND | 1 << SLUICE_OP_SENDMSG;

    for (uint8_t op = 0; op < SLUICE_OP_COUNT; op++) {
            if (op == SLUICE_OP_RECVMSG || op == SLUICE_OP_DATAGRAM) continue;
        WRONG(reserved, 1);
        WRONG(msg_stream, 1);
        WRONG(msg_ppid, 1);
        WRONG(flags, 0x80);
        WRONG(msg_flags, 0x2);
        if (!(uses_msg >> op & 1)) WRONG(msg_flags, SLUICE_MSG_MORE);
        if (!(uses_len >> op & 1)) WRONG(len, 1);
        if (op != SLUICE_OP_RECV) WRONG(group, 1);
        if (op == SLUICE_OP_NOP || op == SLUICE_OP_LISTEN || op == SLUICE_OP_CONNECT || op == SLUICE_OP_ADOPT)
            WRONG(handle, stream);
        if (op == SLUICE_OP_RECV || op == SLUICE_OP_SHUTDOWN || op == SLUICE_OP_CLOSE) WRONG(addr, 8);
        if (op == SLUICE_OP_RECV || op == SLUICE_OP_SEND || op == SLUICE_OP_CLOSE) WRONG(aux, 8);
        if (op == SLUICE_OP_RECV || op == SLUICE_OP_SEND || op == SLUICE_OP_CLOSE) WRONG(aux32, 1);
    }
    refused((sluice_sqe){.op = SLUICE_OP_RECVMSG, .handle = stream}, "RECVMSG on a stream");
    refused((sluice_sqe){.op = SLUICE_OP_COUNT}, "unknown operation");
    refused((sluice_sqe){.op = 255}, "unknown operation");
}

static void offsets_are_checked(void)
{
    static const uint8_t ops[] = {SLUICE_OP_LISTEN, SLUICE_OP_CONNECT, SLUICE_OP_SENDMSG};
    uint64_t begin = d.hdr->scratch_offset, end = begin + d.hdr->scratch_bytes;
    const uint64_t bad[] = {0, 8, begin - 8, begin + 4, begin + 1, end, end - 8, end + 8, 1ull << 32, UINT64_MAX - 7,
                            UINT64_MAX, (uintptr_t)d.scratch, 1ull << 63};

    for (uint32_t o = 0; o < sizeof ops; o++)
        for (uint32_t i = 0; i < sizeof bad / sizeof *bad; i++) {
            sluice_sqe e = correct(ops[o]);
            e.addr = bad[i];
            refused(e, "offset");
            if (ops[o] == SLUICE_OP_SENDMSG) continue;
            e = correct(ops[o]);
            e.aux = bad[i];
            e.aux32 = 1;
            refused(e, "offset of options");
        }
    sluice_sqe e = correct(SLUICE_OP_LISTEN);
    e.aux = begin;
    e.aux32 = SLUICE_MAX_OPTVALS + 1;
    refused(e, "too many options");
    e.aux32 = 0;
    refused(e, "options without a count");
}

static void values_are_checked(void)
{
    sluice_sqe e = correct(SLUICE_OP_SEND);
    e.len = 0;
    refused(e, "empty SEND");
    e.len = 0x80000000u;
    refused(e, "SEND beyond the range of a result");
    e = correct(SLUICE_OP_SENDMSG);
    e.len = 0;
    refused(e, "SENDMSG of nothing");
    e.len = SLUICE_MAX_IOV + 1;
    refused(e, "SENDMSG of too much");
    sluice_iovec v[3] = {{8, 1}, {8, 0}, {8, 1}};
    drive_scratch_reset(&d);
    e.addr = drive_scratch(&d, v, sizeof v);
    e.len = 3;
    refused(e, "empty iovec");
    v[1].len = UINT64_MAX;
    drive_scratch_reset(&d);
    drive_scratch(&d, v, sizeof v);
    refused(e, "iovec lengths that overflow");
    refused((sluice_sqe){.op = SLUICE_OP_RECV, .handle = stream, .group = 1}, "group without a pool");
    refused((sluice_sqe){.op = SLUICE_OP_RECV, .handle = stream, .group = 0xffff}, "group beyond");
    refused((sluice_sqe){.op = SLUICE_OP_RECV, .handle = listener}, "RECV on a listener");
    refused((sluice_sqe){.op = SLUICE_OP_SEND, .handle = listener, .addr = 8, .len = 1}, "SEND on a listener");
    refused((sluice_sqe){.op = SLUICE_OP_ACCEPT, .handle = stream}, "ACCEPT on a stream");
    refused((sluice_sqe){.op = SLUICE_OP_CLOSE, .handle = stream, .flags = SLUICE_SQE_ABORT | SLUICE_SQE_DRAIN},
            "ABORT and DRAIN");
    refused((sluice_sqe){.op = SLUICE_OP_SENDFILE, .handle = stream, .len = 1, .aux32 = 77}, "unknown file");
    refused((sluice_sqe){.op = SLUICE_OP_ADOPT, .aux32 = 0xffffffffu}, "negative descriptor");
}

static void addresses_are_checked(void)
{
    sluice_addr good = drive_inet4(0), bad[9];

    for (int i = 0; i < 9; i++) bad[i] = good;
    bad[0].family = 0;
    bad[1].family = 9;
    bad[2].reserved = 1;
    bad[3].reserved2 = 1;
    bad[4].bytes[4] = 1;
    bad[5].path_len = 3;
    bad[6] = drive_unix("", 0);
    bad[7] = drive_unix("a", 1);
    bad[7].path_len = SLUICE_PATH_MAX + 1;
    bad[8] = drive_unix("a\0b", 3);
    for (int i = 0; i < 9; i++) {
        drive_scratch_reset(&d);
        refused((sluice_sqe){.op = SLUICE_OP_LISTEN, .addr = drive_scratch(&d, &bad[i], sizeof good)}, "address");
    }
}

static void garbage_in_the_ring_words_is_refused(void)
{
    sluice_header *h = d.hdr;
    static const uint32_t offs[] = {0x7fffffff, 0x80000000, 0xffff0000, 100000};
    uint32_t *words[] = {&h->sq_tail, &h->rq_tail, &h->cq_head};

    drive_turn(&d, 0);
    for (int w = 0; w < 3; w++)
        for (int i = 0; i < 4; i++) {
            uint32_t saved = *words[w], head = h->sq_head;
            *words[w] = saved + offs[i];
            CHECK_EQ(sluice_enter(d.loop, 0, 0), -SLUICE_EINVAL);
            CHECK_EQ(h->sq_head, head); /* nothing was consumed */
            *words[w] = saved;
        }
    drive_simple(&d, SLUICE_OP_NOP, 0, 1);
    drive_expect(&d, 1, 0);
    CHECK_EQ(sluice_enter(d.loop, 0, 1), -SLUICE_EINVAL);
}

int main(int argc, char **argv)
{
    int peer;

    CHECK_EQ(argc, 2);
    drive_open(&d, argv[1], NULL);
    drive_pool(&d, 4096, 16);
    drive_pair(&d, &stream, &peer);
    listener = drive_listen(&d, drive_inet4(0), NULL, 0);
    unused_fields_must_be_zero();
    offsets_are_checked();
    values_are_checked();
    addresses_are_checked();
    garbage_in_the_ring_words_is_refused();
    /* All of that did nothing to the handles. */
    drive_send(&d, stream, 1, "k", 1, 0);
    drive_expect(&d, 1, 1);
    drive_end(&d, stream, 2, 0);
    drive_end(&d, listener, 3, 0);
    drive_expect(&d, 2, 0);
    drive_expect(&d, 3, 0);
    drive_quiet(&d);
    close(peer);
    drive_close(&d);
    return 0;
}
