/*
 * sctp_kernel_fuzz: what a loop hands to the stack over the kernel's SCTP, made up by a fuzzer: notifications, messages, errno, control
 * messages. Needs no SCTP: associations without sockets are put in by hand.
 *
 * An input is a list of pieces: what u8, length u16 (little-endian), bytes.
 *
 *   what & 7   0..3 a notification   4 a message   5 an errno   6 time passes, events are read   7 control messages of recvmsg
 *   bit 3      through the listener's socket, else the association's
 *   bit 4      the kernel's id of the association is put in where such a notification has it
 *   bit 5      more of it follows (PARTIAL)
 *
 * What has to hold: nothing crashes, events are well-formed, an association ends at most once, and tells nothing after that.
 *
 *   with -DSLUICE_LIBFUZZER   linked with -fsanitize=fuzzer: ci/fuzz
 *   sctp_kernel_fuzz seeds DIR    writes a corpus
 *   sctp_kernel_fuzz [RUNS]       changes the same inputs at random, from a fixed seed
 */
#include <arpa/inet.h>
#include <inttypes.h>

#include "check.h"
#include "dgram.h"
#include "sctp/kernel_stack.h"

#define ASSOCS 4
#define FIRST_ID 5 /* of the kernel */
#define ENDED_MAX 64

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t bytes);

static sluice_ksctp *s;
static sluice_sctp_header *header;
static uint8_t *base;
static uint64_t listener, assoc[ASSOCS], ended[ENDED_MAX];
static uint32_t ended_count;

static uint64_t make(ssk_kind kind, int32_t kernel_id)
{
    int code;
    ssk_end *e = ssk_new(s, kind, &code);

    CHECK(e != NULL);
    if (kind == SSK_ASSOC) {
        ssk_map(s, e, kernel_id);
        e->latch.up = kernel_id % 2;
        e->accepted = kernel_id % 4 == 1;
        e->streams_in = e->streams_out = 16;
        e->since_ms = ssk_now_ms();
    }
    return ssk_id(s, e);
}

static void begin(void)
{
    sluice_ksctp_config c = {.size = sizeof c, .event_entries = 64, .max_associations = 16};

    CHECK_EQ(sluice_ksctp_open(&c, &s), 0);
    base = sluice_ksctp_shared(s, NULL);
    header = (sluice_sctp_header *)(void *)base;
    listener = make(SSK_LISTENER, 0);
    for (int i = 0; i < ASSOCS; i++) assoc[i] = make(SSK_ASSOC, FIRST_ID + i);
    ended_count = 0;
}

static void take(const sluice_sctp_event *e)
{
    CHECK(e->type >= SLUICE_SCTP_EV_UP && e->type <= SLUICE_SCTP_EV_CLOSED);
    CHECK_LE(e->payload_bytes, SLUICE_KSCTP_PAYLOAD);
    if (e->payload_bytes) CHECK_LE((uint64_t)e->payload_offset + e->payload_bytes, header->bytes);
    for (uint32_t i = 0; i < ended_count; i++)
        if (ended[i] == e->assoc) FAIL("event %u of %016" PRIx64 " after its end", e->type, e->assoc);
    if (e->type != SLUICE_SCTP_EV_CLOSED) return;
    CHECK_LE(e->payload_bytes, SLUICE_SCTP_REASON_MAX);
    CHECK(e->kind >= SLUICE_SCTP_CLOSED_LOCAL && e->kind <= SLUICE_SCTP_CLOSED_ERROR);
    if (ended_count < ENDED_MAX) ended[ended_count++] = e->assoc;
}

static void read_events(void)
{
    const sluice_sctp_event *ring = (const sluice_sctp_event *)(const void *)(base + header->event_offset);

    do {
        while (header->ev_head != header->ev_tail) take(&ring[header->ev_head++ & (header->event_entries - 1)]);
    } while (sluice_ksctp_tick(s) == -SLUICE_SCTP_EAGAIN);
}

/* Where each notification has it: see kernel_input.c. */
static void put_id(uint8_t *n, uint32_t bytes, int32_t id)
{
    uint16_t type;
    uint32_t at;

    if (bytes < 12) return;
    memcpy(&type, n, sizeof type);
    at = type == KSCTP_NOTE_ASSOC_CHANGE ? 16 : type == KSCTP_NOTE_PATH_CHANGE ? 144 : type == KSCTP_NOTE_PARTIAL ? 12 :
        type == KSCTP_NOTE_SEND_FAILED ? 28 : 8;
    if (bytes >= at + sizeof id) memcpy(n + at, &id, sizeof id);
}

static void piece(uint8_t what, const uint8_t *data, uint32_t bytes)
{
    uint8_t copy[2048];
    uint32_t which = bytes ? data[bytes - 1] % ASSOCS : 0;
    uint64_t id = what & 8 ? listener : assoc[which];
    sluice_meta m = {.flags = what & 32 ? SLUICE_META_PARTIAL : 0};

    if (bytes > sizeof copy) bytes = sizeof copy;
    if (bytes) memcpy(copy, data, bytes);
    switch (what & 7) {
    case 4:
        m.assoc = FIRST_ID + which;
        m.stream = (uint16_t)(bytes * 251);
        sluice_ksctp_input(s, id, &m, copy, bytes);
        break;
    case 5: sluice_ksctp_failed(s, id, bytes ? copy[0] : 0); break;
    case 6: read_events(); break;
    case 7: {
        sl_msg_raw raw = {.control = copy, .control_bytes = bytes, .flags = bytes * 0x1001u};
        sl_meta_sctp_received(&raw, &m);
        sl_meta_received(&raw, &m);
        sl_meta_error(&raw, &m);
        break;
    }
    default:
        m.flags |= SLUICE_META_NOTIFICATION;
        if (what & 16) put_id(copy, bytes, FIRST_ID + (int32_t)which);
        if (sluice_ksctp_input(s, id, &m, copy, bytes) == -SLUICE_SCTP_EAGAIN) {
            read_events();
            CHECK(sluice_ksctp_input(s, id, &m, copy, bytes) != -SLUICE_SCTP_EAGAIN);
        }
        ssc_note n;
        ssc_note_usrsctp(copy, bytes, &n); /* the other layout, over bytes that were made for this one */
    }
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t bytes)
{
    begin();
    for (size_t at = 0; bytes - at >= 3;) {
        uint32_t length = (uint32_t)data[at + 1] | (uint32_t)data[at + 2] << 8;
        uint8_t what = data[at];
        at += 3;
        if (length > bytes - at) length = (uint32_t)(bytes - at);
        piece(what, data + at, length);
        at += length;
    }
    read_events();
    CHECK_GE(sluice_ksctp_shutdown(s, NULL, 0), 0);
    read_events();
    CHECK_EQ(sluice_ksctp_destroy(s, SLUICE_SCTP_DESTROY_FORCE), 0);
    return 0;
}

#if !defined(SLUICE_LIBFUZZER)

typedef struct seed { uint8_t bytes[256]; uint32_t n; } seed;
static seed seeds[32];
static uint32_t seed_count;

static void add(uint8_t what, const void *bytes, uint32_t n)
{
    seed *d = &seeds[seed_count++];

    d->bytes[0] = what;
    d->bytes[1] = (uint8_t)n;
    d->bytes[2] = (uint8_t)(n >> 8);
    memcpy(d->bytes + 3, bytes, n);
    d->n = 3 + n;
}

/* One notification of each type as the kernel writes it; type, flags, length are common to all. */
static void make_seeds(void)
{
    static const struct { uint16_t type; uint32_t bytes; } types[] = {
        {KSCTP_NOTE_ASSOC_CHANGE, 20}, {KSCTP_NOTE_PATH_CHANGE, 148}, {KSCTP_NOTE_SHUTDOWN, 12}, {KSCTP_NOTE_PARTIAL, 24},
        {KSCTP_NOTE_SENDER_DRY, 12}, {KSCTP_NOTE_STREAM_RESET, 16}, {KSCTP_NOTE_SEND_FAILED, 36}};
    uint8_t n[200] = {0};

    for (uint32_t i = 0; i < sizeof types / sizeof types[0]; i++) {
        memset(n, 0, sizeof n);
        memcpy(n, &types[i].type, 2);
        memcpy(n + 4, &types[i].bytes, 4);
        add(16, n, types[i].bytes);
    }
    const uint8_t abort_cause[] = {0, 12, 0, 9, 'e', 'n', 'o', 'u', 'g', 'h'};
    for (uint16_t state = 0; state <= 4; state++) { /* UP, LOST, RESTART, SHUTDOWN_COMP, CANT_START */
        const uint16_t type = KSCTP_NOTE_ASSOC_CHANGE, wire = htons(12);
        const uint32_t length = 20 + sizeof abort_cause;
        memset(n, 0, sizeof n);
        memcpy(n, &type, 2);
        memcpy(n + 4, &length, 4);
        memcpy(n + 8, &state, 2);
        memcpy(n + 10, &wire, 2);
        memcpy(n + 20, abort_cause, sizeof abort_cause);
        add((uint8_t)(16 | (state ? 0 : 8)), n, length);
    }
    add(4, "message", 7);
    add(5, "\x68", 1); /* ECONNRESET */
    add(6, "", 0);
    const struct cmsghdr head = {.cmsg_len = CMSG_LEN(sizeof(ksctp_rcvinfo)), .cmsg_level = KSCTP_PROTOCOL, .cmsg_type = KSCTP_CMSG_RCVINFO};
    memset(n, 0, sizeof n);
    memcpy(n, &head, sizeof head);
    add(7, n, CMSG_SPACE(sizeof(ksctp_rcvinfo)));
}

static void write_seeds(const char *dir)
{
    for (uint32_t i = 0; i < seed_count; i++) {
        char path[4096];
        snprintf(path, sizeof path, "%s/seed-%02u", dir, i);
        FILE *f = fopen(path, "wb");
        CHECK(f != NULL);
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

int main(int argc, char **argv)
{
    uint32_t runs = argc > 1 ? (uint32_t)strtoul(argv[1], NULL, 10) : 20000;

    make_seeds();
    if (argc > 2 && !strcmp(argv[1], "seeds")) {
        write_seeds(argv[2]);
        return 0;
    }
    for (uint32_t i = 0; i < runs; i++) {
        static uint8_t input[16 * 256];
        size_t size = 0;
        for (uint32_t k = 1 + below(12); k > 0; k--) {
            const seed *d = &seeds[below(seed_count)];
            memcpy(input + size, d->bytes, d->n);
            for (uint32_t c = below(4); c > 0 && d->n > 3; c--) input[size + 3 + below(d->n - 3)] = (uint8_t)below(256);
            if (below(8) == 0) input[size] = (uint8_t)below(64);
            if (below(16) == 0) input[size + 1] = (uint8_t)below(256);
            size += d->n;
        }
        LLVMFuzzerTestOneInput(input, size);
    }
    return 0;
}
#endif
