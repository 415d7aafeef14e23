/*
 * Echoes of UDP datagrams: every peer is a connected socket with `depth` datagrams in flight.
 *
 *   slot:  FREE --queued, sent--> OUT --echo, compared--> FREE        one message
 *                                  |
 *                                  +--GIVE_UP_NS without an echo--> FREE        lost; an echo that comes later is ignored
 *
 * A datagram's first 8 bytes are its number and its peer; number % depth is its slot, the rest the slot's own contents. So an
 * echo is compared as a whole, in whatever order echoes come.
 *
 * With --trains the free slots of a peer that follow each other leave as one train: the socket has UDP_SEGMENT, so one send is
 * cut into datagrams by the kernel (generic segmentation offload); UDP_GRO lets trains of the server arrive whole.
 *
 * Like transport_uring.c: multishot receives, sends without completions, one enter per round.
 */
#include "clock.h"
#include "connections.h"
#include "raw_ring.h"
#include "window.h"
#include "workloads.h"

#include <errno.h>
#include <netinet/in.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>

#ifndef UDP_SEGMENT
#define UDP_SEGMENT 103
#endif
#ifndef UDP_GRO
#define UDP_GRO 104
#endif

enum { SQ_ENTRIES = 4096, CQ_ENTRIES = 16384, BUFFERS = 2048, SMALL_BUFFER_BYTES = 2048, TRAIN_BUFFER_BYTES = 65536 };
enum { SOCKET_BUFFER_BYTES = 4 << 20 };
static const uint64_t SEND_TAG = 1ull << 32; /* user_data: peer, plus this for a send */
static const uint64_t GIVE_UP_NS = 100000000, LOOK_EVERY_NS = 5000000;

typedef struct slot {
    uint64_t number, since_ns, sent_ns; /* since: sent, or in the open loop should have been */
    bool out;
} slot;

typedef struct peer {
    int fd;
    uint32_t id;
    bool listed;             /* in `changed` */
    uint64_t queued, unsent; /* numbers: the next one to be queued, and to be sent */
    slot *slots;
    uint8_t *bytes;
} peer;

static const options *opt;
static peer *peers;
static peer **changed; /* peers that have something to send */
static uint32_t changed_count;
static raw_ring ring;
static raw_buffers buffers;
static window win;
static uint64_t schedule_start_ns, schedule_next, next_look_ns;
static double interval_ns;

static _Noreturn void fail(const char *what, int err) {
    fprintf(stderr, "load generator: %s: %s\n", what, strerror(err));
    exit(1);
}

static void must(int rc, const char *what) {
    if (rc < 0) fail(what, errno);
}

/* ---- sockets ---- */

static int open_socket(void) {
    int fd = socket(AF_INET, SOCK_DGRAM | SOCK_CLOEXEC, 0), room = SOCKET_BUFFER_BYTES, on = 1, segment = (int)opt->message_bytes;
    must(fd, "socket");
    must(setsockopt(fd, SOL_SOCKET, SO_RCVBUF, &room, sizeof room), "SO_RCVBUF");
    if (opt->trains) {
        must(setsockopt(fd, IPPROTO_UDP, UDP_SEGMENT, &segment, sizeof segment), "UDP_SEGMENT");
        must(setsockopt(fd, IPPROTO_UDP, UDP_GRO, &on, sizeof on), "UDP_GRO");
    }
    struct sockaddr_in a = {.sin_family = AF_INET, .sin_port = htons((uint16_t)opt->port)};
    a.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    must(connect(fd, (struct sockaddr *)&a, sizeof a), "connect");
    return fd;
}

static void arm_receive(uint32_t id) {
    uring_sqe *e = raw_ring_sqe(&ring);
    e->opcode = URING_OP_RECV;
    e->fd = (int32_t)id;
    e->flags = URING_SQE_FIXED_FILE | URING_SQE_BUFFER_SELECT;
    e->ioprio = URING_RECV_MULTISHOT;
    e->user_data = id;
}

static void open_peers(void) {
    size_t room = (size_t)opt->depth * opt->message_bytes;
    int *fds = calloc(opt->connections, sizeof *fds);
    peers = calloc(opt->connections, sizeof *peers);
    changed = calloc(opt->connections, sizeof *changed);
    if (!fds || !peers || !changed) fail("memory", ENOMEM);
    for (uint32_t i = 0; i < opt->connections; i++) {
        peer *p = &peers[i];
        *p = (peer){.fd = open_socket(), .id = i, .slots = calloc(opt->depth, sizeof(slot)), .bytes = malloc(room)};
        if (!p->slots || !p->bytes) fail("memory", ENOMEM);
        fill_message(p->bytes, room, i + 1);
        fds[i] = p->fd;
    }
    int rc = raw_ring_open(&ring, SQ_ENTRIES, CQ_ENTRIES);
    if (rc == 0) rc = raw_ring_register_files(&ring, fds, opt->connections);
    if (rc == 0) rc = raw_buffers_open(&ring, &buffers, 0, BUFFERS, opt->trains ? TRAIN_BUFFER_BYTES : SMALL_BUFFER_BYTES);
    if (rc < 0) fail("io_uring, which the generator of datagrams needs", -rc);
    free(fds);
    for (uint32_t i = 0; i < opt->connections; i++) arm_receive(i);
}

/* ---- sending ---- */

static slot *slot_of(const peer *p, uint64_t number) { return &p->slots[number % opt->depth]; }

static void queue(peer *p, uint64_t since_ns, uint64_t now) {
    slot *s = slot_of(p, p->queued);
    uint64_t header = p->queued << 16 ^ p->id;
    memcpy(p->bytes + (p->queued % opt->depth) * opt->message_bytes, &header, sizeof header);
    *s = (slot){.number = p->queued++, .since_ns = since_ns, .sent_ns = now, .out = true};
    if (p->listed) return;
    p->listed = true;
    changed[changed_count++] = p;
}

static void send_bytes(peer *p, uint64_t first, uint32_t count) {
    uring_sqe *e = raw_ring_sqe(&ring);
    e->opcode = URING_OP_SEND;
    e->fd = (int32_t)p->id;
    e->flags = URING_SQE_FIXED_FILE | URING_SQE_CQE_SKIP_SUCCESS;
    e->addr = (uint64_t)(uintptr_t)(p->bytes + (first % opt->depth) * opt->message_bytes);
    e->len = count * opt->message_bytes;
    e->op_flags = MSG_NOSIGNAL;
    e->user_data = SEND_TAG | p->id;
}

static void send_queued(peer *p) {
    p->listed = false;
    while (p->unsent < p->queued) {
        uint64_t to_end = opt->depth - p->unsent % opt->depth, waiting = p->queued - p->unsent;
        uint32_t count = !opt->trains ? 1 : (uint32_t)(waiting < to_end ? waiting : to_end);
        send_bytes(p, p->unsent, count);
        p->unsent += count;
    }
}

static void send_all(void) {
    for (uint32_t i = 0; i < changed_count; i++) send_queued(changed[i]);
    changed_count = 0;
}

/* Datagram j of peer i is number j * peers + i of the common schedule. */
static uint64_t intended_ns(const peer *p) {
    return schedule_start_ns + (uint64_t)(((double)p->queued * opt->connections + p->id) * interval_ns);
}

/* Fills the free slots: all of them, or in the open loop with what is due. */
static void refill(peer *p, uint64_t now) {
    uint64_t due = now;
    while (!slot_of(p, p->queued)->out && (opt->mode != MODE_OPEN || (due = intended_ns(p)) <= now)) queue(p, due, now);
}

static void release_due(uint64_t now) {
    while (schedule_start_ns + (uint64_t)((double)schedule_next * interval_ns) <= now)
        refill(&peers[schedule_next++ % opt->connections], now);
}

/* ---- receiving ---- */

static void echoed(peer *p, const uint8_t *bytes, uint64_t now) {
    uint64_t header;
    memcpy(&header, bytes, sizeof header);
    uint64_t number = (header ^ p->id) >> 16;
    slot *s = slot_of(p, number);
    if (s->number != number || !s->out) {
        if (number < p->queued) return; /* given up before */
    } else if (!memcmp(bytes, p->bytes + (number % opt->depth) * opt->message_bytes, opt->message_bytes)) {
        s->out = false;
        window_completed(&win, now - s->since_ns);
        return;
    }
    fprintf(stderr, "load generator: peer %u: an echo differs from what was sent\n", p->id);
    exit(3);
}

static void received(peer *p, const uint8_t *bytes, uint32_t count, uint64_t now) {
    if (count % opt->message_bytes) {
        fprintf(stderr, "load generator: peer %u: an echo of %u bytes\n", p->id, count);
        exit(3);
    }
    for (uint32_t at = 0; at < count; at += opt->message_bytes) echoed(p, bytes + at, now);
    refill(p, now);
}

static void on_completion(const uring_cqe *cqe, uint64_t now) {
    if (cqe->user_data & SEND_TAG) fail("send", cqe->res < 0 ? -cqe->res : EIO);
    peer *p = &peers[cqe->user_data];
    if (cqe->res > 0) {
        uint16_t id = raw_cqe_buffer(cqe);
        received(p, raw_buffer(&buffers, id), (uint32_t)cqe->res, now);
        raw_buffers_return(&buffers, id);
    } else if (cqe->res != -ENOBUFS) {
        fail("receive", -cqe->res);
    }
    if (!(cqe->flags & URING_CQE_F_MORE)) arm_receive(p->id);
}

static bool poll_ring(void) {
    if (raw_ring_pending(&ring) || raw_ring_has_work(&ring)) {
        int rc = raw_ring_enter(&ring, 0);
        if (rc < 0 && rc != -EINTR && rc != -EBUSY) fail("io_uring_enter", -rc);
    }
    uint32_t head, tail = raw_ring_ready(&ring, &head);
    if (head == tail) return false;
    uint64_t now = now_ns();
    for (; head != tail; head++) on_completion(raw_ring_cqe(&ring, head), now);
    raw_ring_seen(&ring, head);
    raw_buffers_publish(&buffers);
    return true;
}

static void give_up(uint64_t now) {
    if (now < next_look_ns) return;
    next_look_ns = now + LOOK_EVERY_NS;
    for (uint32_t i = 0; i < opt->connections; i++) {
        uint64_t lost = 0;
        for (uint32_t k = 0; k < opt->depth; k++) {
            slot *s = &peers[i].slots[k];
            if (!s->out || now - s->sent_ns < GIVE_UP_NS) continue;
            s->out = false;
            lost++;
        }
        if (!lost) continue;
        window_lost(&win, lost);
        refill(&peers[i], now);
    }
}

void run_datagrams(const options *o) {
    opt = o;
    open_peers();
    window_start(&win, o);
    schedule_start_ns = now_ns();
    if (o->mode == MODE_OPEN) interval_ns = 1e9 / o->rate;
    for (uint32_t i = 0; o->mode == MODE_CLOSED && i < o->connections; i++) refill(&peers[i], schedule_start_ns);
    for (bool polled = true; window_tick(&win, o, polled);) {
        uint64_t now = win.last_poll_ns;
        if (o->mode == MODE_OPEN) release_due(now);
        give_up(now);
        send_all();
        polled = poll_ring();
    }
    window_report(&win, o);
}
