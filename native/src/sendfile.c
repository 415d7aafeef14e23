/*
 * sendfile.c: the pieces of a send queue that are not memory: a region of a file, and SHUTDOWN. Plain system calls for
 * every engine, none of which may block the loop.
 */
#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <sys/sendfile.h>
#include <sys/socket.h>
#include <time.h>

#include "engine.h"

/*
 * What a region sends before other handles are served. A peer that drains as fast as this side sends would else keep the loop here for
 * as long as the region lasts: up to 2 GiB.
 */
#define SHARE_BYTES (1u << 20)

/*
 * sendfile(2) has no MSG_NOSIGNAL. A JVM ignores SIGPIPE, a plain C process may not, and a library must not change the
 * disposition of signals of its host. So the signal is blocked for this thread around the call, and one that the call
 * raised (SIGPIPE goes to the thread that caused it) is taken out again, unless one was pending before.
 */
typedef struct pipe_guard {
    sigset_t previous;
    bool     was_pending;
} pipe_guard;

static void guard_begin(sl_loop *l, pipe_guard *g)
{
    sigset_t pipe_only, pending;

    sigemptyset(&pipe_only);
    sigaddset(&pipe_only, SIGPIPE);
    pthread_sigmask(SIG_BLOCK, &pipe_only, &g->previous);
    sigpending(&pending);
    g->was_pending = sigismember(&pending, SIGPIPE) == 1;
    sl_syscall(l);
    sl_syscall(l);
}

static void guard_end(sl_loop *l, const pipe_guard *g, bool raised)
{
    if (raised && !g->was_pending) {
        sigset_t pipe_only;
        struct timespec now = {0, 0};
        sigemptyset(&pipe_only);
        sigaddset(&pipe_only, SIGPIPE);
        while (sigtimedwait(&pipe_only, NULL, &now) < 0 && errno == EINTR) sl_syscall(l);
        sl_syscall(l);
    }
    pthread_sigmask(SIG_SETMASK, &g->previous, NULL);
    sl_syscall(l);
}

/* 1 = all of bytes sent, 0 = would block, else -errno. *sent counts in every case. */
static int push_region(sl_loop *l, int socket, int file, uint64_t position, uint32_t bytes, uint32_t *sent)
{
    *sent = 0;
    while (*sent < bytes) {
        off_t offset = (off_t)(position + *sent);
        ssize_t n = sendfile(socket, file, &offset, bytes - *sent);
        sl_syscall(l);
        if (n > 0) *sent += (uint32_t)n;
        else if (n == 0) return -EIO; /* the file ends before the region does */
        else if (errno == EAGAIN) return 0;
        else if (errno != EINTR) return -errno;
    }
    return 1;
}

static int send_region(sl_loop *l, sl_slot *s, const sl_op *o)
{
    pipe_guard guard;
    uint32_t sent, left = o->len - o->done;
    bool whole = left <= SHARE_BYTES;
    int mode = 0;

    /* On a blocking socket sendfile(2) would wait for the peer; it has no MSG_DONTWAIT either. */
    if (!l->engine->nonblocking_sockets) {
        mode = fcntl(s->fd, F_GETFL);
        fcntl(s->fd, F_SETFL, mode | O_NONBLOCK);
        sl_syscall(l);
        sl_syscall(l);
    }
    guard_begin(l, &guard);
    int rc = push_region(l, s->fd, l->files[o->file].fd, o->addr + o->done, whole ? left : SHARE_BYTES, &sent);
    guard_end(l, &guard, rc == -EPIPE);
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
