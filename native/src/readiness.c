/* readiness.c: the ready list, and sending, connecting and the inbound operation by readiness. See readiness.h. */
#include "readiness.h"

#include <sys/socket.h>
#include <sys/uio.h>

#include "dgram.h"
#include "os.h"

void sl_readiness_init(sl_readiness *r)
{
    r->list_head = r->list_tail = SL_NONE;
    r->listed = 0;
}

/* ------------------------------------------------------------------------------- ready list */

void sl_ready_list(sl_loop *l, sl_slot *s)
{
    sl_readiness *r = sl_readiness_of(l);
    uint32_t index = sl_index(l, s);

    if (s->ready & RD_LISTED) return;
    s->ready |= RD_LISTED;
    s->ready_next = SL_NONE;
    s->engine_word[0] = r->list_tail;
    if (r->list_tail == SL_NONE) r->list_head = index;
    else sl_slot_at(l, r->list_tail)->ready_next = index;
    r->list_tail = index;
    r->listed++;
}

void sl_ready_unlist(sl_loop *l, sl_slot *s)
{
    sl_readiness *r = sl_readiness_of(l);
    uint32_t previous = (uint32_t)s->engine_word[0];

    if (!(s->ready & RD_LISTED)) return;
    s->ready &= ~RD_LISTED;
    r->listed--;
    if (previous == SL_NONE) r->list_head = s->ready_next;
    else sl_slot_at(l, previous)->ready_next = s->ready_next;
    if (s->ready_next == SL_NONE) r->list_tail = previous;
    else sl_slot_at(l, s->ready_next)->engine_word[0] = previous;
}

/* Those that are listed now, once each: who lists itself again waits for the next turn. */
void sl_ready_serve_list(sl_loop *l)
{
    sl_readiness *r = sl_readiness_of(l);

    for (uint32_t n = r->listed; n && r->listed && sl_cq_room(l); n--) {
        sl_slot *s = sl_slot_at(l, r->list_head);
        sl_ready_unlist(l, s);
        sl_ready_serve(l, s);
    }
}

/* ------------------------------------------------------------------------------- sending */

static inline ssize_t send_gathered(sl_loop *l, sl_slot *s, struct iovec *iov, uint64_t *wanted)
{
    bool more, lazy;
    uint32_t n = sl_send_gather(l, s, iov, SLUICE_MAX_IOV, wanted, &more, &lazy);
    int flags = SL_OS_MSG_NOSIGNAL | (more ? SL_OS_MSG_MORE : 0);

    sl_syscall(l);
    if (n == 1) return send(s->fd, iov[0].iov_base, iov[0].iov_len, flags);
    struct msghdr m = {.msg_iov = iov, .msg_iovlen = (SL_OS_IOVLEN)n};
    return sendmsg(s->fd, &m, flags);
}

static void wait_writable(sl_loop *l, sl_slot *s)
{
    s->flags |= SL_F_SEND_BUSY;
    l->ctr[SLUICE_CTR_BLOCKED_SENDS]++;
    sl_readiness_of(l)->want_out(l, s, true);
}

void sl_ready_send_start(sl_loop *l, sl_slot *s)
{
    struct iovec iov[SLUICE_MAX_IOV];
    uint32_t generation = s->generation;
    bool first = true;

    if (__builtin_expect(s->kind == SL_KIND_DATAGRAM, 0)) {
        if (!sl_msgs_flush(l, s)) wait_writable(l, s);
        return;
    }
    while (s->generation == generation && s->send_head != SL_NONE) {
        uint8_t op = sl_op_at(l, s->send_head)->op;
        if (__builtin_expect(op != SLUICE_OP_SEND && op != SLUICE_OP_SENDMSG, 0)) {
            int rc = sl_send_head_special(l, s);
            if (rc < 0) return;
            if (rc == 0) {
                wait_writable(l, s);
                return;
            }
            first = false;
            continue;
        }
        uint64_t wanted;
        ssize_t n = send_gathered(l, s, iov, &wanted);
        if (__builtin_expect(n < 0, 0)) {
            int err = errno;
            if (sl_os_send_again(err)) continue;
            if (err == EAGAIN) wait_writable(l, s);
            else sl_send_failed(l, s, err);
            return;
        }
        /* A short write is tried again rather than taken for "full": it may also be an unreadable page or a signal, and then
           no event would ever come. */
        if (first && (uint64_t)n == wanted) l->ctr[SLUICE_CTR_INLINE_SENDS]++;
        first = false;
        sl_sent(l, s, (uint64_t)n);
    }
}

void sl_ready_send_cancel(sl_loop *l, sl_slot *s)
{
    (void)l; /* nothing is in the kernel: the queue only waited for room */
    s->flags &= (uint16_t)~SL_F_SEND_BUSY;
}

void sl_ready_writable(sl_loop *l, sl_slot *s)
{
    uint32_t generation = s->generation;

    s->flags &= (uint16_t)~SL_F_SEND_BUSY;
    sl_ready_send_start(l, s);
    if (s->generation != generation || (s->flags & SL_F_SEND_BUSY) || !(s->ready & RD_WANTS_OUT)) return;
    sl_readiness_of(l)->want_out(l, s, false);
}

/* ------------------------------------------------------------------------------- connecting */

static int socket_error(sl_loop *l, int fd)
{
    int err = 0;
    socklen_t len = sizeof err;

    sl_syscall(l);
    return getsockopt(fd, SOL_SOCKET, SO_ERROR, &err, &len) ? errno : err;
}

void sl_ready_connecting(sl_loop *l, sl_slot *s)
{
    sl_connected(l, s, s->engine_aux ? (int)s->engine_aux : socket_error(l, s->fd));
}

void sl_ready_connect_start(sl_loop *l, sl_slot *s, const struct sockaddr_storage *ss, uint32_t len)
{
    sl_syscall(l);
    int err = connect(s->fd, (const struct sockaddr *)ss, len) ? errno : 0;
    /* EINTR: the attempt goes on by itself (connect(2)). EAGAIN, Unix only: the backlog is full, nothing goes on. */
    bool under_way = err == EINPROGRESS || err == EINTR;
    if (err && !under_way) {
        sl_connected(l, s, err);
        return;
    }
    int failed = sl_readiness_of(l)->add(l, s);
    if (!failed && under_way) sl_readiness_of(l)->want_out(l, s, true);
    if (failed || !under_way) sl_connected(l, s, failed);
}

void sl_ready_connect_cancel(sl_loop *l, sl_slot *s)
{
    sl_connected(l, s, ECANCELED);
}

/* ------------------------------------------------------------------------------- inbound */

/* Reported once by the kernel, then forgotten: kept for the operation that asks later. */
static int latched_error(sl_loop *l, sl_slot *s)
{
    if (!s->engine_aux && (s->ready & RD_ERR)) s->engine_aux = (uint32_t)socket_error(l, s->fd);
    return (int)s->engine_aux;
}

static void watch(sl_loop *l, sl_slot *s)
{
    if (!(s->ready & (RD_RDHUP | RD_HUP | RD_ERR))) return;
    int err = latched_error(l, s);
    if (err) {
        sl_in_end(l, s, -sl_err(err), false, err);
        return;
    }
    s->ready &= ~RD_ERR; /* a soft error that somebody else took */
    if (s->ready & (RD_RDHUP | RD_HUP)) sl_in_eof_seen(l, s);
}

void sl_ready_serve(sl_loop *l, sl_slot *s)
{
    switch (s->in_op) {
    case SLUICE_OP_RECV: sl_ready_receive(l, s); break;
    case SLUICE_OP_RECVMSG: sl_ready_receive_messages(l, s); break;
    case SLUICE_OP_ACCEPT: sl_ready_accept(l, s); break;
    case SLUICE_OP_WATCH: watch(l, s); break;
    default: break;
    }
}

/* Not served here: the batch of submissions comes first. */
void sl_ready_in_start(sl_loop *l, sl_slot *s)
{
    if (s->ready & RD_INBOUND) sl_ready_list(l, s);
}

void sl_ready_in_cancel(sl_loop *l, sl_slot *s)
{
    sl_in_end(l, s, -SLUICE_ECANCELED, false, 0);
}

/* ------------------------------------------------------------------------------- pools */

int sl_ready_pool_added(sl_loop *l, uint16_t group)
{
    (void)l;
    (void)group;
    return 0;
}

void sl_ready_buffer_back(sl_loop *l, uint16_t group, uint16_t id)
{
    sl_pool *p = &l->pools[group];

    p->free_ids[p->free_count++] = id; /* last in, first out: still in the cache */
}

/* As many parked slots as there are buffers now. Each goes to the end of its list again if others were faster. */
bool sl_ready_unpark(sl_loop *l)
{
    uint32_t before = l->starved;

    if (__builtin_expect(!before, 1)) return false;
    for (uint32_t g = 0; g < SL_MAX_POOLS; g++) {
        sl_pool *p = &l->pools[g];
        sl_slot *s;
        for (uint32_t n = p->count ? p->free_count : 0; n && (s = sl_starved_pop(l, p)); n--) sl_ready_list(l, s);
    }
    return l->starved != before;
}

void sl_ready_buffers_flush(sl_loop *l) { (void)sl_ready_unpark(l); }
