/* kernel_net.c: see kernel_net.h. */
#include "sctp/kernel_net.h"

#include <netinet/in.h>
#include <sys/socket.h>

#define BUFFER_BYTES 4096u
#define BUFFERS      256u
#define TOKEN_BASE   0x50000000ull

void kn_open(kn *n, const char *engine)
{
    sluice_sctp_probe_info probe = {.size = sizeof probe};
    sluice_ksctp_config c = {.size = sizeof c};
    uint64_t bytes;

    memset(n, 0, sizeof *n);
    CHECK_EQ(sluice_ksctp_probe(&probe), 0);
    if (!probe.usable) SKIP("kernel SCTP: %s", probe.reason);
    drive_open(&n->d, engine, NULL);
    drive_pool(&n->d, BUFFER_BYTES, BUFFERS);
    CHECK_EQ(sluice_ksctp_open(&c, &n->stack), 0);
    n->base = sluice_ksctp_shared(n->stack, &bytes);
    n->header = (sluice_sctp_header *)(void *)n->base;
    CHECK_EQ(n->header->magic, SLUICE_SCTP_MAGIC);
    CHECK_EQ_U64(bytes, sluice_ksctp_shared_bytes(&c));
    n->next_token = TOKEN_BASE;
}

static kn_socket *adopt(kn *n, uint64_t id, int fd)
{
    CHECK_LT(n->socket_count, KN_SOCKETS);
    kn_socket *s = &n->sockets[n->socket_count++];
    uint64_t adopting = n->next_token++;

    drive_put(&n->d, (sluice_sqe){.op = SLUICE_OP_ADOPT, .token = adopting, .aux32 = (uint32_t)fd});
    sluice_cqe c = drive_wait(&n->d, adopting);
    if (c.result) FAIL("ADOPT of an SCTP socket: %s, errno %u", sluice_strerror(c.result), c.detail);
    *s = (kn_socket){.id = id, .handle = c.handle, .token = n->next_token++, .fd = fd, .used = true};
    dgram_receive(&n->d, s->handle, s->token, true);
    return s;
}

static void close_socket(kn *n, kn_socket *s)
{
    uint64_t closing = n->next_token++;

    if (!s->used) return;
    s->used = false;
    drive_end(&n->d, s->handle, closing, 0);
    drive_expect(&n->d, closing, 0);
    sluice_cqe c;
    while (drive_try(&n->d, s->token, &c))
        if (c.flags & SLUICE_CQE_BUFFER) drive_give_back(&n->d, &c);
}

static kn_socket *socket_of(kn *n, uint64_t id)
{
    for (uint32_t i = n->socket_count; i-- > 0;)
        if (n->sockets[i].used && n->sockets[i].id == id) return &n->sockets[i];
    FAIL("no socket of %016" PRIx64, id);
}

uint64_t kn_handle(kn *n, uint64_t assoc) { return socket_of(n, assoc)->handle; }

void kn_pause(kn *n, uint64_t assoc, bool paused)
{
    kn_socket *s = socket_of(n, assoc);

    if (paused) {
        drive_cancel(&n->d, s->handle, n->next_token, s->token);
        drive_wait(&n->d, n->next_token++);
        drive_wait(&n->d, s->token);
        return;
    }
    dgram_receive(&n->d, s->handle, s->token, true);
}

/* Pieces of one message are joined here. */
static void keep_message(kn *n, uint64_t assoc, const sluice_meta *m, const uint8_t *data, uint32_t bytes)
{
    kn_message *last = NULL;

    for (uint32_t i = n->message_count; i-- > 0 && !last;)
        if (n->messages[i].assoc == assoc) last = &n->messages[i];
    if (!last || !(last->flags & SLUICE_META_PARTIAL)) {
        CHECK_LT(n->message_count, KN_MESSAGES);
        last = &n->messages[n->message_count++];
        *last = (kn_message){.assoc = assoc, .stream = m->stream, .ppid = m->ppid};
    }
    CHECK_EQ(last->stream, m->stream);
    last->data = realloc(last->data, last->bytes + bytes + 1);
    memcpy(last->data + last->bytes, data, bytes);
    last->bytes += bytes;
    last->flags = m->flags;
}

static void keep_events(kn *n)
{
    const sluice_sctp_event *ring = (const sluice_sctp_event *)(const void *)(n->base + n->header->event_offset);

    while (n->header->ev_head != n->header->ev_tail) {
        const sluice_sctp_event *e = &ring[n->header->ev_head & (n->header->event_entries - 1)];
        CHECK_LT(n->event_count, KN_EVENTS);
        kn_event *k = &n->events[n->event_count++];
        *k = (kn_event){.e = *e};
        CHECK_LE(e->payload_bytes, sizeof k->payload);
        memcpy(k->payload, n->base + e->payload_offset, e->payload_bytes);
        n->header->ev_head++;
    }
}

/* The peer restarted: the socket is the new association's. */
static void pass_on(kn *n, uint64_t assoc, int fd)
{
    for (uint32_t i = 0; i < n->socket_count; i++) {
        if (!n->sockets[i].used || n->sockets[i].fd != fd) continue;
        n->sockets[i].id = assoc;
        return;
    }
    FAIL("a restart on descriptor %d, which no association has", fd);
}

/* What the caller does when an association is up: its socket takes the place of the one that it was made on. */
static void adopt_new(kn *n, uint32_t from)
{
    for (uint32_t i = from; i < n->event_count; i++) {
        const sluice_sctp_event *e = &n->events[i].e;
        if (e->type != SLUICE_SCTP_EV_UP) continue;
        if (e->flags & SLUICE_SCTP_UP_RESTARTED) {
            pass_on(n, e->assoc, e->os_errno);
            continue;
        }
        if (!(e->flags & SLUICE_SCTP_UP_ACCEPTED)) close_socket(n, socket_of(n, e->assoc));
        adopt(n, e->assoc, e->os_errno);
    }
}

static sluice_meta meta_of(kn *n, const sluice_cqe *c)
{
    sluice_meta m;

    CHECK_LE(c->detail + sizeof m + (uint32_t)c->result, n->d.buf_bytes);
    memcpy(&m, n->d.pool + (size_t)c->buf_id * n->d.buf_bytes + c->detail, sizeof m);
    return m;
}

static void hand_in(kn *n, const kn_socket *s, const sluice_cqe *c)
{
    if (!(c->flags & SLUICE_CQE_BUFFER)) {
        int rc = sluice_ksctp_failed(n->stack, s->id, (int32_t)c->detail);
        CHECK(rc == 0 || rc == -SLUICE_ESTALE);
        return;
    }
    sluice_meta m = meta_of(n, c);
    int64_t assoc = sluice_ksctp_input(n->stack, s->id, &m, dgram_payload(&n->d, c), (uint32_t)c->result);
    CHECK(assoc >= 0 || assoc == -SLUICE_ESTALE);
    if (assoc > 0) keep_message(n, (uint64_t)assoc, &m, dgram_payload(&n->d, c), (uint32_t)c->result);
    drive_give_back(&n->d, c);
}

static void read_events(kn *n)
{
    uint32_t before = n->event_count;

    keep_events(n);
    adopt_new(n, before);
}

void kn_turn(kn *n)
{
    sluice_cqe c;

    drive_turn(&n->d, MS);
    for (uint32_t i = 0; i < n->socket_count; i++) {
        while (n->sockets[i].used && drive_try(&n->d, n->sockets[i].token, &c)) {
            hand_in(n, &n->sockets[i], &c);
            read_events(n); /* what comes next on this socket may be another association's */
        }
    }
    int rc = sluice_ksctp_tick(n->stack);
    CHECK(rc >= 0 || rc == -SLUICE_SCTP_NO_TICK);
    read_events(n);
}

/* ------------------------------------------------------------------------------------------------ associations */

uint64_t kn_listen(kn *n, uint32_t profile)
{
    sluice_ksctp_listen_args a = {.size = sizeof a, .tag = 77, .local = drive_inet4(0),
                                  .options = {.size = sizeof a.options, .profile = profile}};
    struct sockaddr_in in4;
    socklen_t bytes = sizeof in4;
    int fd;
    int64_t id = sluice_ksctp_listen(n->stack, &a, &fd);

    CHECK_GT(id, 0);
    CHECK_SYS(getsockname(fd, (struct sockaddr *)&in4, &bytes));
    n->port = ntohs(in4.sin_port);
    n->listener = (uint64_t)id;
    adopt(n, n->listener, fd);
    return n->listener;
}

uint64_t kn_connect_to(kn *n, uint16_t port, uint32_t profile)
{
    sluice_ksctp_connect_args a = {.size = sizeof a, .tag = 88, .peer = drive_inet4(port),
                                   .options = {.size = sizeof a.options, .profile = profile}};
    int fd;
    int64_t id = sluice_ksctp_connect(n->stack, &a, &fd);

    CHECK_GT(id, 0);
    adopt(n, (uint64_t)id, fd);
    return (uint64_t)id;
}

void kn_pair(kn *n, uint32_t profile, uint64_t *client, uint64_t *server)
{
    if (!n->listener) kn_listen(n, profile);
    *client = kn_connect_to(n, n->port, profile);
    kn_event *here = kn_event_of(n, SLUICE_SCTP_EV_UP, *client), *there = NULL;
    for (int i = 0; i < DRIVE_LIMIT_S * 1000 && !there; i++) {
        for (uint32_t k = 0; k < n->event_count && !there; k++)
            if (!n->events[k].taken && n->events[k].e.type == SLUICE_SCTP_EV_UP && n->events[k].e.listener == n->listener)
                there = &n->events[k];
        if (!there) kn_turn(n);
    }
    if (!there) FAIL("nothing was accepted");
    there->taken = true;
    *server = there->e.assoc;
    CHECK_EQ(here->e.tag, 88);
    CHECK_EQ(there->e.tag, 77);
    CHECK_EQ(here->e.value >> 16, n->port);
    CHECK_EQ(there->e.value & 0xffff, n->port);
    CHECK_EQ(here->e.context, 16u << 16 | 16u);
}

kn_event *kn_find(kn *n, uint8_t type, uint64_t assoc)
{
    for (uint32_t i = 0; i < n->event_count; i++)
        if (!n->events[i].taken && n->events[i].e.type == type && (!assoc || n->events[i].e.assoc == assoc)) return &n->events[i];
    return NULL;
}

kn_event *kn_event_of(kn *n, uint8_t type, uint64_t assoc)
{
    for (int i = 0; i < DRIVE_LIMIT_S * 1000; i++) {
        kn_event *e = kn_find(n, type, assoc);
        if (e) {
            e->taken = true;
            return e;
        }
        kn_turn(n);
    }
    for (uint32_t i = 0; i < n->event_count; i++)
        fprintf(stderr, "event %u of %016" PRIx64 " kind %u flags %u errno %d\n", n->events[i].e.type, n->events[i].e.assoc,
                n->events[i].e.kind, n->events[i].e.flags, n->events[i].e.os_errno);
    FAIL("no event %u of %016" PRIx64 " within %d s", type, assoc, DRIVE_LIMIT_S);
}

uint32_t kn_count(const kn *n, uint8_t type, uint64_t assoc)
{
    uint32_t count = 0;

    for (uint32_t i = 0; i < n->event_count; i++)
        count += n->events[i].e.type == type && (!assoc || n->events[i].e.assoc == assoc);
    return count;
}

kn_event *kn_closed(kn *n, uint64_t assoc, uint16_t kind)
{
    kn_event *e = kn_event_of(n, SLUICE_SCTP_EV_CLOSED, assoc);

    if (e->e.kind != kind) FAIL("association %016" PRIx64 " ended with kind %u, not %u; errno %d", assoc, e->e.kind, kind, e->e.os_errno);
    CHECK_EQ(kn_count(n, SLUICE_SCTP_EV_CLOSED, assoc), 1);
    close_socket(n, socket_of(n, assoc));
    kn_turn(n);
    CHECK_EQ(sluice_ksctp_abort(n->stack, assoc, 0, NULL, 0), -SLUICE_ESTALE);
    return e;
}

/* ---------------------------------------------------------------------------------------------------- messages */

void kn_send(kn *n, uint64_t assoc, uint16_t stream, uint32_t ppid, uint16_t flags, const void *bytes, uint32_t count)
{
    sluice_meta m = {.stream = stream, .ppid = ppid, .flags = flags};
    uint64_t token = n->next_token++;
    sluice_cqe c;

    drive_scratch_reset(&n->d);
    dgram_send(&n->d, kn_handle(n, assoc), token, bytes, count, &m);
    for (int i = 0; i < DRIVE_LIMIT_S * 1000; i++) {
        if (drive_try(&n->d, token, &c)) {
            CHECK_EQ(c.result, (int32_t)count);
            return;
        }
        kn_turn(n); /* the peer has to read before a long message fits */
    }
    FAIL("a message of %u bytes was not taken", count);
}

kn_message *kn_message_of(kn *n, uint64_t assoc)
{
    for (int i = 0; i < DRIVE_LIMIT_S * 1000; i++) {
        for (uint32_t k = 0; k < n->message_count; k++) {
            kn_message *m = &n->messages[k];
            if (m->taken || m->assoc != assoc || (m->flags & SLUICE_META_PARTIAL)) continue;
            m->taken = true;
            return m;
        }
        kn_turn(n);
    }
    FAIL("no message for %016" PRIx64 " within %d s", assoc, DRIVE_LIMIT_S);
}

void kn_close(kn *n)
{
    if (n->listener) {
        CHECK_EQ(sluice_ksctp_unlisten(n->stack, n->listener), 0);
        close_socket(n, socket_of(n, n->listener));
    }
    for (uint32_t i = 0; i < n->message_count; i++) free(n->messages[i].data);
    CHECK_EQ(sluice_ksctp_destroy(n->stack, 0), 0);
    drive_close(&n->d);
}
