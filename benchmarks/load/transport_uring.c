/*
 * The cheaper transport: multishot receives into a provided-buffer ring, sends without completions, everything on
 * registered descriptors, one enter per round, and none at all while there is nothing to do.
 *
 * Sends carry MSG_WAITALL, so the kernel finishes short ones itself. Their buffers are message slots, which are not
 * reused before the echo is back. options.h says why several sends of one connection cannot overtake each other here.
 */
#include "raw_ring.h"
#include "transport.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>

enum { SQ_ENTRIES = 4096, CQ_ENTRIES = 16384, BUFFERS = 2048, SMALL_BUFFER_BYTES = 2048, LARGE_BUFFER_BYTES = 32768 };

static const uint64_t SEND_TAG = 1ull << 32; /* user_data: connection index, plus this for a send */

static const options *run_options;
static connection *connections;
static received_fn on_received;
static void *received_context;
static raw_ring ring;
static raw_buffers buffers;

static _Noreturn void fail(const char *what, int err) {
    fprintf(stderr, "load generator: %s: %s\n", what, strerror(err));
    exit(1);
}

static void arm_receive(uint32_t index) {
    uring_sqe *e = raw_ring_sqe(&ring);
    e->opcode = URING_OP_RECV;
    e->fd = (int32_t)index;
    e->flags = URING_SQE_FIXED_FILE | URING_SQE_BUFFER_SELECT;
    e->ioprio = URING_RECV_MULTISHOT;
    e->user_data = index;
}

static void start(const options *o, connection *all, received_fn received, void *context) {
    run_options = o;
    connections = all;
    on_received = received;
    received_context = context;
    int *fds = malloc(o->connections * sizeof *fds);
    if (!fds) fail("memory", ENOMEM);
    for (uint32_t i = 0; i < o->connections; i++) fds[i] = all[i].fd;
    uint32_t bytes = o->message_bytes * o->depth > SMALL_BUFFER_BYTES ? LARGE_BUFFER_BYTES : SMALL_BUFFER_BYTES;
    int rc = raw_ring_open(&ring, SQ_ENTRIES, CQ_ENTRIES);
    if (rc == 0) rc = raw_ring_register_files(&ring, fds, o->connections);
    if (rc == 0) rc = raw_buffers_open(&ring, &buffers, 0, BUFFERS, bytes);
    if (rc < 0) fail("io_uring (use --engine epoll)", -rc);
    free(fds);
    for (uint32_t i = 0; i < o->connections; i++) arm_receive(i);
}

static void send_queued(connection *c) {
    while (c->sent < c->queued) {
        const uint8_t *from;
        uint32_t count = connection_unsent(c, run_options, &from);
        uring_sqe *e = raw_ring_sqe(&ring);
        e->opcode = URING_OP_SEND;
        e->fd = (int32_t)c->id;
        e->flags = URING_SQE_FIXED_FILE | URING_SQE_CQE_SKIP_SUCCESS;
        e->addr = (uint64_t)(uintptr_t)from;
        e->len = count;
        e->op_flags = MSG_NOSIGNAL | MSG_WAITALL;
        e->user_data = SEND_TAG | c->id;
        c->sent += count;
    }
}

static void on_completion(const uring_cqe *cqe) {
    if (cqe->user_data & SEND_TAG) fail("send", cqe->res < 0 ? -cqe->res : EIO);
    connection *c = &connections[cqe->user_data];
    if (cqe->res > 0) {
        uint16_t id = raw_cqe_buffer(cqe);
        on_received(received_context, c, raw_buffer(&buffers, id), (uint32_t)cqe->res);
        raw_buffers_return(&buffers, id);
    } else if (cqe->res != -ENOBUFS) {
        fail(cqe->res ? "receive" : "the server closed a connection", cqe->res ? -cqe->res : ECONNRESET);
    }
    if (!(cqe->flags & URING_CQE_F_MORE)) arm_receive(c->id);
}

static bool poll_events(bool may_block) {
    if (may_block || raw_ring_pending(&ring) || raw_ring_has_work(&ring)) {
        int rc = raw_ring_enter(&ring, may_block ? 1 : 0);
        if (rc < 0 && rc != -EINTR && rc != -EBUSY) fail("io_uring_enter", -rc);
    }
    uint32_t head, tail = raw_ring_ready(&ring, &head);
    if (head == tail) return false;
    for (; head != tail; head++) on_completion(raw_ring_cqe(&ring, head));
    raw_ring_seen(&ring, head);
    raw_buffers_publish(&buffers);
    return true;
}

const transport TRANSPORT_URING = {start, send_queued, poll_events};
