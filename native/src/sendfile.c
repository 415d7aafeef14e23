/*
 * sendfile.c: the pieces of a send queue that are not memory: a region of a file, and SHUTDOWN. Plain system calls for
 * every engine, none of which may block the loop.
 */
#include <errno.h>
#include <fcntl.h>
#include <sys/socket.h>

#include "engine.h"
#include "os.h"

/*
 * What a region sends before other handles are served. A peer that drains as fast as this side sends would else keep the loop here for
 * as long as the region lasts: up to 2 GiB.
 */
#define SHARE_BYTES (1u << 20)

static int send_region(sl_loop *l, sl_slot *s, const sl_op *o)
{
    uint32_t sent, left = o->len - o->done;
    bool whole = left <= SHARE_BYTES;
    int mode = 0;

    /* On a blocking socket sendfile(2) would wait for the peer; it has no MSG_DONTWAIT either. */
    if (!l->engine->nonblocking_sockets) mode = sl_os_nonblocking(l, s->fd, true);
    int rc = sl_os_send_file(l, s->fd, l->files[o->file].fd, o->addr + o->done, whole ? left : SHARE_BYTES, &sent);
    if (!l->engine->nonblocking_sockets) {
        fcntl(s->fd, F_SETFL, mode);
        sl_syscall(l);
    }
    if (sent) sl_sent(l, s, sent); /* after the last byte s may be gone */
    if (rc > 0 && !whole) {
        sl_send_next_turn(l, s);
        return -1;
    }
    if (rc >= 0) return rc;
    /* EINVAL and EOVERFLOW here are about the file (sendfile(2): not mappable, beyond its end), not about the submission. */
    sl_send_failed(l, s, rc == -EINVAL || rc == -EOVERFLOW ? EIO : -rc);
    return -1;
}

int sl_send_head_special(sl_loop *l, sl_slot *s)
{
    const sl_op *o = sl_op_at(l, s->send_head);

    if (o->op == SLUICE_OP_SENDFILE) return send_region(l, s, o);
    int rc = shutdown(s->fd, SHUT_WR);
    int os_errno = rc ? errno : 0;
    sl_syscall(l);
    if (rc) {
        sl_send_failed(l, s, os_errno);
        return -1;
    }
    sl_sent(l, s, 0);
    return 1;
}
