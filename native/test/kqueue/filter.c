/* filter.c: EVFILT_READ and EVFILT_WRITE of the double: what a BSD kernel would say about a descriptor. */
#include <linux/sockios.h>
#include <linux/tcp.h>
#include <netinet/in.h>
#include <poll.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/socket.h>
#include <sys/stat.h>

#include "knote.h"

/* linux: include/net/tcp_states.h */
enum { FIN_WAIT1 = 4, FIN_WAIT2, TIME_WAIT, CLOSED, CLOSE_WAIT, LAST_ACK, LISTENING, CLOSING };

typedef struct facts {
    int  events;  /* of poll(2) */
    int  unread, unsent, room;
    bool socket, listening, tcp, datagram;
    bool unconnected; /* never was connected */
    struct tcp_info info;
} facts;

static int int_option(int fd, int name)
{
    int value = 0;
    socklen_t len = sizeof value;

    return getsockopt(fd, SOL_SOCKET, name, &value, &len) ? 0 : value;
}

static facts look(file *f)
{
    facts a;
    struct stat st;
    struct pollfd p = {.fd = f->fd, .events = POLLIN | POLLOUT | POLLRDHUP | POLLPRI};
    socklen_t len = sizeof a.info;

    memset(&a, 0, sizeof a);
    a.socket = !fstat(f->fd, &st) && S_ISSOCK(st.st_mode);
    /* First, so that nothing counts as seen that what follows was too early for. */
    a.tcp = a.socket && int_option(f->fd, SO_PROTOCOL) == IPPROTO_TCP &&
            !getsockopt(f->fd, IPPROTO_TCP, TCP_INFO, &a.info, &len);
    if (poll(&p, 1, 0) == 1) a.events = p.revents;
    if (!a.socket) {
        ioctl(f->fd, FIONREAD, &a.unread);
        return a;
    }
    a.listening = int_option(f->fd, SO_ACCEPTCONN);
    if (a.listening) return a;
    a.datagram = int_option(f->fd, SO_TYPE) == SOCK_DGRAM;
    ioctl(f->fd, SIOCINQ, &a.unread);
    if (a.events & POLLPRI) a.unread++; /* Linux counts up to the urgent mark only, a BSD also what lies behind it */
    ioctl(f->fd, SIOCOUTQ, &a.unsent);
    a.room = int_option(f->fd, SO_SNDBUF) - a.unsent;
    if ((a.events & POLLERR) && !a.datagram) { /* of datagrams an error is no end: the next call is to have it */
        int err = int_option(f->fd, SO_ERROR);
        if (err) f->error = err;
    }
    a.unconnected = a.tcp ? a.info.tcpi_state == CLOSED && !a.info.tcpi_segs_in && !a.info.tcpi_segs_out && !f->error
                          : (a.events & (POLLHUP | POLLOUT)) == (POLLHUP | POLLOUT) && !(a.events & (POLLIN | POLLRDHUP));
    return a;
}

bool kqueue_same_file(const file *f)
{
    struct stat st;

    return !fstat(f->fd, &st) && st.st_dev == f->dev && st.st_ino == f->ino;
}

/* Only TCP counts what comes in; elsewhere everything that happens passes for something new. */
static uint64_t news(const facts *a)
{
    static uint64_t others;

    if (!a->tcp || a->listening) return ++others;
    uint64_t ends = (a->events & POLLRDHUP ? 1u : 0) | (a->events & POLLHUP ? 2u : 0) | (a->events & POLLERR ? 4u : 0);
    return a->info.tcpi_bytes_received << 3 | ends;
}

state kqueue_read_state(file *f)
{
    facts a = look(f);
    state s = {.seen = news(&a)};

    if (a.listening) {
        s.true_now = a.events & POLLIN;
        s.data = a.tcp ? a.info.tcpi_unacked : s.true_now; /* the accept queue */
        return s;
    }
    if (a.unconnected) return s;
    s.data = a.unread;
    if (a.datagram) { /* of no bytes, too */
        s.eof = a.events & POLLRDHUP;
        s.true_now = a.events & (POLLIN | POLLERR | POLLRDHUP);
        return s;
    }
    s.fflags = (uint32_t)f->error;
    s.eof = f->error || (a.events & (POLLRDHUP | POLLHUP));
    s.true_now = s.data > 0 || s.eof;
    return s;
}

static bool own_end(const facts *a)
{
    switch (a->info.tcpi_state) {
    case FIN_WAIT1: case FIN_WAIT2: case TIME_WAIT: case CLOSED: case LAST_ACK: case CLOSING: return true;
    default: return false;
    }
}

state kqueue_write_state(file *f)
{
    facts a = look(f);
    state s = {.data = a.room > 0 ? a.room : 0, .fflags = (uint32_t)f->error};

    if (a.unconnected || a.listening) return s;
    s.eof = f->error || (a.tcp ? own_end(&a) : (a.events & POLLHUP) != 0);
    s.true_now = (a.events & POLLOUT) || s.eof;
    s.seen = (uint64_t)s.data << 1 | s.eof;
    return s;
}
