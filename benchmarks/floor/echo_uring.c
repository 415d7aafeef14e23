/*
 * The C floor for io_uring: one thread, one enter per turn that submits and waits at once, multishot accept into
 * direct descriptors, multishot receive into a provided-buffer ring, sends that complete without a completion entry.
 *
 * A send runs inside the enter that submits it. MSG_DONTWAIT | MSG_WAITALL makes everything short of a full send a
 * *failure*, and failures do post a completion in spite of CQE_SKIP_SUCCESS. So right after an enter every buffer
 * whose send did not fail is free again, and no buffer is held by the kernel:
 *
 *   receive -> buffer in `batch` --enter--> no completion: return buffer
 *                                       \-> short or EAGAIN: rest moves to the connection's `unsent`, buffer returned;
 *                                           unsent goes out by a waiting send, and later data queues up behind it
 */
#include "listener.h"
#include "raw_ring.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>

/* Every entry of a batch holds a receive buffer, so BUFFERS bounds it. */
enum { SQ_ENTRIES = 2048, CQ_ENTRIES = 16384, BUFFERS = 1024, DIRECT_DESCRIPTORS = FLOOR_MAX_CONNECTIONS / 2 };

/* user_data = kind << 56 | buffer id << 32 | direct descriptor */
enum kind { ACCEPT = 1, RECEIVE, SEND, SEND_UNSENT, CLOSED };

struct connection {
    uint8_t *unsent;
    uint32_t unsent_bytes, unsent_room;
    uint8_t busy, input_over, parked; /* busy: a SEND_UNSENT is in the kernel; parked: waits for buffers */
};

struct sent { uint32_t connection, bytes; uint16_t buffer; };

static struct connection connections[FLOOR_MAX_CONNECTIONS]; /* indexed by direct descriptor */
static struct sent batch[BUFFERS];
static uint32_t batched;
static uint32_t parked[FLOOR_MAX_CONNECTIONS], parked_count;
static raw_ring ring;
static raw_buffers buffers;
static int listen_fd;

static uring_sqe *prepare(uint8_t op, enum kind kind, uint32_t connection, uint16_t buffer) {
    uring_sqe *e = raw_ring_sqe(&ring);
    e->opcode = op;
    e->fd = (int32_t)connection;
    e->flags = URING_SQE_FIXED_FILE;
    e->user_data = (uint64_t)kind << 56 | (uint64_t)buffer << 32 | connection;
    return e;
}

static void arm_accept(void) {
    uring_sqe *e = prepare(URING_OP_ACCEPT, ACCEPT, 0, 0);
    e->fd = listen_fd;
    e->flags = 0;
    e->ioprio = URING_ACCEPT_MULTISHOT;
    e->file_index = URING_FILE_INDEX_ALLOC;
}

static void arm_receive(uint32_t connection) {
    uring_sqe *e = prepare(URING_OP_RECV, RECEIVE, connection, 0);
    e->flags |= URING_SQE_BUFFER_SELECT;
    e->ioprio = URING_RECV_MULTISHOT;
    e->buf_group = buffers.group;
}

static void close_connection(uint32_t connection) {
    struct connection *c = &connections[connection];
    free(c->unsent);
    memset(c, 0, sizeof *c);
    uring_sqe *e = prepare(URING_OP_CLOSE, CLOSED, connection, 0);
    e->fd = 0;
    e->flags = URING_SQE_CQE_SKIP_SUCCESS;
    e->file_index = connection + 1;
}

static void send_unsent(uint32_t connection) {
    struct connection *c = &connections[connection];
    uring_sqe *e = prepare(URING_OP_SEND, SEND_UNSENT, connection, 0);
    e->addr = (uint64_t)(uintptr_t)c->unsent;
    e->len = c->unsent_bytes;
    e->op_flags = MSG_NOSIGNAL;
    c->busy = 1;
}

/* Bytes behind a send that came up short. While the kernel reads the buffer it must not move, so it is replaced. */
static void append_unsent(uint32_t connection, const uint8_t *bytes, uint32_t n) {
    struct connection *c = &connections[connection];
    if (c->unsent_bytes + n > c->unsent_room) {
        uint32_t room = 2 * (c->unsent_bytes + n) + FLOOR_BUF_BYTES;
        uint8_t *bigger = malloc(room);
        if (!bigger) floor_die("malloc", ENOMEM);
        if (c->unsent_bytes) memcpy(bigger, c->unsent, c->unsent_bytes);
        if (!c->busy) free(c->unsent); /* a busy one is leaked rather than freed under the kernel's hands */
        c->unsent = bigger;
        c->unsent_room = room;
    }
    memcpy(c->unsent + c->unsent_bytes, bytes, n);
    c->unsent_bytes += n;
}

static void finish_if_over(uint32_t connection) {
    struct connection *c = &connections[connection];
    if (c->input_over && !c->busy && !c->unsent_bytes) close_connection(connection);
}

static void on_receive(uint32_t connection, const uring_cqe *cqe) {
    struct connection *c = &connections[connection];
    if (cqe->res > 0) {
        uint16_t id = raw_cqe_buffer(cqe);
        uint32_t n = (uint32_t)cqe->res;
        if (c->unsent_bytes) {
            append_unsent(connection, raw_buffer(&buffers, id), n);
            raw_buffers_return(&buffers, id);
        } else {
            uring_sqe *e = prepare(URING_OP_SEND, SEND, connection, (uint16_t)batched);
            e->flags |= URING_SQE_CQE_SKIP_SUCCESS;
            e->addr = (uint64_t)(uintptr_t)raw_buffer(&buffers, id);
            e->len = n;
            e->op_flags = MSG_NOSIGNAL | MSG_DONTWAIT | MSG_WAITALL;
            batch[batched++] = (struct sent){connection, n, id};
        }
        if (!(cqe->flags & URING_CQE_F_MORE)) arm_receive(connection);
    } else if (cqe->res == -ENOBUFS) {
        parked[parked_count++] = connection; /* armed again when the batch's buffers are back */
    } else {
        c->input_over = 1; /* closed below, after the sends of this turn */
        parked[parked_count++] = connection;
    }
}

static void on_send_failed(const uring_cqe *cqe) {
    struct sent *s = &batch[(cqe->user_data >> 32) & 0xffff];
    struct connection *c = &connections[s->connection];
    uint32_t done = cqe->res > 0 ? (uint32_t)cqe->res : 0;
    if (cqe->res < 0 && cqe->res != -EAGAIN) {
        c->input_over = 1;
        return; /* the receive ends by itself with the same error or an end of stream */
    }
    append_unsent(s->connection, raw_buffer(&buffers, s->buffer) + done, s->bytes - done);
}

static void on_unsent_done(uint32_t connection, int32_t res) {
    struct connection *c = &connections[connection];
    c->busy = 0;
    uint32_t done = res > 0 ? (uint32_t)res : c->unsent_bytes;
    memmove(c->unsent, c->unsent + done, c->unsent_bytes - done);
    c->unsent_bytes -= done;
    if (c->unsent_bytes) send_unsent(connection);
    finish_if_over(connection);
}

static void on_completion(const uring_cqe *cqe) {
    uint32_t connection = (uint32_t)cqe->user_data;
    switch ((enum kind)(cqe->user_data >> 56)) {
    case RECEIVE: on_receive(connection, cqe); break;
    case SEND_UNSENT: on_unsent_done(connection, cqe->res); break;
    case ACCEPT:
        if (cqe->res >= 0) arm_receive((uint32_t)cqe->res);
        else if (cqe->res == -ENFILE) floor_die("more connections than direct descriptors", ENFILE);
        if (!(cqe->flags & URING_CQE_F_MORE)) arm_accept();
        break;
    case SEND: case CLOSED: break; /* failed sends are looked at before anything else, see turn() */
    }
}

/* The sends of the last enter are over: note the failed ones, then give all their buffers back. */
static void settle_batch(uint32_t head, uint32_t tail) {
    for (uint32_t i = head; i != tail; i++) {
        const uring_cqe *cqe = raw_ring_cqe(&ring, i);
        if (cqe->user_data >> 56 == SEND) on_send_failed(cqe);
    }
    for (uint32_t i = 0; i < batched; i++) {
        uint32_t connection = batch[i].connection;
        struct connection *c = &connections[connection];
        if (c->unsent_bytes && !c->busy) send_unsent(connection);
        raw_buffers_return(&buffers, batch[i].buffer);
    }
    batched = 0;
    raw_buffers_publish(&buffers);
    uint32_t waiting = parked_count;
    parked_count = 0;
    for (uint32_t i = 0; i < waiting; i++) {
        if (connections[parked[i]].input_over) finish_if_over(parked[i]);
        else arm_receive(parked[i]);
    }
}

int main(int argc, char **argv) {
    listen_fd = floor_listen(argc, argv, "io_uring", 0);
    int rc = raw_ring_open(&ring, SQ_ENTRIES, CQ_ENTRIES);
    if (rc == 0) rc = raw_ring_register_files(&ring, NULL, DIRECT_DESCRIPTORS);
    if (rc == 0) rc = raw_buffers_open(&ring, &buffers, 0, BUFFERS, FLOOR_BUF_BYTES);
    if (rc < 0) floor_die("io_uring with DEFER_TASKRUN and buffer rings (Linux 6.1 or newer) is needed", -rc);
    arm_accept();
    for (;;) {
        rc = raw_ring_enter(&ring, parked_count ? 0 : 1); /* parked ones continue after this enter, event or not */
        if (rc < 0 && rc != -EINTR && rc != -EBUSY) floor_die("io_uring_enter", -rc);
        uint32_t head, tail = raw_ring_ready(&ring, &head);
        settle_batch(head, tail);
        for (; head != tail; head++) on_completion(raw_ring_cqe(&ring, head));
        raw_ring_seen(&ring, head);
    }
}
