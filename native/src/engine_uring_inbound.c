/* engine_uring_inbound.c: accept, receive, watch and connect. */
#include <errno.h>
#include <poll.h>
#include <string.h>
#include <sys/socket.h>

#include "uring_engine.h"

void ue_arm(sl_loop *l, sl_slot *s) {
    s->ready |= UE_IN_ARMED;
    ue_begin(ue_of(l), s);
}

void ue_disarm(sl_loop *l, sl_slot *s) {
    s->ready &= ~UE_IN_ARMED;
    ue_finish(ue_of(l), s);
}

static bool unwanted(const sl_slot *s) { return (s->flags & SL_F_IN_CANCEL) || s->life == SL_ENDING; }

static bool multishot(sl_loop *l, const sl_slot *s) {
    uint32_t feature = s->in_op == SLUICE_OP_ACCEPT ? SLUICE_FEAT_MULTISHOT_ACCEPT : SLUICE_FEAT_MULTISHOT_RECV;
    return (s->flags & SL_F_IN_MULTI) && (ue_of(l)->features & feature);
}

void ue_in_start(sl_loop *l, sl_slot *s) {
    if (s->in_op == SLUICE_OP_RECVMSG) {
        ue_msg_start(l, s);
        return;
    }
    struct ur_sqe *e = ue_sqe(l);
    e->fd = s->fd;
    switch (s->in_op) {
    case SLUICE_OP_ACCEPT:
        e->opcode = UR_OP_ACCEPT;
        e->op_flags = SOCK_CLOEXEC;
        e->ioprio = multishot(l, s) ? UR_ACCEPT_MULTISHOT : 0;
        e->user_data = ue_data(l, s, UE_ACCEPT);
        break;
    case SLUICE_OP_RECV:
        e->opcode = UR_OP_RECV;
        e->flags = UR_SQE_BUFFER_SELECT; /* len 0: as much as the buffer takes */
        e->buf_group = s->in_group;
        if (multishot(l, s)) {
            e->ioprio = UR_RECV_MULTISHOT;
        } else if (s->ready & UE_DRAINED) {
            e->ioprio = UR_RECVSEND_POLL_FIRST; /* trying would only find the socket empty */
        }
        e->user_data = ue_data(l, s, UE_RECV);
        break;
    default: /* SLUICE_OP_WATCH */
        e->opcode = UR_OP_POLL_ADD;
        e->op_flags = POLLRDHUP | POLLHUP | POLLERR;
        e->len = s->flags & SL_F_IN_MULTI ? UR_POLL_ADD_MULTI : 0; /* by edges: the end does not hide what comes after it */
        e->user_data = ue_data(l, s, UE_WATCH);
        break;
    }
    ue_arm(l, s);
}

ue_kind ue_in_kind(const sl_slot *s) {
    if (s->kind == SL_KIND_CONNECTING) {
        return UE_CONNECT;
    }
    switch (s->in_op) {
    case SLUICE_OP_ACCEPT:
        return UE_ACCEPT;
    case SLUICE_OP_RECV:
        return UE_RECV;
    case SLUICE_OP_RECVMSG:
        return UE_RECVMSG;
    default:
        return UE_WATCH;
    }
}

bool ue_in_ends(const sl_slot *s) {
    if (s->kind == SL_KIND_CONNECTING) {
        return s->flags & SL_F_CON_CANCEL;
    }
    bool told = s->in_op == SLUICE_OP_WATCH && s->engine_word[1]; /* watch_goes_on ends it */
    return unwanted(s) || told;
}

void ue_in_cancel(sl_loop *l, sl_slot *s) {
    if (s->ready & UE_IN_ARMED) {
        ue_cancel(l, s, ue_in_kind(s));
        return;
    }
    sl_in_end(l, s, -SLUICE_ECANCELED, false, 0); /* parked: nothing is in the kernel */
}

static void cancelled(sl_loop *l, sl_slot *s) { sl_in_end(l, s, -SLUICE_ECANCELED, false, 0); }

void ue_go_on(sl_loop *l, sl_slot *s) {
    if (s->in_op == 0) { /* the last report was its terminal completion */
        sl_close_advance(l, s);
    } else if (unwanted(s)) {
        cancelled(l, s);
    } else {
        l->ctr[SLUICE_CTR_REARMS] += multishot(l, s);
        ue_in_start(l, s);
    }
}

void ue_accept_done(sl_loop *l, sl_slot *s, int32_t res, uint32_t flags) {
    uint32_t generation = s->generation;
    bool over = !(flags & UR_CQE_F_MORE);
    if (over) {
        ue_disarm(l, s);
    }
    if (res >= 0) {
        sl_accepted(l, s, res);
        if (over && s->generation == generation) {
            ue_go_on(l, s);
        }
        return;
    }
    if (sl_accept_passing(-res) || res == -EAGAIN || res == -ECANCELED) {
        ue_go_on(l, s);
    } else if (unwanted(s)) {
        cancelled(l, s);
    } else if (sl_accept_exhausted(-res)) {
        sl_accept_throttled(l, s, -res);
    } else {
        sl_in_end(l, s, -sl_err(-res), false, -res);
    }
}

void ue_no_buffer(sl_loop *l, sl_slot *s) {
    if (unwanted(s)) {
        cancelled(l, s);
    } else if (ue_buffer_wanted(l, s)) {
        ue_go_on(l, s);
    } else {
        sl_starve(l, s);
    }
}

static void recv_failed(sl_loop *l, sl_slot *s, int err) {
    switch (err) {
    case ECANCELED: case EINTR: case EAGAIN:
        ue_go_on(l, s);
        break;
    case ENOBUFS:
        ue_no_buffer(l, s);
        break;
    default:
        sl_in_end(l, s, -sl_err(err), false, err);
        break;
    }
}

void ue_recv_done(sl_loop *l, sl_slot *s, int32_t res, uint32_t flags) {
    uint32_t generation = s->generation;
    uint16_t id = (uint16_t)(flags >> UR_CQE_BUFFER_SHIFT);
    bool over = !(flags & UR_CQE_F_MORE);
    if (flags & UR_CQE_F_BUFFER) {
        ue_of(l)->pools[s->in_group].level--;
        if (res <= 0) { /* never seen from a current kernel, but a buffer must not get lost */
            ue_buffer_back(l, s->in_group, id);
        }
    }
    if (over) {
        ue_disarm(l, s);
    }
    if (res > 0) {
        s->ready = flags & UR_CQE_F_SOCK_NONEMPTY ? s->ready & ~UE_DRAINED : s->ready | UE_DRAINED;
        sl_in_data(l, s, id, 0, (uint32_t)res);
        if (over && s->generation == generation) {
            ue_go_on(l, s);
        }
    } else if (res == 0) {
        sl_in_end(l, s, 0, true, 0);
    } else {
        recv_failed(l, s, -res);
    }
}

static int pending_error(sl_loop *l, const sl_slot *s) {
    int err = 0;
    socklen_t len = sizeof err;
    sl_syscall(l);
    return getsockopt(s->fd, SOL_SOCKET, SO_ERROR, &err, &len) < 0 ? errno : err;
}

/* POLLERR alone is no end: somebody else took the error, and tells it. */
static void end_seen(sl_loop *l, sl_slot *s, int32_t res) {
    if ((res & (POLLRDHUP | POLLHUP)) && !unwanted(s)) {
        sl_in_eof_seen(l, s);
    }
}

/* The poll goes on in the kernel: an error, which the socket tells only once, is kept until it has been taken back. */
static void watch_goes_on(sl_loop *l, sl_slot *s, int32_t res) {
    int err = res & POLLERR && !s->engine_word[1] ? pending_error(l, s) : 0;
    if (err) {
        s->engine_word[1] = (uint64_t)err;
        ue_cancel(l, s, UE_WATCH);
    } else if (!s->engine_word[1]) {
        end_seen(l, s, res);
    }
}

void ue_watch_done(sl_loop *l, sl_slot *s, int32_t res, uint32_t flags) {
    if (flags & UR_CQE_F_MORE) {
        watch_goes_on(l, s, res);
        return;
    }
    ue_disarm(l, s);
    int err = (int)s->engine_word[1];
    s->engine_word[1] = 0;
    if (!err && res > 0 && (res & POLLERR)) {
        err = pending_error(l, s);
    }
    if (err) {
        sl_in_end(l, s, -sl_err(err), false, err);
    } else if (res == -ECANCELED || res == -EINTR || res == -EAGAIN) {
        ue_go_on(l, s);
    } else if (res < 0) {
        sl_in_end(l, s, -sl_err(-res), false, -res);
    } else if (s->flags & SL_F_IN_MULTI) { /* the kernel had no room for more completions (C8) */
        end_seen(l, s, res);
        ue_go_on(l, s);
    } else {
        sl_in_end(l, s, 0, true, 0);
    }
}

/* ---- connect ---- */

void ue_connect_start(sl_loop *l, sl_slot *s, const struct sockaddr_storage *ss, uint32_t len) {
    void *address;
    struct ur_sqe *e = ue_sqe_arena(l, len, &address);
    if (!e) {
        sl_connected(l, s, ENOMEM);
        return;
    }
    memcpy(address, ss, len);
    e->opcode = UR_OP_CONNECT;
    e->fd = s->fd;
    e->addr = (uint64_t)(uintptr_t)address;
    e->off = len;
    e->user_data = ue_data(l, s, UE_CONNECT);
    ue_arm(l, s);
}

void ue_connect_cancel(sl_loop *l, sl_slot *s) {
    if (s->ready & UE_IN_ARMED) {
        ue_cancel(l, s, UE_CONNECT);
    }
}

void ue_connect_done(sl_loop *l, sl_slot *s, int32_t res) {
    ue_disarm(l, s);
    sl_connected(l, s, res < 0 ? -res : 0);
}
