/*
 * double.h: a test double of kqueue, over epoll, for running the kqueue engine where there is no kqueue.
 *
 * It keeps to what macOS and the BSDs do, as far as TCP and Unix sockets, pipes and EVFILT_USER go; double_*.c in this folder test
 * these rules one by one:
 *
 *   - All changes are applied before anything is collected. One that fails becomes an event with EV_ERROR and its errno in data,
 *     while there is room in the event list; otherwise the call fails and the changes behind it are not applied. EV_RECEIPT makes a
 *     change that succeeds answer in the same way, with data 0. With such answers the call returns at once, and only with them.
 *   - EV_ADD looks at the state: what is true already is told. For a filter that is there already it changes udata; EV_CLEAR and
 *     EV_ONESHOT are fixed by the first EV_ADD.
 *   - EV_CLEAR: told once; again only when something new happened. A read of a part brings no event, new bytes do. Without it the
 *     filter is told for as long as it is true. EV_ONESHOT is gone after its event, EV_DISPATCH is disabled.
 *   - READ: data is the number of unread bytes, or of connections that wait. EV_EOF once the peer has ended its direction, or our
 *     own has been shut for reading, or the connection failed: then fflags is the errno. One event tells of bytes and the end together.
 *     A datagram socket is readable when a datagram waits, or an error, which the next call gets; data counts its bytes.
 *   - WRITE: data is the room in the send buffer. EV_EOF after our own end, or the connection's, with its errno in fflags. A socket that was
 *     never connected, or is connecting, is neither readable nor writable.
 *   - close(2) removes the filters of a descriptor; what was pending for it is not told, also when the number is in use again. EV_DELETE of a
 *     filter that is not there: ENOENT. A change for a descriptor that is not open: EBADF.
 *   - EVFILT_USER: NOTE_TRIGGER, by any thread and from signal handlers. EINTR only while waiting; the changes were applied.
 *
 * Where it differs: an errno that was told in fflags is no longer in the socket. On a BSD the next read fails with it; here it
 * returns 0. (The kernel below has no way of looking at an error without taking it.) EV_ADD for regular files is EPERM. After a copy of a
 * descriptor was made, close(2) of the original does not remove the filters. One thread may wait on a kqueue at a time.
 */
#ifndef SLUICE_TEST_KQUEUE_DOUBLE_H
#define SLUICE_TEST_KQUEUE_DOUBLE_H

#include <stdbool.h>

#include <sys/event.h>

/* Other system calls that BSD kernels answer differently: bsd_calls.c. */

/*
 * Liberties that real kernels and emulations take, and faults. Set before the calls that they are to affect; the environment variable
 * KQUEUE_DOUBLE, a list of their names with commas, sets them for a whole process (not the two refusals).
 */
struct kqueue_double {
    bool no_user;       /* EVFILT_USER does not exist: EINVAL                                                  */
    bool no_counts;     /* data is always 0                                                                    */
    bool spurious;      /* whatever happens to a descriptor is told to READ and to WRITE, although nothing new came */
    int  refuse_errno;  /* not 0: EV_ADD of refuse_filter fails with it                                        */
    int  refuse_filter; /* EVFILT_*                                                                            */
    int  refuse_ident;  /* for this descriptor only; 0: for all                                                */
    unsigned long calls, changes; /* counted since the start: of kevent(), and applied by it                   */
};
extern struct kqueue_double kqueue_double;

#endif
