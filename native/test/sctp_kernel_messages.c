/* sctp_kernel_messages: what is sent over the kernel's SCTP arrives whole, in order, on its stream, with its protocol id. */
#include "sctp/kernel_net.h"

static void fill(uint8_t *bytes, uint32_t count, uint64_t id)
{
    for (uint32_t i = 0; i < count; i++) bytes[i] = oracle(id, i);
}

static void expect(kn *n, uint64_t assoc, uint16_t stream, uint32_t ppid, uint32_t count, uint64_t id)
{
    kn_message *m = kn_message_of(n, assoc);

    CHECK_EQ(m->bytes, count);
    CHECK_EQ(m->stream, stream);
    CHECK_EQ(m->ppid, ppid);
    for (uint32_t i = 0; i < count; i++) CHECK_EQ(m->data[i], oracle(id, i));
}

static void messages_keep_stream_protocol_id_and_order(kn *n, uint64_t a, uint64_t b)
{
    uint8_t bytes[512];

    for (uint32_t i = 0; i < 100; i++) {
        fill(bytes, 1 + i * 5, i);
        kn_send(n, a, (uint16_t)(i % 16), 0x01020300u + i, 0, bytes, 1 + i * 5);
    }
    for (uint32_t i = 0; i < 100; i++) expect(n, b, (uint16_t)(i % 16), 0x01020300u + i, 1 + i * 5, i);
    fill(bytes, 64, 1000);
    kn_send(n, b, 3, 51, SLUICE_META_UNORDERED, bytes, 64);
    kn_message *m = kn_message_of(n, a);
    CHECK(m->flags & SLUICE_META_UNORDERED);
    CHECK_EQ(m->stream, 3);
}

/* Larger than a receive buffer, and than a packet. */
static void a_long_message_comes_in_pieces(kn *n, uint64_t a, uint64_t b)
{
    static uint8_t bytes[200000];

    fill(bytes, sizeof bytes, 7);
    kn_send(n, a, 2, 9, 0, bytes, sizeof bytes);
    expect(n, b, 2, 9, sizeof bytes, 7);
}

static void wrong_streams_and_metas_are_refused(kn *n, uint64_t a)
{
    const sluice_meta bad[] = {{.flags = SLUICE_META_PR_TTL | SLUICE_META_PR_RTX}, {.pr_value = 5}, {.family = 1}, {.segment = 1},
                               {.assoc = 1}, {.flags = SLUICE_META_HAS_TOS}};
    sluice_cqe c;

    for (size_t i = 0; i < sizeof bad / sizeof bad[0]; i++) {
        drive_scratch_reset(&n->d);
        dgram_send(&n->d, kn_handle(n, a), 42, "x", 1, &bad[i]);
        c = drive_wait(&n->d, 42);
        CHECK_EQ(c.result, -SLUICE_EINVAL);
    }
    dgram_send(&n->d, kn_handle(n, a), 43, "x", 1, &(sluice_meta){.stream = 500});
    c = drive_wait(&n->d, 43);
    CHECK_LT(c.result, 0); /* the kernel: the peer allowed 16 streams */
}

int main(int argc, char **argv)
{
    static kn n;
    uint64_t a, b;

    CHECK_EQ(argc, 2);
    kn_open(&n, argv[1]);
    kn_pair(&n, SLUICE_SCTP_PROFILE_DEFAULT, &a, &b);
    messages_keep_stream_protocol_id_and_order(&n, a, b);
    a_long_message_comes_in_pieces(&n, a, b);
    wrong_streams_and_metas_are_refused(&n, a);
    kn_send(&n, a, 0, 1, SLUICE_META_PR_RTX, "partial reliability", 19);
    CHECK_EQ(kn_message_of(&n, b)->bytes, 19);
    CHECK_EQ(sluice_ksctp_close(n.stack, a, 5000, NULL, 0), 0);
    kn_closed(&n, b, SLUICE_SCTP_CLOSED_PEER_SHUTDOWN);
    kn_closed(&n, a, SLUICE_SCTP_CLOSED_LOCAL);
    kn_close(&n);
    return 0;
}
