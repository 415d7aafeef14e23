/*
 * sctp_kernel_notes: the stack over the kernel's SCTP, fed with notifications as the kernel writes them. Needs no SCTP: what the
 * kernel would do with a socket is not part of it.
 */
#include <arpa/inet.h>

#include "check.h"
#include "sctp/kernel_stack.h"

static sluice_ksctp *s;
static sluice_sctp_header *header;

enum { STATE_LOST = 1, STATE_SHUTDOWN_COMP = 3, STATE_CANT_START = 4 };

static void open_stack(uint32_t entries)
{
    sluice_ksctp_config c = {.size = sizeof c, .event_entries = entries, .max_associations = 8};

    CHECK_EQ(sluice_ksctp_open(&c, &s), 0);
    header = sluice_ksctp_shared(s, NULL);
}

static void close_stack(void) { CHECK_EQ(sluice_ksctp_destroy(s, SLUICE_SCTP_DESTROY_FORCE), 0); }

/* An association as connect or accept make it, without a socket. */
static uint64_t association(int32_t kernel_id, bool up)
{
    int code;
    ssk_end *e = ssk_new(s, SSK_ASSOC, &code);

    CHECK(e != NULL);
    ssk_map(s, e, kernel_id);
    e->latch.up = up;
    e->streams_in = e->streams_out = 16;
    e->since_ms = ssk_now_ms();
    return ssk_id(s, e);
}

static int64_t note(uint64_t id, const void *bytes, uint32_t count)
{
    sluice_meta m = {.flags = SLUICE_META_NOTIFICATION};

    return sluice_ksctp_input(s, id, &m, bytes, count);
}

static int64_t change(uint64_t id, int32_t kernel_id, uint16_t state, uint16_t error, const void *info, uint32_t count)
{
    uint8_t n[20 + 64] = {0};
    uint16_t type = KSCTP_NOTE_ASSOC_CHANGE, wire = htons(error);
    uint32_t length = 20 + count;

    memcpy(n, &type, 2);
    memcpy(n + 4, &length, 4);
    memcpy(n + 8, &state, 2);
    memcpy(n + 10, &wire, 2);
    memcpy(n + 16, &kernel_id, 4);
    if (count) memcpy(n + 20, info, count);
    return note(id, n, length);
}

static int64_t shutdown_event(uint64_t id, int32_t kernel_id)
{
    uint32_t n[3] = {KSCTP_NOTE_SHUTDOWN, 12, (uint32_t)kernel_id};

    return note(id, n, sizeof n);
}

static int64_t send_failed(uint64_t id, int32_t kernel_id)
{
    uint8_t n[32] = {0};
    uint16_t type = KSCTP_NOTE_SEND_FAILED;
    uint32_t length = sizeof n;

    memcpy(n, &type, 2);
    memcpy(n + 4, &length, 4);
    memcpy(n + 28, &kernel_id, 4);
    return note(id, n, length);
}

static const sluice_sctp_event *next_event(void)
{
    const sluice_sctp_event *ring = (const sluice_sctp_event *)(const void *)((uint8_t *)header + header->event_offset);

    if (header->ev_head == header->ev_tail) return NULL;
    return &ring[header->ev_head++ & (header->event_entries - 1)];
}

static const sluice_sctp_event *expect(uint8_t type, uint64_t id)
{
    const sluice_sctp_event *e = next_event();

    CHECK(e != NULL);
    CHECK_EQ(e->type, type);
    CHECK_EQ_U64(e->assoc, id);
    return e;
}

static void the_end_waits_for_what_failed_and_comes_once(void)
{
    const uint8_t cause[] = {0, 12, 0, 7, 'b', 'y', 'e'};
    uint64_t id = association(5, true);

    CHECK_EQ(change(id, 5, STATE_LOST, 12, cause, sizeof cause), 0);
    CHECK_EQ(sluice_ksctp_abort(s, id, 0, NULL, 0), -SLUICE_SCTP_ECLOSED); /* from now on, before the event */
    CHECK(next_event() == NULL);
    CHECK_EQ(send_failed(id, 5), 0);
    CHECK_EQ(sluice_ksctp_failed(s, id, ECONNRESET), 0);
    expect(SLUICE_SCTP_EV_SEND_FAILED, id);
    const sluice_sctp_event *e = expect(SLUICE_SCTP_EV_CLOSED, id);
    CHECK_EQ(e->kind, SLUICE_SCTP_CLOSED_PEER_ABORT);
    CHECK_EQ(e->value, 12);
    CHECK_EQ(e->payload_bytes, 3);
    CHECK_MEM_EQ((uint8_t *)header + e->payload_offset, "bye", 3);
    CHECK_EQ(change(id, 5, STATE_SHUTDOWN_COMP, 0, NULL, 0), -SLUICE_ESTALE);
    CHECK(next_event() == NULL);
}

static void an_abort_without_a_cause_is_told_from_a_lost_path_by_the_errno(void)
{
    const struct { int32_t err; uint16_t kind; } rows[] = {
        {ECONNRESET, SLUICE_SCTP_CLOSED_PEER_ABORT}, {ETIMEDOUT, SLUICE_SCTP_CLOSED_PATH_LOST}};

    for (int i = 0; i < 2; i++) {
        uint64_t id = association(6, true);
        CHECK_EQ(change(id, 6, STATE_LOST, 0, NULL, 0), 0);
        CHECK_EQ(sluice_ksctp_failed(s, id, rows[i].err), 0);
        CHECK_EQ(expect(SLUICE_SCTP_EV_CLOSED, id)->kind, rows[i].kind);
    }
}

static void an_errno_that_never_comes_is_not_waited_for(void)
{
    uint64_t id = association(7, true);
    int wait;

    CHECK_EQ(change(id, 7, STATE_LOST, 0, NULL, 0), 0);
    while ((wait = sluice_ksctp_tick(s)) >= 0) usleep((useconds_t)wait * 1000);
    CHECK_EQ(wait, -SLUICE_SCTP_NO_TICK);
    CHECK_EQ(expect(SLUICE_SCTP_EV_CLOSED, id)->kind, SLUICE_SCTP_CLOSED_PATH_LOST);
}

static void a_shutdown_of_the_peer_is_told_once_before_the_end(void)
{
    uint64_t id = association(8, true);

    CHECK_EQ(shutdown_event(id, 8), 0);
    CHECK_EQ(shutdown_event(id, 8), 0);
    CHECK_EQ(change(id, 8, STATE_SHUTDOWN_COMP, 0, NULL, 0), 0);
    CHECK_EQ(sluice_ksctp_failed(s, id, 0), 0);
    expect(SLUICE_SCTP_EV_PEER_SHUTDOWN, id);
    const sluice_sctp_event *e = expect(SLUICE_SCTP_EV_CLOSED, id);
    CHECK_EQ(e->kind, SLUICE_SCTP_CLOSED_PEER_SHUTDOWN);
    CHECK(e->flags & SLUICE_SCTP_CLOSE_SHUTDOWN_SEEN);
    CHECK(next_event() == NULL);
}

static void end_of_file_before_the_notification_is_the_same_end(void)
{
    uint64_t id = association(9, true);

    CHECK_EQ(shutdown_event(id, 9), 0);
    CHECK_EQ(sluice_ksctp_failed(s, id, 0), 0);
    expect(SLUICE_SCTP_EV_PEER_SHUTDOWN, id);
    CHECK_EQ(expect(SLUICE_SCTP_EV_CLOSED, id)->kind, SLUICE_SCTP_CLOSED_PEER_SHUTDOWN);
}

static void a_refusal_is_told_from_a_timeout_by_the_time_it_took(void)
{
    const struct { uint64_t limit_ms; uint16_t kind; } rows[] = {
        {60000, SLUICE_SCTP_CLOSED_REFUSED}, {0, SLUICE_SCTP_CLOSED_CONNECT_TIMEOUT}};

    for (int i = 0; i < 2; i++) {
        int code;
        uint64_t id = association(10, false);
        ssk_find(s, id, &code)->init_limit_ms = rows[i].limit_ms;
        CHECK_EQ(change(id, 10, STATE_CANT_START, 0, NULL, 0), 0);
        const sluice_sctp_event *e = expect(SLUICE_SCTP_EV_CLOSED, id);
        CHECK_EQ(e->kind, rows[i].kind);
        CHECK(e->flags & SLUICE_SCTP_CLOSE_BEFORE_UP);
    }
}

/* By the kernel's id, whatever socket it came through; after the end it is nobody's. */
static void a_message_finds_its_association(void)
{
    uint64_t a = association(11, true), b = association(11 + 16, true); /* the same bucket */
    sluice_meta m = {.assoc = 11 + 16};

    CHECK_EQ_U64((uint64_t)sluice_ksctp_input(s, a, &m, "x", 1), b);
    m.assoc = 11;
    CHECK_EQ_U64((uint64_t)sluice_ksctp_input(s, b, &m, "x", 1), a);
    m.assoc = 12;
    CHECK_EQ(sluice_ksctp_input(s, b, &m, "x", 1), 0);
    CHECK_EQ(sluice_ksctp_failed(s, a, ETIMEDOUT), 0);
    m.assoc = 11;
    CHECK_EQ(sluice_ksctp_input(s, b, &m, "x", 1), 0);
    CHECK_EQ(sluice_ksctp_failed(s, b, ETIMEDOUT), 0);
    expect(SLUICE_SCTP_EV_CLOSED, a);
    expect(SLUICE_SCTP_EV_CLOSED, b);
}

static void a_full_ring_refuses_and_loses_nothing(void)
{
    uint64_t id;
    int64_t rc;
    uint32_t told = 0;

    close_stack();
    open_stack(16);
    id = association(20, true);
    while ((rc = send_failed(id, 20)) == 0) told++;
    CHECK_EQ(rc, -SLUICE_SCTP_EAGAIN);
    CHECK_EQ(told, 16 - SLUICE_KSCTP_ROOM + 1);
    CHECK_EQ(sluice_ksctp_failed(s, id, ETIMEDOUT), -SLUICE_SCTP_EAGAIN);
    for (; told; told--) expect(SLUICE_SCTP_EV_SEND_FAILED, id);
    CHECK_EQ(sluice_ksctp_failed(s, id, ETIMEDOUT), 0);
    expect(SLUICE_SCTP_EV_CLOSED, id);
}

/* A SEND_FAILED of a long message, whose bytes look like the end of the association. */
static void the_rest_of_a_long_notification_is_not_another_one(void)
{
    const uint32_t forged[5] = {KSCTP_NOTE_ASSOC_CHANGE, 20, STATE_SHUTDOWN_COMP, 0, 25};
    uint64_t id = association(25, true);
    sluice_meta part = {.flags = SLUICE_META_NOTIFICATION | SLUICE_META_PARTIAL}, last = {.flags = SLUICE_META_NOTIFICATION};
    uint8_t n[32] = {0};

    memcpy(n, &(uint16_t){KSCTP_NOTE_SEND_FAILED}, 2);
    memcpy(n + 4, &(uint32_t){60000}, 4);
    memcpy(n + 28, &(int32_t){25}, 4);
    CHECK_EQ(sluice_ksctp_input(s, id, &part, n, sizeof n), 0);
    CHECK_EQ(sluice_ksctp_input(s, id, &part, forged, sizeof forged), 0);
    CHECK_EQ(sluice_ksctp_input(s, id, &last, forged, sizeof forged), 0);
    expect(SLUICE_SCTP_EV_SEND_FAILED, id);
    CHECK(next_event() == NULL);
    CHECK_EQ(sluice_ksctp_input(s, id, &last, forged, sizeof forged), 0); /* now it is one */
    CHECK_EQ(expect(SLUICE_SCTP_EV_CLOSED, id)->kind, SLUICE_SCTP_CLOSED_PEER_SHUTDOWN);
}

/* Every length of every notification, and bytes that make no sense. */
static void cut_and_senseless_notifications_do_no_harm(void)
{
    static const uint16_t types[] = {KSCTP_NOTE_ASSOC_CHANGE, KSCTP_NOTE_PATH_CHANGE, KSCTP_NOTE_SHUTDOWN, KSCTP_NOTE_PARTIAL,
                                     KSCTP_NOTE_SENDER_DRY, KSCTP_NOTE_STREAM_RESET, KSCTP_NOTE_SEND_FAILED, 0, 0x8003, 0xffff};
    uint64_t id = association(30, true), seed = 1;
    uint8_t n[160];

    for (int round = 0; round < 20000; round++) {
        for (size_t i = 0; i < sizeof n; i++) n[i] = (uint8_t)((seed = seed * 6364136223846793005ull + 1442695040888963407ull) >> 40);
        memcpy(n, &types[seed >> 33 & 0x7fffffff ? (seed >> 33) % 10 : 0], 2);
        if (round % 2) memcpy(n + 4, &(uint32_t){(uint32_t)(seed >> 20) % 200}, 4);
        uint32_t bytes = (uint32_t)(seed >> 50) % (sizeof n + 1);
        uint8_t *exact = malloc(bytes ? bytes : 1); /* so that a sanitizer sees each byte behind it */
        memcpy(exact, n, bytes);
        CHECK_EQ(note(id, exact, bytes), 0);
        free(exact);
        while (next_event()) {}
    }
    CHECK_EQ(sluice_ksctp_failed(s, id, ETIMEDOUT), 0);
}

static void wrong_arguments_are_refused(void)
{
    sluice_ksctp *other;
    sluice_ksctp_config c = {.size = sizeof c, .event_entries = 17};
    sluice_meta m = {0};

    CHECK_EQ(sluice_ksctp_open(&c, &other), -SLUICE_EINVAL);
    CHECK_EQ(sluice_ksctp_shared_bytes(&c), 0);
    CHECK_EQ(sluice_ksctp_input(s, 1, &m, "x", 1), -SLUICE_ESTALE);
    CHECK_EQ(sluice_ksctp_input(s, 1, NULL, "x", 1), -SLUICE_EINVAL);
    CHECK_EQ(sluice_ksctp_failed(s, UINT64_MAX, 0), -SLUICE_ESTALE);
    CHECK_EQ(sluice_ksctp_abort(s, 1, 13, NULL, 0), -SLUICE_EINVAL);
    CHECK_EQ(sluice_ksctp_close(s, 1, SLUICE_SCTP_DEADLINE_MAX_MS + 1, NULL, 0), -SLUICE_EINVAL);
    header->ev_head += 5; /* beyond what was written */
    CHECK_EQ(sluice_ksctp_tick(s), -SLUICE_EINVAL);
    header->ev_head -= 5;
}

int main(void)
{
    open_stack(0);
    the_end_waits_for_what_failed_and_comes_once();
    an_abort_without_a_cause_is_told_from_a_lost_path_by_the_errno();
    an_errno_that_never_comes_is_not_waited_for();
    a_shutdown_of_the_peer_is_told_once_before_the_end();
    end_of_file_before_the_notification_is_the_same_end();
    a_refusal_is_told_from_a_timeout_by_the_time_it_took();
    a_message_finds_its_association();
    a_full_ring_refuses_and_loses_nothing();
    the_rest_of_a_long_notification_is_not_another_one();
    cut_and_senseless_notifications_do_no_harm();
    wrong_arguments_are_refused();
    close_stack();
    return 0;
}
