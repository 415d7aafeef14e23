/*
 * The C floor of UDP for io_uring: one thread, one socket, one enter per turn that submits and waits at once; multishot recvmsg
 * into a provided-buffer ring, sends with an address that complete without a completion entry. With --gro 1 trains go back as
 * trains, which takes sendmsg.
 *
 * A send runs inside the enter that submits it; MSG_DONTWAIT makes what is short of that a failure. So right after an enter all
 * buffers of its sends are free again. A datagram that failed is lost; the generator counts it.
 *
 *   buffer:  | namelen controllen payloadlen flags | name | control | payload |      as the kernel lays it out
 */
#include "raw_ring.h"
#include "udp_socket.h"

#include <errno.h>
#include <string.h>

enum { SQ_ENTRIES = 2048, CQ_ENTRIES = 8192, BUFFERS = 1024 };
enum { RECEIVE = 1, SEND };

struct recvmsg_out { uint32_t namelen, controllen, payloadlen, flags; };
struct train { struct msghdr h; struct iovec part; _Alignas(struct cmsghdr) uint8_t control[UDP_CONTROL_BYTES]; };

static raw_ring ring;
static raw_buffers buffers;
static int fd;
static bool gro;
static struct msghdr lengths = {.msg_namelen = sizeof(struct sockaddr_in)}; /* the kernel takes only lengths from it */
static uint16_t batch[BUFFERS];
static struct train trains[BUFFERS];
static uint32_t batched;
static bool armed;

static void arm(void) {
    uring_sqe *e = raw_ring_sqe(&ring);
    e->opcode = URING_OP_RECVMSG;
    e->fd = 0;
    e->flags = URING_SQE_FIXED_FILE | URING_SQE_BUFFER_SELECT;
    e->ioprio = URING_RECV_MULTISHOT;
    e->addr = (uint64_t)(uintptr_t)&lengths;
    e->len = 1;
    e->buf_group = buffers.group;
    e->user_data = RECEIVE;
    armed = true;
}

static void prepare_send(uring_sqe *e, uint8_t *name, uint8_t *payload, uint32_t bytes) {
    e->opcode = URING_OP_SEND;
    e->addr = (uint64_t)(uintptr_t)payload;
    e->len = bytes;
    e->off = (uint64_t)(uintptr_t)name;
    e->file_index = sizeof(struct sockaddr_in); /* addr_len lies there */
}

static void prepare_train(uring_sqe *e, uint8_t *name, uint8_t *payload, uint32_t bytes, uint16_t segment) {
    struct train *t = &trains[batched];
    t->part = (struct iovec){payload, bytes};
    t->h = (struct msghdr){.msg_name = name, .msg_namelen = sizeof(struct sockaddr_in), .msg_iov = &t->part, .msg_iovlen = 1,
                           .msg_control = t->control, .msg_controllen = udp_segment_to_send(t->control, segment)};
    e->opcode = URING_OP_SENDMSG;
    e->addr = (uint64_t)(uintptr_t)&t->h;
    e->len = 1;
}

static void send_back(uint16_t id) {
    uint8_t *buffer = raw_buffer(&buffers, id), *name = buffer + sizeof(struct recvmsg_out), *control = name + lengths.msg_namelen;
    struct recvmsg_out *out = (struct recvmsg_out *)buffer;
    struct msghdr received = {.msg_control = control, .msg_controllen = out->controllen};
    uint16_t segment = gro ? udp_segment_received(&received) : 0;
    uring_sqe *e = raw_ring_sqe(&ring);
    if (segment) prepare_train(e, name, control + lengths.msg_controllen, out->payloadlen, segment);
    else prepare_send(e, name, control + lengths.msg_controllen, out->payloadlen);
    e->fd = 0;
    e->flags = URING_SQE_FIXED_FILE | URING_SQE_CQE_SKIP_SUCCESS;
    e->op_flags = MSG_NOSIGNAL | MSG_DONTWAIT;
    e->user_data = SEND;
    batch[batched++] = id;
}

static void on_completion(const uring_cqe *cqe) {
    if (cqe->user_data != RECEIVE) return;
    if (cqe->res >= (int32_t)sizeof(struct recvmsg_out)) send_back(raw_cqe_buffer(cqe));
    else if (cqe->res != -ENOBUFS) udp_floor_die("recvmsg", -cqe->res);
    if (!(cqe->flags & URING_CQE_F_MORE)) armed = false;
}

int main(int argc, char **argv) {
    fd = udp_floor_open(argc, argv, "io_uring", &gro);
    lengths.msg_controllen = gro ? UDP_CONTROL_BYTES : 0;
    int rc = raw_ring_open(&ring, SQ_ENTRIES, CQ_ENTRIES);
    if (rc == 0) rc = raw_ring_register_files(&ring, &fd, 1);
    if (rc == 0) rc = raw_buffers_open(&ring, &buffers, 0, BUFFERS, gro ? UDP_TRAIN_BYTES : UDP_DATAGRAM_BYTES);
    if (rc < 0) udp_floor_die("io_uring with DEFER_TASKRUN and buffer rings (Linux 6.1 or newer) is needed", -rc);
    arm();
    for (;;) {
        rc = raw_ring_enter(&ring, armed ? 1 : 0);
        if (rc < 0 && rc != -EINTR && rc != -EBUSY) udp_floor_die("io_uring_enter", -rc);
        for (uint32_t i = 0; i < batched; i++) raw_buffers_return(&buffers, batch[i]);
        batched = 0;
        raw_buffers_publish(&buffers);
        if (!armed) arm();
        uint32_t head, tail = raw_ring_ready(&ring, &head);
        for (; head != tail; head++) on_completion(raw_ring_cqe(&ring, head));
        raw_ring_seen(&ring, head);
    }
}
