/*
 * inbound.c: the one inbound operation of a slot: ACCEPT, RECV, RECVMSG (its reports: dgram.c) or WATCH.
 *
 *   (none) --submit--> armed --data, connection, peer's end seen by a WATCH (MORE)--> armed
 *                        |  ^
 *                        |  | buffers come back        descriptors come back
 *                        |  +------------- starved     throttled ------------+ (ACCEPT)
 *                        |                                                   v
 *                        +--end of stream, error, cancelled, or a single shot was answered--> (none)
 *
 * Starved slots wait in the pool (pool.c), throttled listeners here.
 */
#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <sys/socket.h>
#include <unistd.h>

#include "engine.h"
#include "os.h"

/* ------------------------------------------------------------------------------- options of an ACCEPT */

static int accept_opts_grow(sl_loop *l)
{
    uint32_t cap = l->accept_opts_cap ? l->accept_opts_cap * 2 : 4;
    sl_opt_list *bigger = realloc(l->accept_opts, cap * sizeof *bigger);

    if (!bigger) return -SLUICE_ENOMEM;
    for (uint32_t i = l->accept_opts_cap; i < cap; i++) {
        bigger[i].next_free = l->accept_opts_free;
        l->accept_opts_free = i;
    }
    l->accept_opts = bigger;
    l->accept_opts_cap = cap;
    return 0;
}

static void accept_opts_release(sl_loop *l, sl_slot *s)
{
    if (!s->accept_opts) return;
    l->accept_opts[s->accept_opts - 1].next_free = l->accept_opts_free;
    l->accept_opts_free = s->accept_opts - 1;
    s->accept_opts = 0;
}

/* Would accepted sockets take these options? A socket that is thrown away tells at once, rather than every connection. */
static int accept_opts_try(sl_loop *l, const sl_slot *s, const sl_opt_list *list)
{
    int family = sl_os_family(l, s->fd);

    if (family < 0) return -sl_err(-family);
    int fd = sl_os_socket(l, family, SOCK_STREAM);
    if (fd < 0) return fd == -EMFILE || fd == -ENFILE ? 0 : -sl_err(-fd);
    int rc = sl_opts_set(l, fd, family, list);
    close(fd);
    sl_syscall(l);
    return rc;
}

static int accept_opts_take(sl_loop *l, sl_slot *s, const sl_opt_list *list)
{
    int rc = accept_opts_try(l, s, list);

    if (!rc && l->accept_opts_free == SL_NONE) rc = accept_opts_grow(l);
    if (rc) return rc;
    uint32_t index = l->accept_opts_free;
    l->accept_opts_free = l->accept_opts[index].next_free;
    l->accept_opts[index] = *list;
    s->accept_opts = index + 1;
    return 0;
}

/* ------------------------------------------------------------------------------- submission */

static sl_kind kind_for(uint8_t op)
{
    switch (op) {
    case SLUICE_OP_ACCEPT: return SL_KIND_LISTENER;
    case SLUICE_OP_RECVMSG: return SL_KIND_DATAGRAM;
    default: return SL_KIND_STREAM;
    }
}

static bool pool_fits(const sl_loop *l, const sluice_sqe *e)
{
    if (e->op != SLUICE_OP_RECV && e->op != SLUICE_OP_RECVMSG) return true;
    if (e->group >= SL_MAX_POOLS || !l->pools[e->group].count) return false;
    return e->op == SLUICE_OP_RECV || l->pools[e->group].buf_bytes > SLUICE_MSG_ROOM;
}

void sl_in_submit(sl_loop *l, sl_slot *s, const sluice_sqe *e)
{
    sl_opt_list opts = {0};
    bool accepting = e->op == SLUICE_OP_ACCEPT;

    if (s->kind != kind_for(e->op) || !pool_fits(l, e) ||
        (accepting && sl_opts_copy(l, e, &opts))) {
        sl_invalid(l, e);
        return;
    }
    if (s->in_op) {
        sl_complete(l, e->op, e->token, e->handle, -SLUICE_EBUSY, 0, 0);
        return;
    }
    if (opts.count) {
        int rc = accept_opts_take(l, s, &opts);
        if (rc) {
            sl_complete(l, e->op, e->token, e->handle, rc, 0, 0);
            return;
        }
    }
    s->in_op = e->op;
    s->in_token = e->token;
    s->in_group = e->group;
    s->flags &= (uint16_t) ~(SL_F_IN_MULTI | SL_F_IN_CANCEL | SL_F_EOF_TOLD);
    if (e->flags & SLUICE_SQE_MULTISHOT) s->flags |= SL_F_IN_MULTI;
    l->engine->in_start(l, s);
}

/* ------------------------------------------------------------------------------- throttling */

static void throttled_remove(sl_loop *l, sl_slot *s)
{
    if (!(s->flags & SL_F_THROTTLED)) return;
    s->flags &= (uint16_t)~SL_F_THROTTLED;
    if (s->starved_prev == SL_NONE) l->throttle_head = s->starved_next;
    else sl_slot_at(l, s->starved_prev)->starved_next = s->starved_next;
    if (s->starved_next != SL_NONE) sl_slot_at(l, s->starved_next)->starved_prev = s->starved_prev;
    s->starved_next = s->starved_prev = SL_NONE;
    l->throttled--;
}

static void note(sl_loop *l, sl_slot *s, uint32_t what)
{
    sl_complete(l, s->in_op, s->in_token, 0, 0, SLUICE_CQE_MORE | SLUICE_CQE_NOTE, what);
}

void sl_accept_throttled(sl_loop *l, sl_slot *s, int os_errno)
{
    (void)os_errno;
    if (s->in_op != SLUICE_OP_ACCEPT || (s->flags & SL_F_THROTTLED)) return;
    s->flags |= SL_F_THROTTLED;
    s->starved_prev = SL_NONE;
    s->starved_next = l->throttle_head;
    if (l->throttle_head != SL_NONE) sl_slot_at(l, l->throttle_head)->starved_prev = sl_index(l, s);
    l->throttle_head = sl_index(l, s);
    l->throttled++;
    l->ctr[SLUICE_CTR_THROTTLED]++;
    l->throttle_until_ns = sl_now_ns() + (int64_t)l->cfg.throttle_ms * 1000000;
    l->closed_one = false; /* what was closed before did not help */
    note(l, s, SLUICE_NOTE_THROTTLED);
}

/* One descriptor taken and given back tells whether accepting can go on, without a pair of notes for every failed try. */
static bool descriptor_available(sl_loop *l)
{
    int fd = fcntl(l->bell, F_DUPFD_CLOEXEC, 0);

    sl_syscall(l);
    if (fd < 0) return !sl_accept_exhausted(errno); /* anything else says nothing: then accepting itself will tell */
    close(fd);
    sl_syscall(l);
    return true;
}

void sl_throttle_check(sl_loop *l)
{
    if (!l->closed_one && sl_now_ns() < l->throttle_until_ns) return;
    l->closed_one = false;
    l->throttle_until_ns = sl_now_ns() + (int64_t)l->cfg.throttle_ms * 1000000;
    if (!sl_slot_available(l) || !descriptor_available(l)) return;
    /* Each is taken off before it is started: it may be throttled again at once and then goes to the head. */
    for (uint32_t n = l->throttled; n && l->throttle_head != SL_NONE; n--) {
        uint32_t last = l->throttle_head;
        while (sl_slot_at(l, last)->starved_next != SL_NONE) last = sl_slot_at(l, last)->starved_next;
        sl_slot *s = sl_slot_at(l, last);
        throttled_remove(l, s);
        note(l, s, SLUICE_NOTE_RESUMED);
        l->engine->in_start(l, s);
    }
}

/* ------------------------------------------------------------------------------- reports of the engine */

void sl_in_data(sl_loop *l, sl_slot *s, uint16_t id, uint32_t offset, uint32_t len)
{
    if (__builtin_expect(s->in_op != SLUICE_OP_RECV, 0)) {
        l->engine->buffer_back(l, s->in_group, id);
        return;
    }
    bool multi = s->flags & SL_F_IN_MULTI;
    sluice_cqe c = {.token = s->in_token, .handle = sl_handle(l, s), .result = (int32_t)len, .op = SLUICE_OP_RECV,
                    .flags = (uint16_t)(SLUICE_CQE_BUFFER | (multi ? SLUICE_CQE_MORE : 0)),
                    .buf_id = id, .buf_group = s->in_group, .detail = offset};
    sl_pool_mark_out(l, &l->pools[s->in_group], id);
    l->ctr[SLUICE_CTR_BYTES_RECEIVED] += len;
    sl_post(l, &c, false);
    if (multi) return;
    s->in_op = 0;
    if (s->life != SL_LIVE) sl_close_advance(l, s);
}

void sl_in_end(sl_loop *l, sl_slot *s, int32_t result, bool eof, int os_errno)
{
    if (s->in_op) {
        uint8_t op = s->in_op;
        sl_unstarve(l, s);
        throttled_remove(l, s);
        accept_opts_release(l, s);
        s->in_op = 0;
        s->flags &= (uint16_t) ~(SL_F_IN_MULTI | SL_F_IN_CANCEL);
        sl_complete(l, op, s->in_token, sl_handle(l, s), result, eof ? SLUICE_CQE_EOF : 0, (uint32_t)os_errno);
    }
    if (s->life != SL_LIVE) sl_close_advance(l, s);
}

void sl_in_eof_seen(sl_loop *l, sl_slot *s)
{
    if (!(s->flags & SL_F_IN_MULTI)) {
        sl_in_end(l, s, 0, true, 0);
    } else if (!(s->flags & SL_F_EOF_TOLD)) {
        s->flags |= SL_F_EOF_TOLD;
        sl_complete(l, s->in_op, s->in_token, sl_handle(l, s), 0, SLUICE_CQE_MORE | SLUICE_CQE_EOF, 0);
    }
}

/* A connection that nobody wants any more, or that cannot be kept (C10). */
static void shed(sl_loop *l, int fd)
{
    sl_socket_close(l, fd);
    l->ctr[SLUICE_CTR_LATE_CLOSED]++;
}

void sl_accepted(sl_loop *l, sl_slot *listener, int fd)
{
    /* Accepted while a CANCEL was on its way: the peer is connected and the listener lives, so the caller gets it. */
    if (listener->in_op != SLUICE_OP_ACCEPT || listener->life != SL_LIVE) {
        shed(l, fd);
        return;
    }
    sl_slot *s = sl_slot_new(l, SL_KIND_STREAM, fd);
    if (!s) {
        shed(l, fd);
        return;
    }
    s->flags |= listener->flags & SL_F_UNIX;
    /* A connection that was reset while it waited may refuse options. Its RECV will tell. */
    if (listener->accept_opts) sl_opts_set(l, fd, AF_UNSPEC, &l->accept_opts[listener->accept_opts - 1]);
    if (l->engine->attach(l, s)) {
        sl_slot_free(l, s);
        shed(l, fd);
        return;
    }
    bool multi = listener->flags & SL_F_IN_MULTI;
    uint64_t token = listener->in_token;
    if (!multi) {
        accept_opts_release(l, listener);
        listener->in_op = 0;
        listener->flags &= (uint16_t) ~SL_F_IN_CANCEL;
    }
    sl_complete(l, SLUICE_OP_ACCEPT, token, sl_handle(l, s), 0, multi ? SLUICE_CQE_MORE : 0, 0);
}

/* ------------------------------------------------------------------------------- cancellation */

void sl_in_cancel(sl_loop *l, sl_slot *s)
{
    if (!s->in_op || (s->flags & SL_F_IN_CANCEL)) return;
    s->flags |= SL_F_IN_CANCEL;
    if (s->flags & (SL_F_STARVED | SL_F_THROTTLED) && !s->in_flight) {
        sl_in_end(l, s, -SLUICE_ECANCELED, false, 0); /* parked here: the engine knows nothing of it */
        return;
    }
    l->engine->in_cancel(l, s);
}
