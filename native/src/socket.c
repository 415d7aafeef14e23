/*
 * socket.c: where descriptors come from: LISTEN, ADOPT, and the new socket of a CONNECT.
 */
#include <errno.h>
#include <sys/socket.h>
#include <unistd.h>

#include "dgram.h"
#include "os.h"

void sl_socket_close(sl_loop *l, int fd)
{
    /* Not repeated after EINTR: the descriptor is gone by then (close(2), Linux and the BSDs). */
    close(fd);
    sl_syscall(l);
    l->closed_one = true;
}

static void failed(sl_loop *l, const sluice_sqe *e, int code, int os_errno)
{
    sl_complete(l, e->op, e->token, 0, -code, 0, (uint32_t)os_errno);
}

static int bind_and_listen(sl_loop *l, int fd, const struct sockaddr_storage *ss, uint32_t len, uint32_t backlog)
{
    sl_syscall(l);
    if (bind(fd, (const struct sockaddr *)ss, len)) return -errno;
    sl_syscall(l);
    return listen(fd, (int)backlog) ? -errno : 0;
}

void sl_listen_submit(sl_loop *l, const sluice_sqe *e)
{
    struct sockaddr_storage ss;
    uint32_t len;
    sl_opt_list opts;
    const sluice_addr *a = sl_scratch(l, e->addr, sizeof *a);

    if (!a || e->len > INT32_MAX || sl_opts_copy(l, e, &opts) || sl_addr_to_os(a, &ss, &len)) {
        sl_invalid(l, e);
        return;
    }
    if (!sl_slot_available(l)) {
        failed(l, e, SLUICE_ENOMEM, 0);
        return;
    }
    int fd = sl_os_socket(l, ss.ss_family, SOCK_STREAM);
    if (fd < 0) {
        failed(l, e, sl_err(-fd), -fd);
        return;
    }
    /* So that a restarted server gets its port although old connections linger in TIME_WAIT. First, so that an explicit
       option can take it back. */
    int rc = ss.ss_family == AF_UNIX ? 0 : sl_opt_set(l, fd, ss.ss_family, SLUICE_OPT_SO_REUSEADDR, 1);
    if (!rc) rc = sl_opts_set(l, fd, ss.ss_family, &opts);
    int os_errno = rc ? 0 : -bind_and_listen(l, fd, &ss, len, e->len);
    if (rc || os_errno) {
        sl_socket_close(l, fd);
        failed(l, e, rc ? -rc : sl_err(os_errno), os_errno);
        return;
    }
    sl_socket_enter(l, e, SL_KIND_LISTENER, ss.ss_family, fd, true);
}

/* The last step of LISTEN, DATAGRAM and ADOPT: a slot, the engine, the completion. */
void sl_socket_enter(sl_loop *l, const sluice_sqe *e, sl_kind kind, int family, int fd, bool owned)
{
    sl_slot *s = sl_slot_new(l, kind, fd);
    int rc;

    if (family == AF_UNIX) s->flags |= SL_F_UNIX;
    if (kind == SL_KIND_DATAGRAM) s->flags |= sl_msg_flags_of(l, fd, family);
    rc = l->engine->attach(l, s);
    if (rc) {
        sl_slot_free(l, s);
        if (owned) sl_socket_close(l, fd);
        failed(l, e, -rc, 0);
        return;
    }
    sl_complete(l, e->op, e->token, sl_handle(l, s), 0, 0, 0);
}

static int socket_type(sl_loop *l, int fd, int *type)
{
    socklen_t len = sizeof *type;

    sl_syscall(l);
    return getsockopt(fd, SOL_SOCKET, SO_TYPE, type, &len) ? -errno : 0;
}

/* 0 and kind and family, or a negative errno: is fd a socket that a handle can be made of? */
static int inspect(sl_loop *l, int fd, sl_kind *kind, int *family)
{
    int type, rc;
    struct sockaddr_storage peer;
    socklen_t len = sizeof peer;

    if ((rc = socket_type(l, fd, &type))) return rc;
    if ((*family = sl_os_family(l, fd)) < 0) return *family;
    bool inet = *family == AF_INET || *family == AF_INET6;
    if (inet && (type == SOCK_DGRAM || (type == SOCK_SEQPACKET && sl_os_is_sctp(l, fd)))) {
        *kind = SL_KIND_DATAGRAM;
        return 0;
    }
    if (type != SOCK_STREAM || (!inet && *family != AF_UNIX)) return -EOPNOTSUPP;
    int listening = sl_os_is_listening(l, fd);
    if (listening < 0) return listening;
    *kind = listening ? SL_KIND_LISTENER : SL_KIND_STREAM;
    if (listening) return 0;
    sl_syscall(l);
    if (!getpeername(fd, (struct sockaddr *)&peer, &len)) return 0;
    int os_errno = errno;
    /* EINVAL: macOS, for a socket whose connection has ended. */
    return (os_errno == ENOTCONN || os_errno == EINVAL) && sl_os_was_connected(l, fd) ? 0 : -os_errno;
}

void sl_adopt_submit(sl_loop *l, const sluice_sqe *e)
{
    int fd = (int)e->aux32, family;
    sl_kind kind;

    if (fd < 0) {
        sl_invalid(l, e);
        return;
    }
    int rc = inspect(l, fd, &kind, &family);
    if (rc) {
        failed(l, e, sl_err(-rc), -rc);
        return;
    }
    if (!sl_slot_available(l)) {
        failed(l, e, SLUICE_ENOMEM, 0);
        return;
    }
    sl_os_adopted(l, fd);
    sl_socket_enter(l, e, kind, family, fd, false);
}
