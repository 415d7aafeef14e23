/*
 * bell_eventfd.c: the bell of the Linux engines (see wake.c): an eventfd that is never read. Every write is a new edge for an
 * edge-triggered poller, and the counter takes 2^64 - 2 of them.
 */
#include <errno.h>
#include <sys/eventfd.h>
#include <unistd.h>

#include "engine.h"

int sl_bell_eventfd_open(sl_loop *l)
{
    l->bell = eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK);
    return l->bell < 0 ? -sl_err(errno) : 0;
}

int sl_bell_eventfd_ring(sl_loop *l)
{
    uint64_t one = 1;
    ssize_t n;

    do n = write(l->bell, &one, sizeof one);
    while (n < 0 && errno == EINTR);
    return n < 0 && errno != EAGAIN ? -sl_err(errno) : 0; /* EAGAIN: the counter is full, so the bell has rung */
}
