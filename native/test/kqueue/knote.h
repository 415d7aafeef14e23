/* knote.h: what the files of the double share. */
#ifndef SLUICE_TEST_KQUEUE_KNOTE_H
#define SLUICE_TEST_KQUEUE_KNOTE_H

#include <pthread.h>
#include <stdatomic.h>
#include <sys/types.h>

#include "double.h"

struct file;

typedef struct knote {
    struct kevent set;      /* ident, filter, flags and udata as registered */
    struct file  *file;     /* NULL: EVFILT_USER */
    bool          used, disabled;
    bool          active;   /* something happened that was not told */
    bool          queued;   /* active, enabled, in the queue */
    struct knote *prev, *next;
    uint64_t      seen;     /* state when last told, see state_of() */
    atomic_int    triggered; /* EVFILT_USER */
} knote;

/* One registered descriptor: both its filters share one registration with epoll. */
typedef struct file {
    int     fd;
    dev_t   dev; /* with ino: is fd still the same file? */
    ino_t   ino;
    int     error; /* taken from the socket when it was told */
    knote   read, write;
} file;

/* What a filter says about a descriptor now. */
typedef struct state {
    bool     true_now, eof;
    int64_t  data;
    uint32_t fflags;
    uint64_t seen; /* differs from an earlier one if something new has happened */
} state;

state kqueue_read_state(file *f);
state kqueue_write_state(file *f);
bool  kqueue_same_file(const file *f);

#endif
