/* kernel_socket.c: SCTP sockets of the kernel: options, listen, connect, peel-off, and the two messages without a stream. */
#include <arpa/inet.h>
#include <errno.h>
#include <netinet/in.h>
#include <string.h>
#include <unistd.h>

#include "sctp/kernel_stack.h"
#include "sctp/stack.h"

#define BACKLOG_DEFAULT 128u
#define BACKLOG_MAX     65535u

int ssk_code(int os_errno)
{
    switch (os_errno) {
    case EPROTONOSUPPORT: case ESOCKTNOSUPPORT: case EAFNOSUPPORT: case EOPNOTSUPP: case ENOPROTOOPT: return SLUICE_ENOTSUP;
    case EADDRINUSE: return SLUICE_EADDRINUSE;
    case EADDRNOTAVAIL: return SLUICE_EADDRNOTAVAIL;
    case EPERM: case EACCES: return SLUICE_EPERM;
    case EMFILE: case ENFILE: return SLUICE_EMFILE;
    case ENOMEM: case ENOBUFS: return SLUICE_ENOMEM;
    case ENETUNREACH: case ENETDOWN: return SLUICE_ENETUNREACH;
    case EHOSTUNREACH: return SLUICE_EHOSTUNREACH;
    case EINVAL: return SLUICE_EINVAL;
    default: return SLUICE_EOTHER;
    }
}

/* ------------------------------------------------------------------------------------------------- options */

static int set(int fd, int name, const void *value, size_t bytes)
{
    return setsockopt(fd, KSCTP_PROTOCOL, name, value, (socklen_t)bytes);
}

int ssk_subscribe(int fd, bool dry)
{
    static const uint16_t types[] = { KSCTP_NOTE_ASSOC_CHANGE, KSCTP_NOTE_PATH_CHANGE, KSCTP_NOTE_SHUTDOWN, KSCTP_NOTE_PARTIAL,
                                      KSCTP_NOTE_STREAM_RESET, KSCTP_NOTE_SEND_FAILED, KSCTP_NOTE_SENDER_DRY };
    for (size_t i = 0; i < sizeof types / sizeof types[0]; i++) {
        ksctp_event e = { .type = types[i], .on = types[i] != KSCTP_NOTE_SENDER_DRY || dry };
        if (set(fd, KSCTP_EVENT, &e, sizeof e)) return -1;
    }
    return 0;
}

/* Of the endpoint: associations inherit them. */
static int set_timers(int fd, const sluice_sctp_options *o)
{
    ksctp_rtoinfo rto = { .initial = o->rto_initial_ms, .max = o->rto_max_ms, .min = o->rto_min_ms };
    ksctp_assocparams assoc = { .max_rxt = o->assoc_max_rtx };
    ksctp_paddrparams path = { .hb_interval = o->heartbeat_ms, .max_rxt = o->path_max_rtx, .flags = KSCTP_SPP_HB_ENABLE };
    ksctp_paddrthlds pf = { .max_rxt = o->path_max_rtx, .pf_threshold = o->pf_threshold_plus1 == SLUICE_SCTP_PF_OFF ?
                            0xffff : (uint16_t)(o->pf_threshold_plus1 - 1) };
    ksctp_initmsg init = { .out_streams = o->streams_out, .in_streams = o->streams_in, .attempts = o->init_attempts,
                           .max_timeo = (uint16_t)o->init_rto_max_ms };
    if (set(fd, KSCTP_RTOINFO, &rto, sizeof rto) || set(fd, KSCTP_ASSOCINFO, &assoc, sizeof assoc)) return -1;
    if (set(fd, KSCTP_PEER_ADDR_PARAMS, &path, sizeof path) || set(fd, KSCTP_PEER_ADDR_THLDS, &pf, sizeof pf)) return -1;
    return set(fd, KSCTP_INITMSG, &init, sizeof init);
}

static int set_up(const sluice_ksctp *s, int fd, const sluice_sctp_options *o)
{
    int on = 1, off = 0, no_nagle = !(o->flags & SLUICE_SCTP_NAGLE), receive = (int)s->cfg.recv_buffer_bytes,
        send_buffer = (int)s->cfg.send_buffer_bytes;
    ksctp_assoc_value reconfig = { .value = 1 }, resets = { .value = KSCTP_RESET_REQ };
    if (setsockopt(fd, SOL_SOCKET, SO_RCVBUF, &receive, sizeof receive) ||
        setsockopt(fd, SOL_SOCKET, SO_SNDBUF, &send_buffer, sizeof send_buffer))
        return -1;
    if (set(fd, KSCTP_NODELAY, &no_nagle, sizeof no_nagle) || set(fd, KSCTP_RECVRCVINFO, &on, sizeof on)) return -1;
    /* A message that is delivered in parts is not interrupted by others. */
    if (set(fd, KSCTP_FRAGMENT_INTERLEAVE, &off, sizeof off) || set_timers(fd, o)) return -1;
    if (set(fd, KSCTP_RECONFIG_SUPPORTED, &reconfig, sizeof reconfig) ||
        set(fd, KSCTP_ENABLE_STREAM_RESET, &resets, sizeof resets))
        return -1;
    return ssk_subscribe(fd, o->flags & SLUICE_SCTP_TELL_DRY);
}

int ssk_socket(const sluice_ksctp *s, int family, const sluice_sctp_options *o)
{
    int fd = socket(family, SOCK_SEQPACKET | SOCK_CLOEXEC | SOCK_NONBLOCK, KSCTP_PROTOCOL);
    if (fd < 0) return -errno;
    if (!set_up(s, fd, o)) return fd;
    int err = errno;
    close(fd);
    return -err;
}

int ssk_addr_to_os(const sluice_addr *a, struct sockaddr_storage *out, socklen_t *bytes)
{
    memset(out, 0, sizeof *out);
    if (a->family == SLUICE_FAMILY_INET4) {
        struct sockaddr_in in4 = { .sin_family = AF_INET, .sin_port = htons(a->port) };
        memcpy(&in4.sin_addr, a->bytes, 4);
        memcpy(out, &in4, *bytes = sizeof in4);
        return 0;
    }
    if (a->family != SLUICE_FAMILY_INET6) return -SLUICE_EINVAL;
    struct sockaddr_in6 in6 = { .sin6_family = AF_INET6, .sin6_port = htons(a->port), .sin6_scope_id = a->scope_id };
    memcpy(&in6.sin6_addr, a->bytes, 16);
    memcpy(out, &in6, *bytes = sizeof in6);
    return 0;
}

int sluice_ksctp_discard(int descriptor)
{
    return descriptor < 0 || close(descriptor) ? -SLUICE_EINVAL : 0;
}

/* -------------------------------------------------------------------------------------------------- listen */

int64_t sluice_ksctp_listen(sluice_ksctp *s, const sluice_ksctp_listen_args *args, int *fd)
{
    sluice_sctp_options o;
    struct sockaddr_storage local;
    socklen_t bytes;
    int code = s && args && fd ? ssk_enter(s) : -SLUICE_EINVAL, on = 1;
    if (code) return code;
    if (s->shutting_down) return ssk_leave(s, -SLUICE_EALREADY);
    if (args->size != sizeof *args || args->reserved || args->backlog > BACKLOG_MAX || ssc_options_fill(&args->options, &o) ||
        ssk_addr_to_os(&args->local, &local, &bytes))
        return ssk_leave(s, -SLUICE_EINVAL);
    ssk_end *e = ssk_new(s, SSK_LISTENER, &code);
    if (!e) return ssk_leave(s, code);
    *fd = ssk_socket(s, local.ss_family, &o);
    int err = *fd < 0 ? -*fd : 0;
    if (!err && (setsockopt(*fd, SOL_SOCKET, SO_REUSEADDR, &on, sizeof on) || bind(*fd, (struct sockaddr *)&local, bytes) ||
                 listen(*fd, (int)(args->backlog ? args->backlog : BACKLOG_DEFAULT))))
        err = errno;
    if (err) {
        if (*fd >= 0) close(*fd);
        ssk_free(s, e);
        return ssk_leave(s, -ssk_code(err));
    }
    e->fd = *fd;
    e->tag = args->tag;
    e->options = o.flags;
    ssk_leave(s, 0);
    return (int64_t)ssk_id(s, e);
}

int sluice_ksctp_unlisten(sluice_ksctp *s, uint64_t listener)
{
    int code = s ? ssk_enter(s) : -SLUICE_EINVAL;
    if (code) return code;
    ssk_end *e = ssk_find(s, listener, &code);
    if (!e || e->kind != SSK_LISTENER) return ssk_leave(s, -SLUICE_ESTALE);
    ssk_free(s, e);
    return ssk_leave(s, 0);
}

/* ------------------------------------------------------------------------------------------------- connect */

/* So long the kernel sends INITs: the first timeout is the initial RTO, each is twice the last, up to the limit. */
static uint64_t init_limit_ms(const sluice_sctp_options *o)
{
    uint64_t sum = 0, timeout = o->rto_initial_ms;
    for (uint32_t i = 0; i <= o->init_attempts; i++) {
        sum += timeout;
        timeout = timeout * 2 < o->init_rto_max_ms ? timeout * 2 : o->init_rto_max_ms;
    }
    return sum;
}

static int set_udp_port(int fd, const struct sockaddr_storage *peer, uint16_t port)
{
    ksctp_udp_port p = { .port = htons(port) };
    if (!port) return 0;
    p.address.ss_family = peer->ss_family; /* the wildcard: of the endpoint, so of the association to come */
    return set(fd, KSCTP_REMOTE_UDP_PORT, &p, sizeof p);
}

/* The kernel's id of the new association, or -errno. */
static int32_t start(int fd, const sluice_ksctp_connect_args *a, const struct sockaddr_storage *local, socklen_t local_bytes,
                     struct sockaddr_storage *peer, socklen_t peer_bytes)
{
    ksctp_connectx c = { .bytes = (int)peer_bytes, .addresses = peer };
    socklen_t bytes = sizeof c;
    if (set_udp_port(fd, peer, a->udp_port)) return -errno;
    if (a->bound && bind(fd, (const struct sockaddr *)local, local_bytes)) return -errno;
    if (getsockopt(fd, KSCTP_PROTOCOL, KSCTP_CONNECTX3, &c, &bytes) && errno != EINPROGRESS) return -errno;
    return c.assoc ? c.assoc : -EIO;
}

int64_t sluice_ksctp_connect(sluice_ksctp *s, const sluice_ksctp_connect_args *args, int *fd)
{
    sluice_sctp_options o;
    struct sockaddr_storage local, peer;
    socklen_t local_bytes = 0, peer_bytes;
    int code = s && args && fd ? ssk_enter(s) : -SLUICE_EINVAL;
    if (code) return code;
    if (s->shutting_down) return ssk_leave(s, -SLUICE_EALREADY);
    if (args->size != sizeof *args || args->reserved || args->bound > 1 || ssc_options_fill(&args->options, &o) ||
        (args->bound && ssk_addr_to_os(&args->local, &local, &local_bytes)) || ssk_addr_to_os(&args->peer, &peer, &peer_bytes) ||
        !args->peer.port)
        return ssk_leave(s, -SLUICE_EINVAL);
    ssk_end *e = ssk_new(s, SSK_ASSOC, &code);
    if (!e) return ssk_leave(s, code);
    *fd = ssk_socket(s, peer.ss_family, &o);
    int32_t kernel_id = *fd < 0 ? *fd : start(*fd, args, &local, local_bytes, &peer, peer_bytes);
    if (kernel_id < 0) {
        if (*fd >= 0) close(*fd);
        ssk_free(s, e);
        return ssk_leave(s, -ssk_code(-kernel_id));
    }
    e->fd = *fd;
    e->tag = args->tag;
    e->options = o.flags;
    e->since_ms = ssk_now_ms();
    e->init_limit_ms = init_limit_ms(&o);
    ssk_map(s, e, kernel_id);
    ssk_count(s, SLUICE_SCTP_CTR_OPENED);
    ssk_leave(s, 0);
    return (int64_t)ssk_id(s, e);
}

/* ------------------------------------------------------------------------------------- peel-off, signals */

int ssk_peel_off(int fd, int32_t kernel_id)
{
    ksctp_peeloff p = { .assoc = kernel_id, .flags = SOCK_CLOEXEC | SOCK_NONBLOCK };
    socklen_t bytes = sizeof p;
    int peeled = getsockopt(fd, KSCTP_PROTOCOL, KSCTP_PEELOFF_FLAGS, &p, &bytes);
    return peeled < 0 ? -errno : p.fd;
}

int ssk_signal(int fd, int32_t kernel_id, uint16_t flags, const void *data, uint32_t bytes)
{
    ksctp_sndinfo info = { .flags = flags, .assoc = kernel_id };
    struct iovec v = { .iov_base = (void *)(uintptr_t)data, .iov_len = bytes };
    union { struct cmsghdr head; uint8_t bytes[CMSG_SPACE(sizeof(ksctp_sndinfo))]; } control;
    memset(&control, 0, sizeof control);
    control.head = (struct cmsghdr){ .cmsg_len = CMSG_LEN(sizeof info), .cmsg_level = KSCTP_PROTOCOL,
                                     .cmsg_type = KSCTP_CMSG_SNDINFO };
    memcpy(CMSG_DATA(&control.head), &info, sizeof info);
    struct msghdr m = { .msg_iov = &v, .msg_iovlen = bytes ? 1 : 0, .msg_control = &control, .msg_controllen = sizeof control };
    return sendmsg(fd, &m, MSG_DONTWAIT | MSG_NOSIGNAL) < 0 ? -errno : 0;
}
