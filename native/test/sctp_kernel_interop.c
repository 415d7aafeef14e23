/*
 * sctp_kernel_interop: the stack of SCTP over UDP against the kernel's SCTP in UDP (RFC 6951): messages both ways, and each side's end
 * with its reason on the other; and a peer that dies without a word and begins anew on its ports. Needs SCTP in the kernel with the sysctl net.sctp.udp_port set (Linux 5.11), and usrsctp.
 */
#include <netinet/in.h>
#include <sys/socket.h>
#include <time.h>

#include "sctp/kernel_net.h"

#define SYSCTL "/proc/sys/net/sctp/udp_port"
#define USER_PORT 5151

static kn n;
static sluice_sctp *user;
static sluice_sctp_header *header;
static int udp;
static uint16_t udp_port, kernel_udp_port;
static const char reason[] = "moved elsewhere";

static kn_event seen[256];
static uint32_t seen_count;

static void send_datagrams(void)
{
    uint8_t *base = (uint8_t *)header;

    for (; header->out_head != header->out_tail; header->out_head++) {
        uint32_t number = ((uint32_t *)(void *)(base + header->out_offset))[header->out_head & (header->slots - 1)];
        const sluice_sctp_slot *slot =
            (const sluice_sctp_slot *)(const void *)(base + header->slots_offset + (size_t)number * header->slot_bytes);
        struct sockaddr_in to = {.sin_family = AF_INET, .sin_port = htons(slot->peer.port)};
        memcpy(&to.sin_addr, slot->peer.bytes, 4);
        CHECK_SYS(sendto(udp, (const uint8_t *)slot + SLUICE_SCTP_SLOT_DATA, slot->bytes, 0, (struct sockaddr *)&to, sizeof to));
        ((uint32_t *)(void *)(base + header->return_offset))[header->ret_tail++ & (header->slots - 1)] = number;
    }
}

static void receive_datagrams(void)
{
    uint8_t bytes[65536];
    struct sockaddr_in from;
    socklen_t length = sizeof from;
    ssize_t got;

    while ((got = recvfrom(udp, bytes, sizeof bytes, MSG_DONTWAIT, (struct sockaddr *)&from, &length)) > 0) {
        sluice_sctp_datagram d = {.data = (uintptr_t)bytes, .bytes = (uint32_t)got,
                                  .peer = {.family = SLUICE_FAMILY_INET4, .port = ntohs(from.sin_port)}};
        memcpy(d.peer.bytes, &from.sin_addr, 4);
        CHECK_GE(sluice_sctp_input(user, &d, 1), 0);
    }
}

static void keep_events(void)
{
    const sluice_sctp_event *ring = (const sluice_sctp_event *)(const void *)((uint8_t *)header + header->event_offset);

    for (; header->ev_head != header->ev_tail; header->ev_head++) {
        const sluice_sctp_event *e = &ring[header->ev_head & (header->event_entries - 1)];
        CHECK_LT(seen_count, 256);
        kn_event *k = &seen[seen_count++];
        *k = (kn_event){.e = *e};
        memcpy(k->payload, (uint8_t *)header + e->payload_offset, e->payload_bytes < sizeof k->payload ? e->payload_bytes : sizeof k->payload);
    }
}

static void turn(void)
{
    static uint64_t last;
    struct timespec t;

    kn_turn(&n);
    receive_datagrams();
    clock_gettime(CLOCK_MONOTONIC, &t);
    uint64_t now = (uint64_t)t.tv_sec * 1000 + (uint64_t)t.tv_nsec / 1000000;
    if (last && now != last) sluice_sctp_tick(user, (uint32_t)(now - last));
    last = now;
    send_datagrams();
    keep_events();
}

static kn_event *user_event(uint8_t type)
{
    for (int i = 0; i < DRIVE_LIMIT_S * 1000; i++) {
        for (uint32_t k = 0; k < seen_count; k++) {
            if (seen[k].taken || seen[k].e.type != type) continue;
            seen[k].taken = true;
            return &seen[k];
        }
        turn();
    }
    FAIL("the stack over UDP told no event %u", type);
}

static kn_event *kernel_event(uint8_t type, uint64_t assoc)
{
    kn_event *e;

    for (int i = 0; i < DRIVE_LIMIT_S * 1000 && !(e = kn_find(&n, type, assoc)); i++) turn();
    if (!e) FAIL("the kernel's stack told no event %u", type);
    return e; /* not taken: kn_closed looks at it again */
}

static uint64_t user_dials(uint16_t local_port)
{
    sluice_sctp_connect_args a = {.size = sizeof a, .local_port = local_port, .peer_port = n.port, .options = {.size = sizeof a.options},
                                  .peer = {.family = SLUICE_FAMILY_INET4, .port = kernel_udp_port, .bytes = {127, 0, 0, 1}}};
    int64_t id = sluice_sctp_connect(user, &a);

    CHECK_GT(id, 0);
    return (uint64_t)id;
}

static uint64_t user_connects_from(uint16_t local_port, uint16_t up_flags, uint64_t *kernel_side)
{
    uint64_t id = user_dials(local_port);

    CHECK_EQ_U64(user_event(SLUICE_SCTP_EV_UP)->e.assoc, id);
    kn_event *up = kernel_event(SLUICE_SCTP_EV_UP, 0);
    CHECK_EQ(up->e.flags, up_flags);
    up->taken = true;
    *kernel_side = up->e.assoc;
    return id;
}

static uint64_t user_connects(uint64_t *kernel_side) { return user_connects_from(0, SLUICE_SCTP_UP_ACCEPTED, kernel_side); }

static void both_ways(uint64_t user_side, uint64_t kernel_side)
{
    sluice_sctp_message m = {.assoc = user_side, .data = (uintptr_t)"to the kernel", .bytes = 13, .stream = 5, .ppid = 51};

    CHECK_EQ(sluice_sctp_send(user, &m, 1), 1);
    for (int i = 0; i < DRIVE_LIMIT_S * 1000 && !n.message_count; i++) turn();
    kn_message *got = kn_message_of(&n, kernel_side);
    CHECK_EQ(got->bytes, 13);
    CHECK_EQ(got->stream, 5);
    CHECK_EQ(got->ppid, 51);
    n.message_count = 0;
    free(got->data);
    kn_send(&n, kernel_side, 7, 53, 0, "from the kernel", 15);
    kn_event *e = user_event(SLUICE_SCTP_EV_MESSAGE);
    CHECK_EQ(e->e.stream, 7);
    CHECK_EQ(e->e.ppid, 53);
    CHECK_EQ(e->e.payload_bytes, 15);
    CHECK_MEM_EQ(e->payload, "from the kernel", 15);
}

static void expect_reason(const kn_event *e, uint16_t kind)
{
    CHECK_EQ(e->e.kind, kind);
    CHECK_EQ(e->e.payload_bytes, sizeof reason);
    CHECK_MEM_EQ(e->payload, reason, sizeof reason);
}

static void user_opens(void)
{
    sluice_sctp_probe_info why = {.size = sizeof why};
    sluice_sctp_config c = {.size = sizeof c};
    int rc = sluice_sctp_open(&c, NULL, &why, &user);

    if (rc == -SLUICE_SCTP_ELIBRARY) SKIP("%s", why.reason);
    CHECK_EQ(rc, 0);
    header = sluice_sctp_shared(user, NULL);
    seen_count = 0;
}

/* What it still wanted to say stays in its ring: nothing is sent after this. */
static void user_dies(void) { CHECK_EQ(sluice_sctp_destroy(user, SLUICE_SCTP_DESTROY_FORCE), 0); }

/* The second life of a peer ends the first association, RESTARTED, before it is up as another one on the same socket. */
static void the_peer_begins_anew(void)
{
    uint64_t first, second, u;

    user_connects_from(USER_PORT, SLUICE_SCTP_UP_ACCEPTED, &first);
    user_dies();
    user_opens();
    u = user_connects_from(USER_PORT, SLUICE_SCTP_UP_ACCEPTED | SLUICE_SCTP_UP_RESTARTED, &second);
    CHECK(first != second);
    kn_event *end = kn_find(&n, SLUICE_SCTP_EV_CLOSED, first);
    CHECK(end);
    CHECK_EQ(end->e.kind, SLUICE_SCTP_CLOSED_RESTARTED);
    CHECK(end->e.flags & SLUICE_SCTP_CLOSE_BY_PEER);
    CHECK_EQ(kn_count(&n, SLUICE_SCTP_EV_CLOSED, first), 1);
    CHECK_EQ(sluice_ksctp_abort(n.stack, first, 0, NULL, 0), -SLUICE_ESTALE);
    both_ways(u, second);
    CHECK_EQ(sluice_sctp_abort(user, u, SLUICE_SCTP_CAUSE_USER, reason, sizeof reason), 0);
    kernel_event(SLUICE_SCTP_EV_CLOSED, second);
    expect_reason(kn_closed(&n, second, SLUICE_SCTP_CLOSED_PEER_ABORT), SLUICE_SCTP_CLOSED_PEER_ABORT);
}

static void set_up(const char *engine)
{
    FILE *f = fopen(SYSCTL, "r");
    int port = 0;

    kn_open(&n, engine);
    if (!f || fscanf(f, "%d", &port) != 1 || port == 0) SKIP(SYSCTL " is not there, or 0: the kernel takes no SCTP in UDP");
    fclose(f);
    kernel_udp_port = (uint16_t)port;
    user_opens();
    udp = peer_udp(&udp_port);
}

int main(int argc, char **argv)
{
    uint64_t u, k;

    CHECK_EQ(argc, 2);
    set_up(argv[1]);
    kn_listen(&n, SLUICE_SCTP_PROFILE_DEFAULT);

    u = user_connects(&k);
    both_ways(u, k);
    CHECK_EQ(sluice_sctp_abort(user, u, SLUICE_SCTP_CAUSE_USER, reason, sizeof reason), 0);
    CHECK_EQ(user_event(SLUICE_SCTP_EV_CLOSED)->e.kind, SLUICE_SCTP_CLOSED_LOCAL_ABORT);
    kernel_event(SLUICE_SCTP_EV_CLOSED, k);
    expect_reason(kn_closed(&n, k, SLUICE_SCTP_CLOSED_PEER_ABORT), SLUICE_SCTP_CLOSED_PEER_ABORT);

    u = user_connects(&k);
    CHECK_EQ(sluice_ksctp_abort(n.stack, k, SLUICE_SCTP_CAUSE_USER, reason, sizeof reason), 0);
    expect_reason(user_event(SLUICE_SCTP_EV_CLOSED), SLUICE_SCTP_CLOSED_PEER_ABORT);
    kernel_event(SLUICE_SCTP_EV_CLOSED, k);
    kn_closed(&n, k, SLUICE_SCTP_CLOSED_LOCAL_ABORT);

    u = user_connects(&k);
    CHECK_EQ(sluice_ksctp_close(n.stack, k, 5000, NULL, 0), 0);
    CHECK_EQ(user_event(SLUICE_SCTP_EV_CLOSED)->e.kind, SLUICE_SCTP_CLOSED_PEER_SHUTDOWN);
    kernel_event(SLUICE_SCTP_EV_CLOSED, k);
    kn_closed(&n, k, SLUICE_SCTP_CLOSED_LOCAL);

    u = user_connects(&k);
    CHECK_EQ(sluice_sctp_close(user, u, 5000, NULL, 0), 0);
    CHECK_EQ(user_event(SLUICE_SCTP_EV_CLOSED)->e.kind, SLUICE_SCTP_CLOSED_LOCAL);
    kernel_event(SLUICE_SCTP_EV_CLOSED, k);
    kn_closed(&n, k, SLUICE_SCTP_CLOSED_PEER_SHUTDOWN);

    the_peer_begins_anew();

    kn_close(&n);
    CHECK_EQ(sluice_sctp_destroy(user, SLUICE_SCTP_DESTROY_FORCE), 0);
    close(udp);
    return 0;
}
