/* os_linux.c: see os.h. */
#include "os.h"

#include <fcntl.h>
#include <linux/sockios.h>
#include <linux/tcp.h>
#include <netinet/in.h>
#include <poll.h>
#include <signal.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/sendfile.h>
#include <time.h>

#include "dgram.h"
#include "sctp/kernel_abi.h"

/* ------------------------------------------------------------------------------- descriptors */

int sl_os_socket(sl_loop *l, int family, int type)
{
    int fd = socket(family, type | SOCK_CLOEXEC | (l->engine->nonblocking_sockets ? SOCK_NONBLOCK : 0), 0);

    sl_syscall(l);
    return fd < 0 ? -errno : fd;
}

int sl_os_accept(sl_loop *l, int listener)
{
    int fd = accept4(listener, NULL, NULL, SOCK_CLOEXEC | SOCK_NONBLOCK);

    sl_syscall(l);
    return fd < 0 ? -errno : fd;
}

int sl_os_nonblocking(sl_loop *l, int fd, bool on)
{
    int mode = fcntl(fd, F_GETFL), wanted = on ? mode | O_NONBLOCK : mode & ~O_NONBLOCK;

    sl_syscall(l);
    if (wanted == mode) return mode;
    fcntl(fd, F_SETFL, wanted);
    sl_syscall(l);
    return mode;
}

void sl_os_adopted(sl_loop *l, int fd)
{
    sl_os_nonblocking(l, fd, l->engine->nonblocking_sockets);
    fcntl(fd, F_SETFD, FD_CLOEXEC);
    sl_syscall(l);
}

int sl_os_family(sl_loop *l, int fd)
{
    int family = AF_UNSPEC;
    socklen_t len = sizeof family;

    sl_syscall(l);
    return getsockopt(fd, SOL_SOCKET, SO_DOMAIN, &family, &len) ? -errno : family;
}

int sl_os_is_listening(sl_loop *l, int fd)
{
    int listening = 0;
    socklen_t len = sizeof listening;

    sl_syscall(l);
    return getsockopt(fd, SOL_SOCKET, SO_ACCEPTCONN, &listening, &len) ? -errno : listening != 0;
}

bool sl_os_is_sctp(sl_loop *l, int fd)
{
    int protocol = 0;
    socklen_t len = sizeof protocol;

    sl_syscall(l);
    return !getsockopt(fd, SOL_SOCKET, SO_PROTOCOL, &protocol, &len) && protocol == KSCTP_PROTOCOL;
}

bool sl_os_was_connected(sl_loop *l, int fd)
{
    struct pollfd p = {.fd = fd, .events = POLLRDHUP};

    sl_syscall(l);
    return poll(&p, 1, 0) == 1 && (p.revents & (POLLRDHUP | POLLERR));
}

/* ------------------------------------------------------------------------------- options */

/* Present in the kernel for longer than in the headers of the oldest systems we build on. */
#ifndef TCP_FASTOPEN_CONNECT
#define TCP_FASTOPEN_CONNECT 30 /* Linux 4.11 */
#endif
#ifndef TCP_NOTSENT_LOWAT
#define TCP_NOTSENT_LOWAT 25    /* Linux 3.12 */
#endif
#ifndef IPV6_MULTICAST_ALL
#define IPV6_MULTICAST_ALL 29   /* Linux 4.20 */
#endif

const sl_os_option sl_os_options[SLUICE_OPT_COUNT] = {
    [SLUICE_OPT_TCP_NODELAY] = {IPPROTO_TCP, TCP_NODELAY, true, 0},
    [SLUICE_OPT_SO_KEEPALIVE] = {SOL_SOCKET, SO_KEEPALIVE, true, 0},
    [SLUICE_OPT_TCP_KEEPIDLE] = {IPPROTO_TCP, TCP_KEEPIDLE, false, 0},
    [SLUICE_OPT_TCP_KEEPINTVL] = {IPPROTO_TCP, TCP_KEEPINTVL, false, 0},
    [SLUICE_OPT_TCP_KEEPCNT] = {IPPROTO_TCP, TCP_KEEPCNT, false, 0},
    [SLUICE_OPT_TCP_USER_TIMEOUT] = {IPPROTO_TCP, TCP_USER_TIMEOUT, false, 0},
    [SLUICE_OPT_TCP_QUICKACK] = {IPPROTO_TCP, TCP_QUICKACK, true, 0},
    [SLUICE_OPT_SO_REUSEPORT] = {SOL_SOCKET, SO_REUSEPORT, true, 0},
    [SLUICE_OPT_SO_RCVBUF] = {SOL_SOCKET, SO_RCVBUF, false, 0},
    [SLUICE_OPT_SO_SNDBUF] = {SOL_SOCKET, SO_SNDBUF, false, 0},
    [SLUICE_OPT_TCP_FASTOPEN] = {IPPROTO_TCP, TCP_FASTOPEN, false, 0},
    [SLUICE_OPT_TCP_FASTOPEN_CONNECT] = {IPPROTO_TCP, TCP_FASTOPEN_CONNECT, true, 0},
    [SLUICE_OPT_TCP_DEFER_ACCEPT] = {IPPROTO_TCP, TCP_DEFER_ACCEPT, false, 0},
    [SLUICE_OPT_TCP_NOTSENT_LOWAT] = {IPPROTO_TCP, TCP_NOTSENT_LOWAT, false, 0},
    [SLUICE_OPT_TCP_CORK] = {IPPROTO_TCP, TCP_CORK, true, 0},
    [SLUICE_OPT_SO_BUSY_POLL] = {SOL_SOCKET, SO_BUSY_POLL, false, 0},
    [SLUICE_OPT_IPV6_V6ONLY] = {IPPROTO_IPV6, IPV6_V6ONLY, true, 0},
    [SLUICE_OPT_IP_TOS] = {IPPROTO_IP, IP_TOS, false, IPV6_TCLASS},
    [SLUICE_OPT_SO_REUSEADDR] = {SOL_SOCKET, SO_REUSEADDR, true, 0},
    [SLUICE_OPT_SO_BROADCAST] = {SOL_SOCKET, SO_BROADCAST, true, 0},
    [SLUICE_OPT_IP_TTL] = {IPPROTO_IP, IP_TTL, false, IPV6_UNICAST_HOPS},
    [SLUICE_OPT_IP_MULTICAST_TTL] = {IPPROTO_IP, IP_MULTICAST_TTL, false, IPV6_MULTICAST_HOPS},
    [SLUICE_OPT_IP_MULTICAST_LOOP] = {IPPROTO_IP, IP_MULTICAST_LOOP, true, IPV6_MULTICAST_LOOP},
    [SLUICE_OPT_IP_MULTICAST_IF] = {IPPROTO_IP, IP_MULTICAST_IF, false, IPV6_MULTICAST_IF},
    [SLUICE_OPT_IP_MULTICAST_ALL] = {IPPROTO_IP, IP_MULTICAST_ALL, true, IPV6_MULTICAST_ALL},
    [SLUICE_OPT_IP_PKTINFO] = {IPPROTO_IP, IP_PKTINFO, true, IPV6_RECVPKTINFO},
    [SLUICE_OPT_IP_RECVTOS] = {IPPROTO_IP, IP_RECVTOS, true, IPV6_RECVTCLASS},
    [SLUICE_OPT_IP_RECVERR] = {IPPROTO_IP, IP_RECVERR, true, IPV6_RECVERR},
    [SLUICE_OPT_IP_MTU_DISCOVER] = {IPPROTO_IP, IP_MTU_DISCOVER, false, IPV6_MTU_DISCOVER},
    [SLUICE_OPT_UDP_SEGMENT] = {IPPROTO_UDP, UDP_SEGMENT, false, 0},
    [SLUICE_OPT_UDP_GRO] = {IPPROTO_UDP, UDP_GRO, true, 0},
    [SLUICE_OPT_SO_RXQ_OVFL] = {SOL_SOCKET, SO_RXQ_OVFL, true, 0},
};

/* ------------------------------------------------------------------------------- questions */

/* The kernel fills as much of its structure as it knows; the rest stays zero. */
int sl_os_tcp_info(sl_loop *l, int fd, sluice_tcp_info *out)
{
    struct tcp_info k;
    socklen_t len = sizeof k;

    memset(&k, 0, sizeof k);
    sl_syscall(l);
    if (getsockopt(fd, IPPROTO_TCP, TCP_INFO, &k, &len)) return -sl_err(errno);
    *out = (sluice_tcp_info){
        .state = k.tcpi_state, .ca_state = k.tcpi_ca_state, .retransmits = k.tcpi_retransmits, .probes = k.tcpi_probes,
        .backoff = k.tcpi_backoff, .options = k.tcpi_options, .rto_us = k.tcpi_rto, .ato_us = k.tcpi_ato,
        .snd_mss = k.tcpi_snd_mss, .rcv_mss = k.tcpi_rcv_mss, .unacked = k.tcpi_unacked, .sacked = k.tcpi_sacked,
        .lost = k.tcpi_lost, .retrans = k.tcpi_retrans, .pmtu = k.tcpi_pmtu, .rtt_us = k.tcpi_rtt,
        .rttvar_us = k.tcpi_rttvar, .snd_ssthresh = k.tcpi_snd_ssthresh, .snd_cwnd = k.tcpi_snd_cwnd,
        .total_retrans = k.tcpi_total_retrans, .bytes_acked = k.tcpi_bytes_acked,
        .bytes_received = k.tcpi_bytes_received,
    };
    return 0;
}

int sl_os_unsent(sl_loop *l, int fd, uint64_t *out)
{
    int unsent = 0;

    sl_syscall(l);
    if (ioctl(fd, SIOCOUTQ, &unsent)) return -sl_err(errno);
    *out = (uint64_t)unsent;
    return 0;
}

/* ------------------------------------------------------------------------------- datagrams */

/* The kernel keeps an error that ended a batch, and tells it to the next call. */
int sl_os_receive_messages(sl_loop *l, int fd, sl_mmsg *m, uint32_t n, int *after)
{
#if defined(SLUICE_TEST_KQUEUE)
    return sl_receive_messages_singly(l, fd, m, n, after);
#endif
    *after = 0;
    sl_syscall(l);
    if (n > 1) return recvmmsg(fd, m, n, MSG_DONTWAIT, NULL);
    ssize_t bytes = recvmsg(fd, &m->msg_hdr, MSG_DONTWAIT);
    m->msg_len = (unsigned)bytes;
    return bytes < 0 ? -1 : 1;
}

uint32_t sl_os_send_messages(sl_loop *l, int fd, sl_mmsg *m, uint32_t n, bool exact, int *failed)
{
#if defined(SLUICE_TEST_KQUEUE)
    exact = true;
#endif
    if (n == 1 || exact) return sl_send_messages_singly(l, fd, m, n, failed);
    sl_syscall(l);
    int sent = sendmmsg(fd, m, n, MSG_DONTWAIT | MSG_NOSIGNAL);
    *failed = sent < 0 ? errno : 0;
    return sent < 0 ? 0 : (uint32_t)sent;
}

/* ------------------------------------------------------------------------------- files */

/*
 * sendfile(2) has no MSG_NOSIGNAL. So SIGPIPE is blocked for this thread around the call, and one that the call raised (it goes to the
 * thread that caused it) is taken out again, unless one was pending before.
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

static int push(sl_loop *l, int socket, int file, uint64_t position, uint32_t bytes, uint32_t *sent)
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

int sl_os_send_file(sl_loop *l, int socket, int file, uint64_t position, uint32_t bytes, uint32_t *sent)
{
#if defined(SLUICE_TEST_KQUEUE) /* tests run what systems without the call do */
    return sl_send_file_copied(l, socket, file, position, bytes, sent);
#endif
    pipe_guard guard;

    guard_begin(l, &guard);
    int rc = push(l, socket, file, position, bytes, sent);
    guard_end(l, &guard, rc == -EPIPE);
    return rc;
}
