/*
 * sys/event.h of the test double of kqueue: what macOS and the BSDs have under this name, as far as the engine and the double's own tests
 * use it. For tests on Linux only; see ../../double.h for what the double does and does not do.
 *
 * The fields of struct kevent come in another order than on any real system: code that is portable names them.
 */
#ifndef SLUICE_TEST_KQUEUE_SYS_EVENT_H
#define SLUICE_TEST_KQUEUE_SYS_EVENT_H

#include <stdint.h>
#include <time.h>

struct kevent {
    void     *udata;
    int64_t   data;
    uint32_t  fflags;
    uint16_t  flags;
    int16_t   filter;
    uintptr_t ident;
};

/* The numbers of macOS. */
#define EVFILT_READ  (-1)
#define EVFILT_WRITE (-2)
#define EVFILT_USER  (-10)

#define EV_ADD      0x0001
#define EV_DELETE   0x0002
#define EV_ENABLE   0x0004
#define EV_DISABLE  0x0008
#define EV_ONESHOT  0x0010
#define EV_CLEAR    0x0020
#define EV_RECEIPT  0x0040
#define EV_DISPATCH 0x0080
#define EV_ERROR    0x4000
#define EV_EOF      0x8000

#define NOTE_TRIGGER 0x01000000u

#define EV_SET(k, i, f, fl, ff, d, u)              \
    do {                                           \
        struct kevent *kevent_set_ = (k);          \
        kevent_set_->ident = (i);                  \
        kevent_set_->filter = (f);                 \
        kevent_set_->flags = (uint16_t)(fl);       \
        kevent_set_->fflags = (ff);                \
        kevent_set_->data = (d);                   \
        kevent_set_->udata = (u);                  \
    } while (0)

int kqueue(void);
int kevent(int kq, const struct kevent *changes, int nchanges, struct kevent *events, int nevents,
           const struct timespec *timeout);

#endif
