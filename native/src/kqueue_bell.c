/*
 * kqueue_bell.c: how another thread ends the wait of a kqueue loop (see wake.c): an EVFILT_USER event of the loop's own kqueue, or a
 * pipe where the kernel has none (NetBSD before 10, OpenBSD).
 */
#include <fcntl.h>
#include <unistd.h>

#include "kqueue.h"

#define BELL_IDENT 0 /* EVFILT_USER has its own name space */

int sl_kq_new(void)
{
    int fd = kqueue();

    if (fd >= 0) fcntl(fd, F_SETFD, FD_CLOEXEC); /* not inherited over fork(2), but over execve(2) */
    return fd;
}

static bool user_event(int kq)
{
#if defined(EVFILT_USER)
    struct kevent e;

    EV_SET(&e, BELL_IDENT, EVFILT_USER, EV_ADD | EV_CLEAR, 0, 0, KQ_UDATA(KQ_BELL));
    return kevent(kq, &e, 1, NULL, 0, &sl_kq_at_once) == 0;
#else
    (void)kq;
    return false;
#endif
}

static int pipe_open(sl_loop *l)
{
    int ends[2];

    if (pipe(ends)) return -sl_err(errno);
    for (int i = 0; i < 2; i++) {
        fcntl(ends[i], F_SETFD, FD_CLOEXEC);
        fcntl(ends[i], F_SETFL, O_NONBLOCK);
    }
    l->bell_read = ends[0];
    l->bell = ends[1];
    return 0;
}

int sl_kq_bell_open(sl_loop *l)
{
    int kq = sl_kq_new();

    if (kq < 0) return -sl_err(errno);
    if (user_event(kq)) {
        l->bell = kq;
        return 0;
    }
    close(kq);
    return pipe_open(l);
}

static int pipe_ring(sl_loop *l)
{
    ssize_t n;

    do n = write(l->bell, "", 1);
    while (n < 0 && errno == EINTR);
    return n < 0 && errno != EAGAIN ? -sl_err(errno) : 0; /* EAGAIN: the pipe is full, so the bell has rung */
}

int sl_kq_bell_ring(sl_loop *l)
{
    if (l->bell_read >= 0) return pipe_ring(l);
#if defined(EVFILT_USER)
    struct kevent e;
    int rc;

    EV_SET(&e, BELL_IDENT, EVFILT_USER, 0, NOTE_TRIGGER, 0, KQ_UDATA(KQ_BELL));
    do rc = kevent(l->bell, &e, 1, NULL, 0, &sl_kq_at_once);
    while (rc && errno == EINTR);
    return rc ? -sl_err(errno) : 0;
#else
    return -SLUICE_ENOTSUP;
#endif
}

/* The event has cleared itself; a pipe has to be emptied, or it would be full one day and stay silent. */
void sl_kq_bell_heard(sl_loop *l)
{
    char bytes[64];

    if (l->bell_read < 0) return;
    do sl_syscall(l);
    while (read(l->bell_read, bytes, sizeof bytes) == (ssize_t)sizeof bytes);
}
