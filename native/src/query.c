/*
 * query.c: sluice_query and sluice_control: questions about a handle and changes to it that need no queueing.
 */
#include <errno.h>
#include <netinet/in.h>
#include <string.h>
#include <sys/socket.h>

#include "dgram.h"
#include "os.h"

static int query_address(sl_loop *l, const sl_slot *s, bool peer, sluice_addr *out)
{
    struct sockaddr_storage ss;
    socklen_t len = sizeof ss;

    memset(&ss, 0, sizeof ss); /* an unnamed Unix socket answers with the family alone */
    sl_syscall(l);
    int rc = peer ? getpeername(s->fd, (struct sockaddr *)&ss, &len) : getsockname(s->fd, (struct sockaddr *)&ss, &len);
    return rc ? -sl_err(errno) : sl_addr_from_os(&ss, len, out);
}

static sl_slot *known(sl_loop *l, uint64_t handle)
{
    sl_slot *s = sl_slot_find(l, handle);

    return s && s->kind != SL_KIND_CONNECTING ? s : NULL;
}

static uint32_t answer_bytes(uint32_t what)
{
    switch (what) {
    case SLUICE_QUERY_LOCAL_ADDR: case SLUICE_QUERY_PEER_ADDR: return sizeof(sluice_addr);
    case SLUICE_QUERY_OPTION: return sizeof(sluice_optval);
    case SLUICE_QUERY_TCP_INFO: return sizeof(sluice_tcp_info);
    case SLUICE_QUERY_UNSENT: return sizeof(uint64_t);
    default: return 0;
    }
}

int sluice_query(sluice_loop *l, uint64_t handle, uint32_t what, void *out, uint32_t *len)
{
    union { sluice_addr addr; sluice_optval opt; sluice_tcp_info info; uint64_t unsent; } a;
    uint32_t bytes = answer_bytes(what);
    int rc;

    if (!l) return -SLUICE_EINVAL;
    if (sl_foreign(l)) return -SLUICE_EOWNER;
    if (!out || !len || !bytes || *len < bytes) return -SLUICE_EINVAL;
    sl_slot *s = known(l, handle);
    if (!s) return -SLUICE_ESTALE;
    memset(&a, 0, sizeof a);
    switch (what) {
    case SLUICE_QUERY_OPTION:
        memcpy(&a.opt, out, sizeof a.opt); /* out need not be aligned */
        if (a.opt.reserved) return -SLUICE_EINVAL;
        rc = sl_opt_get(l, s->fd, a.opt.option, &a.opt.value);
        break;
    case SLUICE_QUERY_TCP_INFO: rc = s->flags & SL_F_UNIX ? -SLUICE_ENOTSUP : sl_os_tcp_info(l, s->fd, &a.info); break;
    case SLUICE_QUERY_UNSENT: rc = s->kind == SL_KIND_LISTENER ? -SLUICE_ENOTSUP : sl_os_unsent(l, s->fd, &a.unsent); break;
    default: rc = query_address(l, s, what == SLUICE_QUERY_PEER_ADDR, &a.addr); break;
    }
    if (rc) return rc;
    memcpy(out, &a, bytes);
    *len = bytes;
    return 0;
}

static int set_option(sl_loop *l, uint64_t handle, const void *in, uint32_t len)
{
    sluice_optval o;

    if (len != sizeof o) return -SLUICE_EINVAL;
    memcpy(&o, in, sizeof o);
    if (o.reserved) return -SLUICE_EINVAL;
    sl_slot *s = known(l, handle);
    if (!s) return -SLUICE_ESTALE;
    /* The engine was told of it when the RECVMSG began. */
    bool errors = o.option == SLUICE_OPT_IP_RECVERR && s->kind == SL_KIND_DATAGRAM;
    if (errors && s->in_op) return -SLUICE_EBUSY;
    int rc = sl_opt_set(l, s->fd, AF_UNSPEC, o.option, o.value);
    if (errors && !rc) s->flags = (uint16_t)((s->flags & ~SL_F_RECVERR) | (o.value ? SL_F_RECVERR : 0));
    return rc;
}

static int change_group(sl_loop *l, uint64_t handle, uint32_t what, const void *in, uint32_t len)
{
    sl_slot *s = known(l, handle);

    return s ? sl_group_control(l, s, what, in, len) : -SLUICE_ESTALE;
}

static int close_file(sl_loop *l, const void *in, uint32_t len)
{
    int32_t id;

    if (len != sizeof id) return -SLUICE_EINVAL;
    memcpy(&id, in, sizeof id);
    return sl_file_close(l, id);
}

/* A handle's descriptor would be closed under the engine; whose it is, only its slot knows. */
static bool is_handles(sl_loop *l, int fd)
{
    for (uint32_t i = 0; i < l->slots_used; i++)
        if (sl_slot_at(l, i)->kind != SL_KIND_FREE && sl_slot_at(l, i)->fd == fd) return true;
    return false;
}

static int close_socket(sl_loop *l, const void *in, uint32_t len)
{
    int32_t fd;
    int type;
    socklen_t bytes = sizeof type;
    const struct linger reset = {.l_onoff = 1, .l_linger = 0};

    if (len != sizeof fd) return -SLUICE_EINVAL;
    memcpy(&fd, in, sizeof fd);
    sl_syscall(l);
    if (getsockopt(fd, SOL_SOCKET, SO_TYPE, &type, &bytes) || is_handles(l, fd)) return -SLUICE_EINVAL;
    sl_syscall(l);
    (void)setsockopt(fd, SOL_SOCKET, SO_LINGER, &reset, sizeof reset); /* what knows no reset is closed without */
    sl_socket_close(l, fd);
    return 0;
}

int sluice_control(sluice_loop *l, uint64_t handle, uint32_t what, const void *in, uint32_t len)
{
    if (!l) return -SLUICE_EINVAL;
    if (sl_foreign(l)) return -SLUICE_EOWNER;
    if (!in) return -SLUICE_EINVAL;
    if (what == SLUICE_CONTROL_SET_OPTION) return set_option(l, handle, in, len);
    if (what >= SLUICE_CONTROL_JOIN && what <= SLUICE_CONTROL_UNBLOCK) return change_group(l, handle, what, in, len);
    if (handle) return -SLUICE_EINVAL;
    switch (what) {
    case SLUICE_CONTROL_OPEN_FILE: return sl_file_open(l, in, len);
    case SLUICE_CONTROL_CLOSE_FILE: return close_file(l, in, len);
    case SLUICE_CONTROL_CLOSE_SOCKET: return close_socket(l, in, len);
    default: return -SLUICE_EINVAL;
    }
}
