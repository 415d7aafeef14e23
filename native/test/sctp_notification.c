/*
 * sctp_notification: the decoders of both layouts, without a library: every cause code, lengths that lie, every length of
 * cut. Each input lies at the very end of an allocation of its size, so that the sanitizer sees a read beyond.
 */
#include <arpa/inet.h>

#include "check.h"
#include "sctp/notification.h"
#include "sctp/usrsctp_abi.h"
#include "sluice_sctp.h"

typedef bool (*decoder)(const uint8_t *, size_t, ssc_note *);

typedef struct buf { uint8_t bytes[1024]; size_t n; } buf;

static void p8(buf *b, uint32_t v) { b->bytes[b->n++] = (uint8_t)v; }
static void p16(buf *b, uint32_t v) { uint16_t x = (uint16_t)v; memcpy(b->bytes + b->n, &x, 2); b->n += 2; }
static void p32(buf *b, uint32_t v) { memcpy(b->bytes + b->n, &v, 4); b->n += 4; }
static void be16(buf *b, uint32_t v) { p8(b, v >> 8); p8(b, v & 255); }

static void head(buf *b, uint32_t type, uint32_t flags)
{
    memset(b, 0, sizeof *b);
    p16(b, type);
    p16(b, flags);
    p32(b, 0);
}

static void seal(buf *b) { uint32_t n = (uint32_t)b->n; memcpy(b->bytes + 4, &n, 4); }

/* Decodes a copy that ends where its allocation ends; pointers in the result are translated back. */
static bool decode(decoder d, const buf *b, size_t bytes, ssc_note *out)
{
    uint8_t *exact = malloc(bytes ? bytes : 1);
    CHECK(exact);
    memcpy(exact, b->bytes, bytes);
    bool good = d(exact, bytes, out);
    volatile uint8_t sum = 0;
    for (uint32_t i = 0; i < out->reason_bytes; i++) sum = (uint8_t)(sum + out->reason[i]);
    for (uint32_t i = 0; i < out->id_count * 2; i++) sum = (uint8_t)(sum + out->ids[i]);
    if (out->reason) out->reason = b->bytes + (out->reason - exact);
    if (out->ids) out->ids = b->bytes + (out->ids - exact);
    free(exact);
    return good;
}

static void assoc_change(buf *b, bool kernel, uint32_t state, uint32_t error)
{
    head(b, kernel ? 0x8001 : USR_ASSOC_CHANGE, 0);
    p16(b, state);
    p16(b, kernel ? htons((uint16_t)error) : error);
    p16(b, 5);
    p16(b, 9);
    p32(b, 77);
}

/* usrsctp: the whole ABORT; the kernel: its causes. */
static void abort_info(buf *b, bool kernel, uint32_t chunk_length, uint32_t cause, uint32_t cause_length, const char *reason)
{
    if (!kernel) {
        p8(b, 6);
        p8(b, 0);
        be16(b, chunk_length);
    }
    be16(b, cause);
    be16(b, cause_length);
    for (; *reason; reason++) p8(b, (uint32_t)*reason);
    seal(b);
}

static void every_cause(decoder d, bool kernel)
{
    for (uint32_t cause = 0; cause < 256; cause++) {
        buf b;
        ssc_note n;
        assoc_change(&b, kernel, kernel ? 1 : USR_COMM_LOST, cause);
        abort_info(&b, kernel, 4 + 4 + 3, cause, 7, "why");
        CHECK(decode(d, &b, b.n, &n));
        CHECK_EQ(n.type, SSC_NOTE_LOST);
        CHECK(n.has_abort && n.has_cause && !n.reason_truncated);
        CHECK_EQ(n.cause, cause);
        CHECK_EQ(n.reason_bytes, 3);
        CHECK_MEM_EQ(n.reason, "why", 3);
    }
}

/* No length makes a decoder read outside, or say more than there is. */
static void lying_lengths(decoder d, bool kernel)
{
    static const uint32_t lengths[] = { 0, 1, 3, 4, 5, 7, 8, 11, 12, 100, 504, 512, 608, 65535 };
    for (uint32_t i = 0; i < sizeof lengths / sizeof lengths[0]; i++)
        for (uint32_t j = 0; j < sizeof lengths / sizeof lengths[0]; j++) {
            buf b;
            ssc_note n;
            assoc_change(&b, kernel, kernel ? 1 : USR_COMM_LOST, 12);
            abort_info(&b, kernel, lengths[i], 12, lengths[j], "seven b");
            for (size_t cut = 0; cut <= b.n; cut++) {
                bool good = decode(d, &b, cut, &n);
                CHECK(good == (cut >= 20));
                CHECK_LE(n.reason_bytes, 7);
                if (good) CHECK(n.has_abort == (cut > 20));
            }
            uint32_t zero = 0, huge = 0xffffffffu;
            memcpy(b.bytes + 4, &zero, 4);
            CHECK(!decode(d, &b, b.n, &n));
            memcpy(b.bytes + 4, &huge, 4);
            CHECK(decode(d, &b, b.n, &n));
        }
}

static void truncated_reason(decoder d, bool kernel)
{
    buf b;
    ssc_note n;
    assoc_change(&b, kernel, kernel ? 1 : USR_COMM_LOST, 12);
    abort_info(&b, kernel, 608, 12, 604, "the first bytes");
    CHECK(decode(d, &b, b.n, &n));
    CHECK(n.reason_truncated);
    CHECK_EQ(n.reason_bytes, 15);
}

static void without_cause(void)
{
    buf b;
    ssc_note n;
    assoc_change(&b, false, USR_COMM_LOST, 0); /* a timeout, or a local abort */
    seal(&b);
    CHECK(decode(ssc_note_usrsctp, &b, b.n, &n));
    CHECK(!n.has_abort && !n.has_cause);
    p8(&b, 6), p8(&b, 0), be16(&b, 4); /* an ABORT without a cause */
    seal(&b);
    CHECK(decode(ssc_note_usrsctp, &b, b.n, &n));
    CHECK(n.has_abort && !n.has_cause);

    assoc_change(&b, true, 1, 13); /* the kernel: error in network byte order, no causes */
    seal(&b);
    CHECK(decode(ssc_note_kernel, &b, b.n, &n));
    CHECK(!n.has_abort && !n.has_cause);
    CHECK_EQ(n.cause, 13);
}

static void states(decoder d, bool kernel)
{
    static const ssc_note_type types[] = { SSC_NOTE_UP, SSC_NOTE_LOST, SSC_NOTE_RESTART, SSC_NOTE_SHUTDOWN_COMPLETE,
                                           SSC_NOTE_CANT_START };
    buf b;
    ssc_note n;
    for (uint32_t i = 0; i < 5; i++) {
        assoc_change(&b, kernel, kernel ? i : i + 1, 0);
        seal(&b);
        CHECK(decode(d, &b, b.n, &n));
        CHECK_EQ(n.type, types[i]);
        CHECK_EQ(n.streams_out, 5);
        CHECK_EQ(n.streams_in, 9);
    }
    assoc_change(&b, kernel, 200, 0);
    seal(&b);
    CHECK(!decode(d, &b, b.n, &n));
    head(&b, 0x7777, 0);
    seal(&b);
    CHECK(decode(d, &b, b.n, &n));
    CHECK_EQ(n.type, SSC_NOTE_NONE);
}

static void paths(decoder d, bool kernel)
{
    static const struct { uint32_t usr, kernel, meaning; } t[] = {
        { 1, 0, SLUICE_SCTP_PATH_AVAILABLE }, { 2, 1, SLUICE_SCTP_PATH_UNREACHABLE }, { 6, 5, SLUICE_SCTP_PATH_CONFIRMED },
        { 3, 2, 0 } };
    for (uint32_t i = 0; i < 4; i++) {
        buf b;
        ssc_note n;
        head(&b, kernel ? 0x8002 : USR_PEER_ADDR_CHANGE, 0);
        b.n += 128;
        p32(&b, kernel ? t[i].kernel : t[i].usr);
        p32(&b, 0);
        p32(&b, 7);
        seal(&b);
        CHECK(decode(d, &b, b.n, &n));
        CHECK_EQ(n.type, SSC_NOTE_PATH);
        CHECK_EQ(n.path_state, t[i].meaning);
        for (size_t cut = 0; cut < 140; cut++) CHECK(!decode(d, &b, cut, &n));
    }
}

static void resets(decoder d, bool kernel)
{
    buf b;
    ssc_note n;
    head(&b, kernel ? 0x800a : USR_STREAM_RESET_EVENT, 1 | 4);
    p32(&b, 7);
    p16(&b, 3);
    p16(&b, 513);
    seal(&b);
    CHECK(decode(d, &b, b.n, &n));
    CHECK_EQ(n.type, SSC_NOTE_STREAM_RESET);
    CHECK_EQ(n.flags, SLUICE_SCTP_RESET_IN | SLUICE_SCTP_RESET_DENIED);
    CHECK_EQ(n.id_count, 2);
    uint16_t id;
    memcpy(&id, n.ids + 2, 2);
    CHECK_EQ(id, 513);
    CHECK(decode(d, &b, b.n - 1, &n));
    CHECK_EQ(n.id_count, 1);
    CHECK(decode(d, &b, 12, &n));
    CHECK_EQ(n.flags, SLUICE_SCTP_RESET_IN | SLUICE_SCTP_RESET_DENIED | SLUICE_SCTP_RESET_ALL);
    CHECK(!decode(d, &b, 11, &n));
}

static void failed_sends(decoder d, bool kernel)
{
    for (uint32_t sent = 0; sent < 2; sent++) {
        buf b;
        ssc_note n;
        head(&b, kernel ? 0x800d : USR_SEND_FAILED_EVENT, kernel ? sent : sent ? 2 : 1);
        p32(&b, 12);
        p16(&b, 6);
        p16(&b, sent ? 0x0e : 0x01); /* the flags of the chunk: the first piece, unordered, at once; the last one */
        p32(&b, htonl(51));
        p32(&b, 4711);
        p32(&b, 7);
        p32(&b, 7);
        p8(&b, 'x');
        seal(&b);
        CHECK(decode(d, &b, b.n, &n));
        CHECK_EQ(n.type, SSC_NOTE_SEND_FAILED);
        CHECK_EQ(n.flags, sent ? SLUICE_SCTP_FAILED_SENT : 0);
        CHECK_EQ(n.stream, 6);
        CHECK_EQ(n.pieces, sent ? SSC_PIECE_FIRST : SSC_PIECE_LAST);
        CHECK_EQ(n.ppid, 51);
        CHECK_EQ(n.context, 4711);
        CHECK_EQ(n.cause, 12);
        for (size_t cut = 0; cut < 32; cut++) CHECK(!decode(d, &b, cut, &n));
    }
}

static void random_bytes(decoder d)
{
    uint32_t seed = 99;
    for (uint32_t i = 0; i < 200000; i++) {
        buf b = { .n = 0 };
        ssc_note n;
        seed = seed * 1664525 + 1013904223;
        uint32_t bytes = seed >> 8 & 255;
        for (uint32_t k = 0; k < bytes; k++) p8(&b, (seed = seed * 1664525 + 1013904223) >> 16);
        if (bytes > 1 && i % 2) {
            b.bytes[0] = (uint8_t)(seed >> 20 & 15);
            b.bytes[1] = d == ssc_note_kernel ? 0x80 : 0;
        }
        decode(d, &b, bytes, &n);
    }
}

int main(void)
{
    for (int kernel = 0; kernel < 2; kernel++) {
        decoder d = kernel ? ssc_note_kernel : ssc_note_usrsctp;
        every_cause(d, kernel);
        lying_lengths(d, kernel);
        truncated_reason(d, kernel);
        states(d, kernel);
        paths(d, kernel);
        resets(d, kernel);
        failed_sends(d, kernel);
        random_bytes(d);
    }
    without_cause();
    return 0;
}
