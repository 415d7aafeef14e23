/*
 * dgram.c: DATAGRAM, which opens a UDP socket, and what engines report about its RECVMSG.
 */
#include <errno.h>
#include <string.h>
#include <unistd.h>

#include "dgram.h"
#include "os.h"

/* ------------------------------------------------------------------------------- opening */

static void failed(sl_loop *l, const sluice_sqe *e, int code, int os_errno, uint32_t option)
{
    sluice_cqe c = {.token = e->token, .op = e->op, .result = -code, .detail = (uint32_t)os_errno, .accepted = option};

    sl_post(l, &c, false);
}

typedef struct request {
    struct sockaddr_storage local, peer;
    uint32_t                local_bytes, peer_bytes; /* peer_bytes 0: not connected */
    sl_opt_list             opts;
} request;

/* An IPv4 peer of an IPv6 socket is reached by its mapped address. */
static void map_peer(request *r)
{
    struct sockaddr_in in4;
    struct sockaddr_in6 *in6 = (struct sockaddr_in6 *)&r->peer;

    memcpy(&in4, &r->peer, sizeof in4);
    memset(&r->peer, 0, sizeof r->peer);
    in6->sin6_family = AF_INET6;
    in6->sin6_port = in4.sin_port;
    in6->sin6_addr.s6_addr[10] = in6->sin6_addr.s6_addr[11] = 0xff;
    memcpy(in6->sin6_addr.s6_addr + 12, &in4.sin_addr, 4);
    r->peer_bytes = sizeof *in6;
}

static bool well_formed(const sl_loop *l, const sluice_sqe *e, request *r)
{
    if (e->len < 1 || e->len > 2 || sl_opts_copy(l, e, &r->opts)) return false;
    const sluice_addr *a = sl_scratch(l, e->addr, e->len * sizeof *a);
    if (!a || sl_addr_to_os(a, &r->local, &r->local_bytes) || r->local.ss_family == AF_UNIX) return false;
    r->peer_bytes = 0;
    if (e->len == 1) return true;
    if (sl_addr_to_os(a + 1, &r->peer, &r->peer_bytes)) return false;
    if (r->peer.ss_family == r->local.ss_family) return true;
    if (r->peer.ss_family != AF_INET) return false;
    map_peer(r);
    return true;
}

/* Options, bind, connect. 0, or the completion of the failure was posted. */
static bool set_up(sl_loop *l, const sluice_sqe *e, int fd, const request *r)
{
    for (uint32_t i = 0; i < r->opts.count; i++) {
        int rc = sl_opt_set(l, fd, r->local.ss_family, r->opts.v[i].option, r->opts.v[i].value);
        if (!rc) continue;
        failed(l, e, -rc, 0, r->opts.v[i].option);
        return false;
    }
    sl_syscall(l);
    int rc = bind(fd, (const struct sockaddr *)&r->local, r->local_bytes);
    if (!rc && r->peer_bytes) {
        sl_syscall(l);
        rc = connect(fd, (const struct sockaddr *)&r->peer, r->peer_bytes);
    }
    if (rc) failed(l, e, sl_msg_err(errno), errno, 0);
    return !rc;
}

void sl_datagram_submit(sl_loop *l, const sluice_sqe *e)
{
    request r;

    if (!well_formed(l, e, &r)) {
        sl_invalid(l, e);
        return;
    }
    if (!sl_slot_available(l)) {
        failed(l, e, SLUICE_ENOMEM, 0, 0);
        return;
    }
    int fd = sl_os_socket(l, r.local.ss_family, SOCK_DGRAM);
    if (fd < 0) {
        failed(l, e, sl_err(-fd), -fd, 0);
        return;
    }
    if (set_up(l, e, fd, &r)) sl_socket_enter(l, e, SL_KIND_DATAGRAM, r.local.ss_family, fd, true);
    else sl_socket_close(l, fd);
}

uint16_t sl_msg_flags_of(sl_loop *l, int fd, int family)
{
    struct sockaddr_storage peer;
    socklen_t bytes = sizeof peer;
    int64_t on;
    uint16_t flags = family == AF_INET6 ? SL_F_INET6 : 0;

    if (sl_os_is_sctp(l, fd)) return flags | SL_F_SCTP;
    sl_syscall(l);
    if (!getpeername(fd, (struct sockaddr *)&peer, &bytes)) flags |= SL_F_CONNECTED;
    if (!sl_opt_get(l, fd, SLUICE_OPT_IP_RECVERR, &on) && on) flags |= SL_F_RECVERR;
    return flags;
}

/* ------------------------------------------------------------------------------- receiving */

void sl_msg_data(sl_loop *l, sl_slot *s, uint16_t id, const sl_msg_raw *raw, uint32_t len)
{
    sluice_meta m;

    if (__builtin_expect(s->in_op != SLUICE_OP_RECVMSG, 0)) {
        l->engine->buffer_back(l, s->in_group, id);
        return;
    }
    sl_pool *p = &l->pools[s->in_group];
    if (s->flags & SL_F_SCTP) sl_meta_sctp_received(raw, &m);
    else sl_meta_received(raw, &m);
    memcpy(p->base + (size_t)id * p->buf_bytes + SL_MSG_META, &m, sizeof m);
    bool multi = s->flags & SL_F_IN_MULTI;
    sluice_cqe c = {.token = s->in_token, .handle = sl_handle(l, s), .result = (int32_t)len, .op = SLUICE_OP_RECVMSG,
                    .flags = (uint16_t)(SLUICE_CQE_BUFFER | (multi ? SLUICE_CQE_MORE : 0)),
                    .buf_id = id, .buf_group = s->in_group, .detail = SL_MSG_META};
    sl_pool_mark_out(l, p, id);
    l->ctr[SLUICE_CTR_BYTES_RECEIVED] += len;
    l->ctr[SLUICE_CTR_DATAGRAMS_RECEIVED]++;
    l->ctr[SLUICE_CTR_DATAGRAMS_TRUNCATED] += (m.flags & SLUICE_META_TRUNCATED) != 0;
    sl_post(l, &c, false);
    if (multi) return;
    s->in_op = 0;
    if (s->life != SL_LIVE) sl_close_advance(l, s);
}

/* Errors that the network, or a route, brought onto the socket: the next call may be fine (D4). */
static bool passing(int os_errno)
{
    switch (os_errno) {
    #if defined(ENONET)
    case ENONET:
#endif
#if defined(EPROTO)
    case EPROTO:
#endif
    case ECONNREFUSED: case EHOSTUNREACH: case EHOSTDOWN: case ENETUNREACH: case ENETDOWN:
    case ENOPROTOOPT: case EACCES: case EPERM: case EMSGSIZE: case EOPNOTSUPP: case ETIMEDOUT: case ECONNRESET:
        return true;
    default: return false;
    }
}

bool sl_msg_failed(sl_loop *l, sl_slot *s, int os_errno)
{
    if (!passing(os_errno)) {
        sl_in_end(l, s, -sl_msg_err(os_errno), false, os_errno);
        return false;
    }
    if (s->flags & SL_F_RECVERR) sl_msg_errors(l, s);
    else sl_msg_note(l, s, os_errno);
    return true;
}
