/*
 * engine_uring_dgram.c: receiving datagrams.
 *
 * A multishot RECVMSG (6.0) puts header, name, control messages and payload into one buffer of the pool, laid out as
 * drawn in dgram.h. The kernel takes only two lengths from the msghdr of the request, so one constant serves all sockets.
 * It ends at a datagram of no bytes and at a pending error, and is armed again (C8).
 *
 * One at a time, where the caller wants one or the kernel cannot do more: the kernel then writes name and control
 * messages to memory that must stay until the completion (ue_message), and the payload to the start of the buffer, from
 * where it is moved to its place. Such memory lies in a table by slot, reserved as address space when first needed. For a
 * datagram of no bytes it uses no buffer; one is taken from the reserve, or the datagram waits for one (UE_HELD) like a
 * receive that was parked.
 *
 * That, and errors with what they tell (dgram_errors.c), need buffers that the kernel did not choose. So a pool with such
 * receives keeps one back from the kernel (ue_pool.spare).
 */
#include <errno.h>
#include <string.h>
#include <sys/mman.h>

#include "dgram.h"
#include "uring_engine.h"

_Static_assert(sizeof(struct ur_recvmsg_out) == SL_MSG_NAME, "the kernel's header lies in front of the name");

typedef struct ue_message {
    struct msghdr h;
    struct iovec  payload;
    uint8_t       name[SL_MSG_NAME_BYTES];
    _Alignas(struct cmsghdr) uint8_t control[SL_MSG_CONTROL_BYTES];
    uint8_t       pad[40];
} ue_message;
_Static_assert(sizeof(void *) != 8 || sizeof(ue_message) == 256, "four cache lines");

static const struct msghdr LENGTHS = {.msg_namelen = SL_MSG_NAME_BYTES, .msg_controllen = SL_MSG_CONTROL_BYTES};

/* ---- memory of one-shot requests ---- */

static size_t messages_bytes(const sl_loop *l) { return (size_t)l->cfg.max_handles * sizeof(ue_message); }

static ue_message *message_of(sl_loop *l, const sl_slot *s) {
    ue_state *st = ue_of(l);
    if (!st->messages) {
        void *p = mmap(NULL, messages_bytes(l), PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE, -1, 0);
        if (p == MAP_FAILED) {
            return NULL;
        }
        st->messages = p;
    }
    return &st->messages[sl_index(l, s)];
}

void ue_messages_close(sl_loop *l, ue_state *st) {
    if (st->messages) {
        munmap(st->messages, messages_bytes(l));
    }
    st->messages = NULL;
}

/* ---- arming ---- */

static bool multishot(sl_loop *l, const sl_slot *s) {
    return (s->flags & SL_F_IN_MULTI) && (ue_of(l)->features & SLUICE_FEAT_MULTISHOT_RECV);
}

static const struct msghdr *one_shot(sl_loop *l, sl_slot *s) {
    ue_message *m = message_of(l, s);
    if (!m) {
        return NULL;
    }
    m->payload = (struct iovec){.iov_len = l->pools[s->in_group].buf_bytes - SLUICE_MSG_ROOM};
    m->h = (struct msghdr){.msg_name = m->name, .msg_namelen = sizeof m->name, .msg_iov = &m->payload, .msg_iovlen = 1,
                           .msg_control = m->control, .msg_controllen = sizeof m->control};
    return &m->h;
}

/* A datagram of no bytes, read and not yet delivered. false: there is none, or it was not the last: go on. */
static bool deliver_held(sl_loop *l, sl_slot *s) {
    sl_pool *p = &l->pools[s->in_group];
    if (!(s->ready & UE_HELD)) {
        return false;
    }
    if (!p->free_count) {
        sl_starve(l, s);
        return true;
    }
    const ue_message *m = message_of(l, s);
    sl_msg_raw raw = {.name = m->name, .name_bytes = m->h.msg_namelen, .control = m->control,
                      .control_bytes = (uint32_t)m->h.msg_controllen, .flags = (uint32_t)m->h.msg_flags};
    bool multi = s->flags & SL_F_IN_MULTI;
    s->ready &= ~UE_HELD;
    sl_msg_data(l, s, p->free_ids[--p->free_count], &raw, 0);
    return !multi;
}

void ue_msg_start(sl_loop *l, sl_slot *s) {
    bool multi = multishot(l, s);
    if ((s->flags & SL_F_RECVERR) || !multi) {
        ue_of(l)->pools[s->in_group].spare = 1;
    }
    if (deliver_held(l, s)) {
        return;
    }
    if (s->flags & SL_F_RECVERR) {
        sl_msg_errors(l, s); /* what a queue holds would make the kernel try and try */
    }
    const struct msghdr *h = multi ? &LENGTHS : one_shot(l, s);
    if (!h) {
        sl_in_end(l, s, -SLUICE_ENOMEM, false, ENOMEM);
        return;
    }
    struct ur_sqe *e = ue_sqe(l);
    e->opcode = UR_OP_RECVMSG;
    e->fd = s->fd;
    e->flags = UR_SQE_BUFFER_SELECT;
    e->ioprio = multi ? UR_RECV_MULTISHOT : 0;
    e->addr = (uint64_t)(uintptr_t)h;
    e->len = 1;
    e->buf_group = s->in_group;
    e->user_data = ue_data(l, s, UE_RECVMSG);
    ue_arm(l, s);
}

/* ---- completions ---- */

/* What the completion tells. Payload bytes, or -1: it makes no sense, which no kernel was ever seen to do. */
static int32_t read_multishot(const uint8_t *buffer, int32_t res, sl_msg_raw *raw) {
    struct ur_recvmsg_out out;
    if (res < (int32_t)SLUICE_MSG_ROOM) {
        return -1;
    }
    memcpy(&out, buffer, sizeof out);
    raw->name = buffer + SL_MSG_NAME;
    raw->name_bytes = out.namelen < SL_MSG_NAME_BYTES ? out.namelen : SL_MSG_NAME_BYTES;
    raw->control = buffer + SL_MSG_CONTROL;
    raw->control_bytes = out.controllen < SL_MSG_CONTROL_BYTES ? out.controllen : SL_MSG_CONTROL_BYTES;
    raw->flags = out.flags;
    return res - (int32_t)SLUICE_MSG_ROOM;
}

static int32_t read_one_shot(const ue_message *m, uint8_t *buffer, uint32_t buf_bytes, int32_t res, sl_msg_raw *raw) {
    if ((uint32_t)res > buf_bytes - SLUICE_MSG_ROOM) {
        return -1;
    }
    memmove(buffer + SLUICE_MSG_ROOM, buffer, (uint32_t)res);
    raw->name = m->name;
    raw->name_bytes = m->h.msg_namelen < sizeof m->name ? m->h.msg_namelen : sizeof m->name;
    raw->control = m->control;
    raw->control_bytes = m->h.msg_controllen < sizeof m->control ? (uint32_t)m->h.msg_controllen : sizeof m->control;
    raw->flags = (uint32_t)m->h.msg_flags;
    return res;
}

static void failed(sl_loop *l, sl_slot *s, int err) {
    if (!ue_passes(l, s, err) && sl_msg_failed(l, s, err)) {
        ue_go_on(l, s);
    }
}

/* A one-shot completion of no bytes and without a buffer. */
static void empty(sl_loop *l, sl_slot *s) {
    ue_message *m = message_of(l, s);
    if (!m->h.msg_namelen) {
        sl_in_end(l, s, 0, true, 0);
        return;
    }
    m->h.msg_namelen = m->h.msg_namelen < sizeof m->name ? m->h.msg_namelen : sizeof m->name;
    m->h.msg_controllen = m->h.msg_controllen < sizeof m->control ? m->h.msg_controllen : sizeof m->control;
    s->ready |= UE_HELD;
    ue_go_on(l, s); /* ends a receive that is not wanted any more, else comes to deliver_held */
}

void ue_msg_done(sl_loop *l, sl_slot *s, int32_t res, uint32_t flags) {
    uint32_t generation = s->generation;
    uint16_t id = (uint16_t)(flags >> UR_CQE_BUFFER_SHIFT);
    bool over = !(flags & UR_CQE_F_MORE), filled = flags & UR_CQE_F_BUFFER;
    sl_pool *p = &l->pools[s->in_group];
    uint8_t *buffer = p->base + (size_t)id * p->buf_bytes;
    sl_msg_raw raw;
    int32_t len = -1;
    if (filled) {
        ue_of(l)->pools[s->in_group].level--;
        if (res >= 0) {
            len = multishot(l, s) ? read_multishot(buffer, res, &raw)
                                  : read_one_shot(message_of(l, s), buffer, p->buf_bytes, res, &raw);
        }
    }
    if (over) {
        ue_disarm(l, s);
    }
    bool end = len == 0 && raw.name_bytes == 0; /* nothing, from nobody: the descriptor was shut down */
    if (filled && (len < 0 || end)) {
        ue_buffer_back(l, s->in_group, id);
    }
    if (res < 0) {
        failed(l, s, -res);
    } else if (res == 0 && !filled && !multishot(l, s)) {
        empty(l, s);
    } else if (end) {
        sl_in_end(l, s, 0, true, 0);
    } else {
        if (len >= 0) {
            sl_msg_data(l, s, id, &raw, (uint32_t)len);
        }
        if (over && s->generation == generation) {
            ue_go_on(l, s);
        }
    }
}
