/*
 * kqueue.c: kqueue() and kevent() of the double. The rules are in double.h.
 *
 *   epoll edge --> active --enabled--> queue --collected, true--> event --EV_CLEAR--> idle
 *                                        ^                          |---EV_ONESHOT--> gone
 *                                        +--------- level ----------+---EV_DISPATCH-> disabled
 */
#include <errno.h>
#include <limits.h>
#include <stdlib.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/eventfd.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "knote.h"

#define KQUEUES_MAX 65536 /* descriptor numbers */
#define USERS_MAX 4       /* EVFILT_USER of one kqueue */
#define EDGES 256
#define USER_EDGE UINT64_MAX

typedef struct kq {
    int    epoll;
    pthread_mutex_t lock;
    file   **files; /* by descriptor */
    int    files_cap;
    knote  users[USERS_MAX];
    knote  *head, *tail;
    int    queued;
} kq;

struct kqueue_double kqueue_double;

/*
 * What ends a wait for EVFILT_USER: a descriptor that is always writable, registered edge-triggered with every kqueue. Registering it
 * once more with one of them is an edge for that one alone. So a kqueue is one descriptor, as on a BSD.
 */
static int always_writable = -1;

static kq *_Atomic kqueues[KQUEUES_MAX];

__attribute__((constructor))
static void start(void)
{
    const char *names = getenv("KQUEUE_DOUBLE");

    always_writable = eventfd(0, EFD_CLOEXEC);
    if (!names) return;
    kqueue_double.no_user = strstr(names, "no_user");
    kqueue_double.no_counts = strstr(names, "no_counts");
    kqueue_double.spurious = strstr(names, "spurious");
}

/* ------------------------------------------------------------------------------- the queue */

static void unqueue(kq *q, knote *k)
{
    if (!k->queued) return;
    if (k->prev) k->prev->next = k->next;
    else q->head = k->next;
    if (k->next) k->next->prev = k->prev;
    else q->tail = k->prev;
    k->queued = false;
    q->queued--;
}

static void activate(kq *q, knote *k)
{
    k->active = true;
    if (k->disabled || k->queued) return;
    k->prev = q->tail;
    k->next = NULL;
    if (q->tail) q->tail->next = k;
    else q->head = k;
    q->tail = k;
    k->queued = true;
    q->queued++;
}

/* ------------------------------------------------------------------------------- descriptors */

static file *known_file(kq *q, int fd)
{
    return fd >= 0 && fd < q->files_cap ? q->files[fd] : NULL;
}

static void drop_file(kq *q, file *f, bool open)
{
    unqueue(q, &f->read);
    unqueue(q, &f->write);
    if (open) epoll_ctl(q->epoll, EPOLL_CTL_DEL, f->fd, NULL);
    q->files[f->fd] = NULL;
    free(f);
}

static bool grow(kq *q, int fd)
{
    int cap = q->files_cap ? q->files_cap : 64;

    while (cap <= fd) cap *= 2;
    if (cap == q->files_cap) return true;
    file **bigger = realloc(q->files, (size_t)cap * sizeof *bigger);
    if (!bigger) return false;
    for (int i = q->files_cap; i < cap; i++) bigger[i] = NULL;
    q->files = bigger;
    q->files_cap = cap;
    return true;
}

/* 0 and *out, or an errno. What a closed descriptor of that number left behind is forgotten. */
static int open_file(kq *q, int fd, bool create, file **out)
{
    struct stat st;
    struct epoll_event e = {.events = EPOLLIN | EPOLLOUT | EPOLLRDHUP | EPOLLPRI | EPOLLET, .data.u64 = (uint64_t)fd};
    file *f = known_file(q, fd);

    *out = NULL;
    if (fd < 0 || fstat(fd, &st)) {
        if (f) drop_file(q, f, false);
        return EBADF;
    }
    if (f && !kqueue_same_file(f)) {
        drop_file(q, f, false);
        f = NULL;
    }
    *out = f;
    if (f || !create) return f ? 0 : ENOENT;
    if (!grow(q, fd) || !(f = calloc(1, sizeof *f))) return ENOMEM;
    if (epoll_ctl(q->epoll, EPOLL_CTL_ADD, fd, &e)) {
        free(f);
        return errno;
    }
    f->fd = fd;
    f->dev = st.st_dev;
    f->ino = st.st_ino;
    f->read.file = f->write.file = f;
    *out = q->files[fd] = f;
    return 0;
}

static int user_edge(kq *q, int op)
{
    struct epoll_event e = {.events = EPOLLOUT | EPOLLET, .data.u64 = USER_EDGE};

    return epoll_ctl(q->epoll, op, always_writable, &e);
}

/* ------------------------------------------------------------------------------- changes */

static state state_now(knote *k)
{
    if (k->file) return k->set.filter == EVFILT_READ ? kqueue_read_state(k->file) : kqueue_write_state(k->file);
    return (state){.true_now = atomic_load(&k->triggered)};
}

static void remove_knote(kq *q, knote *k)
{
    file *f = k->file;

    unqueue(q, k);
    k->used = k->active = false;
    if (f && !f->read.used && !f->write.used) drop_file(q, f, true);
}

static int find_user(kq *q, const struct kevent *c, knote **out)
{
    knote *unused = NULL;

    for (int i = 0; i < USERS_MAX; i++) {
        if (q->users[i].used && q->users[i].set.ident == c->ident) {
            *out = &q->users[i];
            return 0;
        }
        if (!q->users[i].used) unused = &q->users[i];
    }
    *out = unused;
    if (!(c->flags & EV_ADD)) return ENOENT;
    return unused ? 0 : ENOMEM;
}

static int find(kq *q, const struct kevent *c, knote **out)
{
    file *f;

    if (c->filter == EVFILT_USER && !kqueue_double.no_user) return find_user(q, c, out);
    if (c->filter != EVFILT_READ && c->filter != EVFILT_WRITE) return EINVAL;
    if ((c->flags & EV_ADD) && kqueue_double.refuse_errno && c->filter == kqueue_double.refuse_filter &&
        (!kqueue_double.refuse_ident || c->ident == (uintptr_t)kqueue_double.refuse_ident))
        return kqueue_double.refuse_errno;
    int err = open_file(q, c->ident > INT_MAX ? -1 : (int)c->ident, c->flags & EV_ADD, &f);
    if (err) return err;
    *out = c->filter == EVFILT_READ ? &f->read : &f->write;
    return (*out)->used || (c->flags & EV_ADD) ? 0 : ENOENT;
}

static int change(kq *q, const struct kevent *c)
{
    knote *k;
    int err = find(q, c, &k);

    if (err) return err;
    kqueue_double.changes++;
    if (c->flags & EV_DELETE) {
        remove_knote(q, k);
        return 0;
    }
    if ((c->flags & EV_ADD) && !k->used) {
        k->used = true;
        k->disabled = k->active = false;
        k->seen = 0;
        k->set = *c;
        k->set.flags = (uint16_t)(c->flags & (EV_CLEAR | EV_ONESHOT | EV_DISPATCH));
        atomic_store(&k->triggered, 0);
    } else if (c->flags & EV_ADD) {
        k->set.udata = c->udata;
    }
    if (c->flags & EV_DISABLE) {
        k->disabled = true;
        unqueue(q, k);
    }
    if (c->flags & EV_ENABLE) k->disabled = false;
    if (c->filter == EVFILT_USER && (c->fflags & NOTE_TRIGGER)) {
        atomic_store(&k->triggered, 1);
        user_edge(q, EPOLL_CTL_MOD); /* for another thread that waits */
    }
    if (k->active || ((c->flags & EV_ADD || c->filter == EVFILT_USER) && state_now(k).true_now)) activate(q, k);
    return 0;
}

/* ------------------------------------------------------------------------------- events */

static void edge(kq *q, knote *k, bool happened)
{
    if (!k->used || !(happened || kqueue_double.spurious)) return;
    if (!kqueue_double.spurious && (k->set.flags & EV_CLEAR) && k->seen && state_now(k).seen == k->seen) return;
    activate(q, k);
}

static void take_edges(kq *q, const struct epoll_event *e, int n)
{
    for (int i = 0; i < n; i++) {
        if (e[i].data.u64 == USER_EDGE) {
            for (int u = 0; u < USERS_MAX; u++)
                if (q->users[u].used && atomic_load(&q->users[u].triggered)) activate(q, &q->users[u]);
            continue;
        }
        file *f = known_file(q, (int)e[i].data.u64);
        if (!f || !kqueue_same_file(f)) continue;
        edge(q, &f->read, e[i].events & ~(uint32_t)EPOLLOUT);
        edge(q, &f->write, e[i].events & (EPOLLOUT | EPOLLHUP | EPOLLERR));
    }
}

/* True: an event was written. */
static bool tell(kq *q, knote *k, struct kevent *out)
{
    unqueue(q, k);
    if (k->file && !kqueue_same_file(k->file)) { /* closed: nothing is told any more */
        drop_file(q, k->file, false);
        return false;
    }
    state s = state_now(k);
    if (!k->file && (k->set.flags & EV_CLEAR)) atomic_store(&k->triggered, 0);
    if (!s.true_now) {
        k->active = false;
        return false;
    }
    *out = k->set;
    if (s.eof) out->flags |= EV_EOF;
    out->fflags = s.fflags;
    out->data = kqueue_double.no_counts ? 0 : s.data;
    k->seen = s.seen;
    if (k->set.flags & EV_ONESHOT) {
        remove_knote(q, k);
        return true;
    }
    if (k->set.flags & EV_CLEAR) k->active = false;
    if (k->set.flags & EV_DISPATCH) k->disabled = true;
    if (k->active) activate(q, k);
    return true;
}

static int collect(kq *q, struct kevent *out, int max)
{
    struct epoll_event edges[EDGES];
    int n = 0, got;

    do {
        got = epoll_wait(q->epoll, edges, EDGES, 0);
        take_edges(q, edges, got);
    } while (got == EDGES);
    for (int left = q->queued; left && q->head && n < max; left--) n += tell(q, q->head, &out[n]);
    return n;
}

/* ------------------------------------------------------------------------------- waiting */

static int64_t now_ns(void)
{
    struct timespec t;

    clock_gettime(CLOCK_MONOTONIC, &t);
    return (int64_t)t.tv_sec * 1000000000 + t.tv_nsec;
}

/* 0, or -1 with EINTR. */
static int wait_edges(kq *q, int64_t ns)
{
    struct epoll_event edges[EDGES];
    struct { int64_t s, ns; } t = {ns / 1000000000, ns % 1000000000};

    pthread_mutex_unlock(&q->lock);
    int n = (int)syscall(SYS_epoll_pwait2, q->epoll, edges, EDGES, ns < 0 ? NULL : &t, NULL, 0);
    if (n < 0 && errno == ENOSYS) n = epoll_wait(q->epoll, edges, EDGES, ns < 0 ? -1 : (int)(ns / 1000000 + 1));
    int err = errno;
    pthread_mutex_lock(&q->lock);
    errno = err;
    if (n < 0) return -1;
    take_edges(q, edges, n);
    return 0;
}

static int wait_and_collect(kq *q, struct kevent *events, int nevents, const struct timespec *timeout)
{
    int64_t rest = timeout ? (int64_t)timeout->tv_sec * 1000000000 + timeout->tv_nsec : -1;
    int64_t end = rest > 0 ? now_ns() + rest : 0;

    for (;;) {
        int n = collect(q, events, nevents);
        if (n || rest == 0) return n;
        if (wait_edges(q, rest)) return -1;
        if (rest > 0 && (rest = end - now_ns()) < 0) rest = 0;
    }
}

/* ------------------------------------------------------------------------------- the interface */

/* A kqueue that had the same number and was closed since. */
static void forget(kq *q)
{
    if (!q) return;
    for (int i = 0; i < q->files_cap; i++) free(q->files[i]);
    free(q->files);
    pthread_mutex_destroy(&q->lock);
    free(q);
}

int kqueue(void)
{
    kq *q = calloc(1, sizeof *q);

    if (!q) return -1;
    q->epoll = epoll_create1(EPOLL_CLOEXEC);
    if (q->epoll < 0 || q->epoll >= KQUEUES_MAX || user_edge(q, EPOLL_CTL_ADD)) {
        int err = errno;
        if (q->epoll >= 0) close(q->epoll);
        free(q);
        errno = err;
        return -1;
    }
    pthread_mutex_init(&q->lock, NULL);
    forget(atomic_exchange(&kqueues[q->epoll], q));
    return q->epoll;
}

/* NOTE_TRIGGER alone takes no lock: it may come from a signal handler that interrupted the holder of the lock. */
static int trigger(kq *q, const struct kevent *c)
{
    for (int i = 0; i < USERS_MAX; i++) {
        if (!q->users[i].used || q->users[i].set.ident != c->ident) continue;
        atomic_store(&q->users[i].triggered, 1);
        return user_edge(q, EPOLL_CTL_MOD);
    }
    errno = ENOENT;
    return -1;
}

static int apply(kq *q, const struct kevent *changes, int nchanges, struct kevent *events, int nevents)
{
    int n = 0;

    for (int i = 0; i < nchanges; i++) {
        int err = change(q, &changes[i]);
        if (!err && !(changes[i].flags & EV_RECEIPT)) continue;
        if (n < nevents) {
            events[n] = changes[i];
            events[n].flags |= EV_ERROR;
            events[n++].data = err;
        } else if (err) {
            errno = err;
            return -1;
        }
    }
    return n;
}

int kevent(int fd, const struct kevent *changes, int nchanges, struct kevent *events, int nevents,
           const struct timespec *timeout)
{
    kq *q = fd >= 0 && fd < KQUEUES_MAX ? atomic_load(&kqueues[fd]) : NULL;

    if (!q) {
        errno = EBADF;
        return -1;
    }
    if (nchanges == 1 && !nevents && changes->filter == EVFILT_USER && changes->flags == 0 && changes->fflags == NOTE_TRIGGER)
        return trigger(q, changes);
    pthread_mutex_lock(&q->lock);
    kqueue_double.calls++;
    int n = apply(q, changes, nchanges, events, nevents);
    if (n == 0 && nevents > 0) n = wait_and_collect(q, events, nevents, timeout);
    int err = errno;
    pthread_mutex_unlock(&q->lock);
    errno = err;
    return n;
}
