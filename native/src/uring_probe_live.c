/* uring_probe_live.c: see uring_probe_live.h. */
#include "uring_probe_live.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

/* An experiment that stays without an answer this long has failed. */
static const struct ur_timespec LIVE_TIMEOUT = {.sec = 1};

#define LIVE_GROUP      0x7ff0u
#define LIVE_BUFS       4u
#define LIVE_BUF_BYTES  64u
#define LIVE_FLOOD      (1u << 20)
#define LIVE_SMALL      16u
#define LIVE_ACCEPT     1u /* user_data */

/* Takes one completion; waits for it if need be. false: none came. */
static bool next_cqe(uring *r, bool wait, struct ur_cqe *out) {
    for (int tries = 0; tries < 4; tries++) {
        if (r->cq_head != uring_cq_tail(r)) {
            *out = r->cqes[r->cq_head++ & r->cq_mask];
            uring_cq_publish(r);
            return true;
        }
        if (!wait) {
            return false;
        }
        int rc = uring_enter(r, true, &LIVE_TIMEOUT);
        if (rc == -ETIME) {
            wait = false;
        } else if (rc < 0 && rc != -EINTR && rc != -EAGAIN) {
            return false;
        }
    }
    return false;
}

int uring_live_nop(uring *r) {
    struct ur_sqe *e = uring_sqe(r);
    if (!e) {
        return -EBUSY;
    }
    e->opcode = UR_OP_NOP;
    e->user_data = 42;
    int rc = uring_enter(r, false, NULL);
    if (rc < 0) {
        return rc;
    }
    struct ur_cqe c;
    return next_cqe(r, true, &c) && c.user_data == 42 && c.res == 0 ? 0 : -EIO;
}

int uring_live_buffers(uring *r) {
    uring_bufs b;
    int rc = uring_bufs_open(r, &b, LIVE_GROUP, LIVE_BUFS, 0);
    if (rc == 0) {
        uring_bufs_close(r, &b);
    }
    return rc;
}

bool uring_live_incremental(uring *r) {
    uring_bufs b;
    if (uring_bufs_open(r, &b, LIVE_GROUP, LIVE_BUFS, UR_PBUF_RING_INC) < 0) {
        return false;
    }
    uring_bufs_close(r, &b);
    return true;
}

bool uring_live_registered_fd(uring *r) {
    bool ok = uring_register_fd(r) == 0 && uring_live_nop(r) == 0;
    uring_unregister_fd(r);
    return ok;
}

bool uring_live_opcode(uring *r, uint8_t opcode) {
    struct ur_probe *p = calloc(1, sizeof *p);
    bool ok = p && uring_sys_register(r->fd, UR_REGISTER_PROBE, p, UR_PROBE_OPS) >= 0 && opcode <= p->last_op
              && (p->ops[opcode].flags & UR_PROBE_SUPPORTED);
    free(p);
    return ok;
}

/* Ends a request and waits for its last completion. */
static void cancel(uring *r, uint64_t user_data) {
    struct ur_sqe *e = uring_sqe(r);
    if (!e) {
        return;
    }
    e->opcode = UR_OP_ASYNC_CANCEL;
    e->addr = user_data;
    e->flags = UR_SQE_CQE_SKIP_SUCCESS;
    struct ur_cqe c;
    while (next_cqe(r, true, &c) && (c.flags & UR_CQE_F_MORE)) {
    }
}

/* Two connections on a listener in the abstract namespace must come out of one submission. */
bool uring_live_accept(uring *r) {
    struct sockaddr_un name = {.sun_family = AF_UNIX};
    socklen_t len = sizeof name;
    int listener = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);
    struct ur_sqe *e = uring_sqe(r);
    bool ok = listener >= 0 && e && bind(listener, (struct sockaddr *)&name, sizeof(sa_family_t)) == 0
              && listen(listener, 4) == 0 && getsockname(listener, (struct sockaddr *)&name, &len) == 0;
    if (e) {
        e->opcode = UR_OP_ACCEPT;
        e->fd = listener;
        e->ioprio = UR_ACCEPT_MULTISHOT;
        e->op_flags = SOCK_CLOEXEC;
        e->user_data = LIVE_ACCEPT;
    }
    ok = uring_enter(r, false, NULL) >= 0 && ok;
    bool armed = ok;
    for (int i = 0; i < 2 && ok; i++) {
        struct ur_cqe c;
        int client = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
        ok = client >= 0 && connect(client, (struct sockaddr *)&name, len) == 0 && next_cqe(r, true, &c) && c.res >= 0;
        if (ok) {
            close(c.res);
            ok = armed = (c.flags & UR_CQE_F_MORE) != 0;
        }
        if (client >= 0) {
            close(client);
        }
    }
    if (armed) { /* the ring must be quiet afterwards */
        cancel(r, LIVE_ACCEPT);
    }
    if (listener >= 0) {
        close(listener);
    }
    return ok;
}

bool uring_live_recv(uring *r) {
    static uint8_t memory[LIVE_BUFS][LIVE_BUF_BYTES]; /* contents do not matter, so threads may share it */
    int sv[2];
    uring_bufs b;
    if (socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, sv) < 0) {
        return false;
    }
    bool ok = uring_bufs_open(r, &b, LIVE_GROUP, LIVE_BUFS, 0) == 0;
    struct ur_sqe *e = ok ? uring_sqe(r) : NULL;
    ok = ok && e;
    if (ok) {
        for (uint16_t i = 0; i < LIVE_BUFS; i++) {
            uring_bufs_add(&b, memory[i], LIVE_BUF_BYTES, i);
        }
        uring_bufs_publish(&b);
        e->opcode = UR_OP_RECV;
        e->fd = sv[0];
        e->ioprio = UR_RECV_MULTISHOT;
        e->flags = UR_SQE_BUFFER_SELECT;
        e->buf_group = LIVE_GROUP;
        ok = uring_enter(r, false, NULL) >= 0;
    }
    struct ur_cqe c;
    const uint32_t want = UR_CQE_F_MORE | UR_CQE_F_BUFFER;
    bool armed = ok;
    for (int i = 0; i < 2 && ok; i++) {
        ok = send(sv[1], "x", 1, MSG_NOSIGNAL) == 1 && next_cqe(r, true, &c) && c.res == 1 && (c.flags & want) == want;
        armed = ok;
    }
    close(sv[1]); /* end of stream: ends the receive */
    if (armed) {
        ok = next_cqe(r, true, &c) && c.res == 0 && !(c.flags & UR_CQE_F_MORE);
    }
    uring_bufs_close(r, &b);
    close(sv[0]);
    return ok;
}

/* One inline send. Returns the result of its completion, or 1 with *silent when there was none. */
static int inline_send(uring *r, int fd, const void *memory, uint32_t len, bool *silent) {
    struct ur_sqe *e = uring_sqe(r);
    if (!e) {
        return -EBUSY;
    }
    e->opcode = UR_OP_SEND;
    e->fd = fd;
    e->addr = (uint64_t)(uintptr_t)memory;
    e->len = len;
    e->op_flags = MSG_DONTWAIT | MSG_WAITALL | MSG_NOSIGNAL;
    e->flags = UR_SQE_CQE_SKIP_SUCCESS;
    int rc = uring_enter(r, false, NULL);
    if (rc < 0) {
        return rc;
    }
    struct ur_cqe c;
    *silent = !next_cqe(r, false, &c);
    return *silent ? 1 : c.res;
}

/*
 * The engine takes "consumed, and no completion" for "every byte was accepted". That stands on three behaviours of
 * the kernel (6.1 and later), and all three are tried here:
 *   a send that is accepted whole posts nothing;
 *   a send that is accepted in part posts the count, because MSG_WAITALL makes the short send a failure;
 *   a send that is not accepted at all posts EAGAIN at once, because MSG_DONTWAIT keeps it from being polled.
 */
bool uring_live_inline_send(uring *r) {
    int sv[2], small = 4096;
    if (socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, sv) < 0) {
        return false;
    }
    uint8_t *flood = calloc(1, LIVE_FLOOD);
    bool ok = flood && setsockopt(sv[0], SOL_SOCKET, SO_SNDBUF, &small, sizeof small) == 0;
    if (ok) {
        bool silent = false;
        ok = inline_send(r, sv[0], flood, LIVE_SMALL, &silent) == 1 && silent
             && recv(sv[1], flood, LIVE_SMALL, MSG_DONTWAIT) == (ssize_t)LIVE_SMALL;
        int sent = ok ? inline_send(r, sv[0], flood, LIVE_FLOOD, &silent) : -1;
        ok = ok && !silent && sent > 0 && sent < (int)LIVE_FLOOD;
        uint64_t arrived = 0;
        if (ok) {
            ok = inline_send(r, sv[0], flood, LIVE_SMALL, &silent) == -EAGAIN && !silent;
        }
        for (ssize_t n; ok && (n = recv(sv[1], flood, LIVE_FLOOD, MSG_DONTWAIT)) > 0;) {
            arrived += (uint64_t)n;
        }
        ok = ok && arrived == (uint64_t)sent;
    }
    close(sv[0]);
    close(sv[1]);
    free(flood);
    return ok;
}

/* Kernels before 6.1 refuse an entry of SEND with an address, so a datagram must arrive. */
bool uring_live_send_to(uring *r) {
    struct sockaddr_un name = {.sun_family = AF_UNIX};
    socklen_t len = sizeof name;
    int to = socket(AF_UNIX, SOCK_DGRAM | SOCK_CLOEXEC, 0), from = socket(AF_UNIX, SOCK_DGRAM | SOCK_CLOEXEC, 0);
    struct ur_sqe *e = NULL;
    bool ok = to >= 0 && from >= 0 && bind(to, (struct sockaddr *)&name, sizeof(sa_family_t)) == 0
              && getsockname(to, (struct sockaddr *)&name, &len) == 0 && (e = uring_sqe(r)) != NULL;
    if (ok) {
        char got = 0;
        struct ur_cqe c;
        e->opcode = UR_OP_SEND;
        e->fd = from;
        e->addr = (uint64_t)(uintptr_t)"x";
        e->len = 1;
        e->off = (uint64_t)(uintptr_t)&name;
        e->file_index = len;
        e->op_flags = MSG_DONTWAIT | MSG_NOSIGNAL;
        ok = uring_enter(r, false, NULL) >= 0 && next_cqe(r, true, &c) && c.res == 1
             && recv(to, &got, 1, MSG_DONTWAIT) == 1 && got == 'x';
    }
    if (to >= 0) {
        close(to);
    }
    if (from >= 0) {
        close(from);
    }
    return ok;
}
