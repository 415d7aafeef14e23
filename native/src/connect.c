/*
 * connect.c: CONNECT, and CANCEL for every kind of victim.
 *
 * While a CONNECT is in flight its slot is CONNECTING: the caller does not know the handle, so a CANCEL with handle 0
 * finds it by token in the list of connecting slots.
 *
 * A Unix socket whose listener's backlog is full answers EAGAIN (connect(2)); the kernel offers no event for "there is
 * room again". Trying again is a matter of time, and time is the caller's: the CONNECT completes with EBUSY and EAGAIN in
 * detail, which nothing else does.
 */
#include <errno.h>
#include <sys/socket.h>

#include "engine.h"
#include "os.h"

static void link_connecting(sl_loop *l, sl_slot *s)
{
    s->connect_next = l->connect_head;
    if (l->connect_head != SL_NONE) sl_slot_at(l, l->connect_head)->connect_prev = sl_index(l, s);
    l->connect_head = sl_index(l, s);
}

static void unlink_connecting(sl_loop *l, sl_slot *s)
{
    if (s->connect_prev == SL_NONE) l->connect_head = s->connect_next;
    else sl_slot_at(l, s->connect_prev)->connect_next = s->connect_next;
    if (s->connect_next != SL_NONE) sl_slot_at(l, s->connect_next)->connect_prev = s->connect_prev;
    s->connect_prev = s->connect_next = SL_NONE;
}

static void failed(sl_loop *l, uint64_t token, int code, int os_errno)
{
    sl_complete(l, SLUICE_OP_CONNECT, token, 0, -code, 0, (uint32_t)os_errno);
}

void sl_connect_submit(sl_loop *l, const sluice_sqe *e)
{
    struct sockaddr_storage ss;
    uint32_t len;
    sl_opt_list opts;
    const sluice_addr *a = sl_scratch(l, e->addr, sizeof *a);

    if (!a || sl_opts_copy(l, e, &opts) || sl_addr_to_os(a, &ss, &len)) {
        sl_invalid(l, e);
        return;
    }
    if (!sl_slot_available(l)) {
        failed(l, e->token, SLUICE_ENOMEM, 0);
        return;
    }
    int fd = sl_os_socket(l, ss.ss_family, SOCK_STREAM);
    if (fd < 0) {
        failed(l, e->token, sl_err(-fd), -fd);
        return;
    }
    int rc = sl_opts_set(l, fd, ss.ss_family, &opts);
    if (rc) {
        sl_socket_close(l, fd);
        failed(l, e->token, -rc, 0);
        return;
    }
    sl_slot *s = sl_slot_new(l, SL_KIND_CONNECTING, fd);
    s->other_token = e->token;
    if (ss.ss_family == AF_UNIX) s->flags |= SL_F_UNIX;
    rc = l->engine->attach(l, s);
    if (rc) {
        sl_slot_free(l, s);
        sl_socket_close(l, fd);
        failed(l, e->token, -rc, 0);
        return;
    }
    link_connecting(l, s);
    l->engine->connect_start(l, s, &ss, len);
}

void sl_connected(sl_loop *l, sl_slot *s, int os_errno)
{
    uint64_t token = s->other_token;

    if (s->kind != SL_KIND_CONNECTING) return;
    unlink_connecting(l, s);
    if (!os_errno && (s->flags & SL_F_CON_CANCEL)) { /* C10: too late, and nobody will ask for it */
        l->ctr[SLUICE_CTR_LATE_CLOSED]++;
        os_errno = ECANCELED;
    }
    if (!os_errno) {
        s->kind = SL_KIND_STREAM;
        sl_complete(l, SLUICE_OP_CONNECT, token, sl_handle(l, s), 0, 0, 0);
        return;
    }
    int fd = s->fd;
    l->engine->detach(l, s);
    sl_slot_free(l, s);
    sl_socket_close(l, fd);
    failed(l, token, sl_err(os_errno), os_errno == ECANCELED ? 0 : os_errno);
}

static void cancel_connect(sl_loop *l, const sluice_sqe *e)
{
    for (uint32_t i = l->connect_head; i != SL_NONE; i = sl_slot_at(l, i)->connect_next) {
        sl_slot *s = sl_slot_at(l, i);
        if (s->other_token != e->aux) continue;
        sl_complete(l, e->op, e->token, 0, 0, 0, 0);
        if (s->flags & SL_F_CON_CANCEL) return; /* asked already */
        s->flags |= SL_F_CON_CANCEL;
        l->engine->connect_cancel(l, s);
        return;
    }
    sl_complete(l, e->op, e->token, 0, -SLUICE_ENOENT, 0, 0);
}

void sl_cancel_submit(sl_loop *l, const sluice_sqe *e)
{
    if (!e->handle) {
        cancel_connect(l, e);
        return;
    }
    sl_slot *s = sl_slot_find(l, e->handle);
    bool found = s && s->in_op && s->in_token == e->aux;
    sl_complete(l, e->op, e->token, e->handle, found ? 0 : -SLUICE_ENOENT, 0, 0);
    if (found) sl_in_cancel(l, s);
}
