/*
 * os_bsd.c: see os.h. macOS, FreeBSD, NetBSD, OpenBSD; each has something that the others lack, and says so by its macros.
 */
#include "os.h"

#include <fcntl.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <poll.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/uio.h>
#include <unistd.h>
#if defined(__APPLE__)
#include <libproc.h>
#endif
#if defined(__NetBSD__)
#include <sys/filio.h>
#endif
#if defined(__APPLE__) || defined(__FreeBSD__)
#define HAVE_SENDFILE 1
#endif

#include "engine.h"

/* ------------------------------------------------------------------------------- descriptors */

/* 0 or an errno. macOS takes no option any more once both directions have ended, as of a Unix peer that has written and closed before
   it was accepted. What such a peer has written is to be read all the same: an accepted socket has the option from its listener. One that has
   not would raise SIGPIPE, so it is not used. */
static int no_sigpipe(sl_loop *l, int fd)
{
#if defined(SO_NOSIGPIPE)
    int on = 1, has = 0;
    socklen_t len = sizeof has;

    sl_syscall(l);
    if (!setsockopt(fd, SOL_SOCKET, SO_NOSIGPIPE, &on, sizeof on) || SL_OS_MSG_NOSIGNAL != 0) return 0;
    int os_errno = errno;
    sl_syscall(l);
    return !getsockopt(fd, SOL_SOCKET, SO_NOSIGPIPE, &has, &len) && has ? 0 : os_errno;
#else
    (void)l;
    (void)fd;
    return 0;
#endif
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

/* For systems whose socket(2) and accept(2) take no flags. */
__attribute__((unused))
static void set_flags(sl_loop *l, int fd)
{
    fcntl(fd, F_SETFD, FD_CLOEXEC);
    sl_syscall(l);
    sl_os_nonblocking(l, fd, true);
}

int sl_os_socket(sl_loop *l, int family, int type)
{
#if defined(SOCK_CLOEXEC) && defined(SOCK_NONBLOCK)
    int fd = socket(family, type | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
#else
    int fd = socket(family, type, 0);
#endif

    sl_syscall(l);
    if (fd < 0) return -errno;
#if !defined(SOCK_CLOEXEC) || !defined(SOCK_NONBLOCK)
    set_flags(l, fd);
#endif
    int err = no_sigpipe(l, fd);
    if (!err) return fd;
    close(fd);
    sl_syscall(l);
    return -err;
}

int sl_os_accept(sl_loop *l, int listener)
{
#if defined(__FreeBSD__) || defined(__OpenBSD__)
    int fd = accept4(listener, NULL, NULL, SOCK_CLOEXEC | SOCK_NONBLOCK);
#else
    int fd = accept(listener, NULL, NULL);
#endif

    sl_syscall(l);
    if (fd < 0) return -errno;
#if !defined(__FreeBSD__) && !defined(__OpenBSD__)
    set_flags(l, fd);
#endif
    if (!no_sigpipe(l, fd)) return fd;
    close(fd); /* it has ended already */
    sl_syscall(l);
    return -ECONNABORTED;
}

void sl_os_adopted(sl_loop *l, int fd)
{
    sl_os_nonblocking(l, fd, true);
    fcntl(fd, F_SETFD, FD_CLOEXEC);
    sl_syscall(l);
    no_sigpipe(l, fd);
}

int sl_os_family(sl_loop *l, int fd)
{
    struct sockaddr_storage ss;
    socklen_t len = sizeof ss;

    memset(&ss, 0, sizeof ss);
    sl_syscall(l);
    return getsockname(fd, (struct sockaddr *)&ss, &len) ? -errno : ss.ss_family;
}

/* macOS does not answer SO_ACCEPTCONN (ENOPROTOOPT); what lsof(8) asks for has the same bit. */
int sl_os_is_listening(sl_loop *l, int fd)
{
    sl_syscall(l);
#if defined(__APPLE__)
    struct socket_fdinfo info;

    if (proc_pidfdinfo(getpid(), fd, PROC_PIDFDSOCKETINFO, &info, sizeof info) != (int)sizeof info) return errno ? -errno : -EIO;
    return (info.psi.soi_options & SO_ACCEPTCONN) != 0;
#else
    int listening = 0;
    socklen_t len = sizeof listening;

    return getsockopt(fd, SOL_SOCKET, SO_ACCEPTCONN, &listening, &len) ? -errno : listening != 0;
#endif
}

bool sl_os_is_sctp(sl_loop *l, int fd)
{
    (void)l;
    (void)fd;
    return false;
}

bool sl_os_was_connected(sl_loop *l, int fd)
{
    struct pollfd p = {.fd = fd, .events = POLLIN};

    sl_syscall(l);
    return poll(&p, 1, 0) == 1 && (p.revents & (POLLHUP | POLLERR));
}

/* ------------------------------------------------------------------------------- options */

/* FreeBSD shares connections out among the sockets of a port by an option of its own; elsewhere the newest one gets them all. */
#if defined(SO_REUSEPORT_LB)
#define OS_REUSEPORT SO_REUSEPORT_LB
#else
#define OS_REUSEPORT SO_REUSEPORT
#endif

/* FreeBSD and OpenBSD tell the local address of IPv4 in another form, without the interface. */
#if defined(IP_PKTINFO)
#define OS_PKTINFO IP_PKTINFO
#else
#define OS_PKTINFO 0
#endif

const sl_os_option sl_os_options[SLUICE_OPT_COUNT] = {
    [SLUICE_OPT_TCP_NODELAY] = {IPPROTO_TCP, TCP_NODELAY, true, 0},
    [SLUICE_OPT_SO_KEEPALIVE] = {SOL_SOCKET, SO_KEEPALIVE, true, 0},
#if defined(TCP_KEEPIDLE)
    [SLUICE_OPT_TCP_KEEPIDLE] = {IPPROTO_TCP, TCP_KEEPIDLE, false, 0},
#elif defined(TCP_KEEPALIVE)
    [SLUICE_OPT_TCP_KEEPIDLE] = {IPPROTO_TCP, TCP_KEEPALIVE, false, 0}, /* macOS: the same under another name */
#endif
#if defined(TCP_KEEPINTVL)
    [SLUICE_OPT_TCP_KEEPINTVL] = {IPPROTO_TCP, TCP_KEEPINTVL, false, 0},
#endif
#if defined(TCP_KEEPCNT)
    [SLUICE_OPT_TCP_KEEPCNT] = {IPPROTO_TCP, TCP_KEEPCNT, false, 0},
#endif
    [SLUICE_OPT_SO_REUSEPORT] = {SOL_SOCKET, OS_REUSEPORT, true, 0},
    [SLUICE_OPT_SO_RCVBUF] = {SOL_SOCKET, SO_RCVBUF, false, 0},
    [SLUICE_OPT_SO_SNDBUF] = {SOL_SOCKET, SO_SNDBUF, false, 0},
#if defined(TCP_FASTOPEN) && !defined(__APPLE__) /* there a switch, for sockets that listen already */
    [SLUICE_OPT_TCP_FASTOPEN] = {IPPROTO_TCP, TCP_FASTOPEN, false, 0},
#endif
#if defined(TCP_NOTSENT_LOWAT)
    [SLUICE_OPT_TCP_NOTSENT_LOWAT] = {IPPROTO_TCP, TCP_NOTSENT_LOWAT, false, 0},
#endif
#if defined(TCP_NOPUSH) && !defined(__APPLE__) /* there, what was held back stays so after it was cleared, until the persist timer runs */
    [SLUICE_OPT_TCP_CORK] = {IPPROTO_TCP, TCP_NOPUSH, true, 0},
#endif
    [SLUICE_OPT_IPV6_V6ONLY] = {IPPROTO_IPV6, IPV6_V6ONLY, true, 0},
    [SLUICE_OPT_IP_TOS] = {IPPROTO_IP, IP_TOS, false, IPV6_TCLASS},
    [SLUICE_OPT_SO_REUSEADDR] = {SOL_SOCKET, SO_REUSEADDR, true, 0},
    [SLUICE_OPT_SO_BROADCAST] = {SOL_SOCKET, SO_BROADCAST, true, 0},
    [SLUICE_OPT_IP_TTL] = {IPPROTO_IP, IP_TTL, false, IPV6_UNICAST_HOPS},
    [SLUICE_OPT_IP_MULTICAST_TTL] = {IPPROTO_IP, IP_MULTICAST_TTL, false, IPV6_MULTICAST_HOPS},
    [SLUICE_OPT_IP_MULTICAST_LOOP] = {IPPROTO_IP, IP_MULTICAST_LOOP, true, IPV6_MULTICAST_LOOP},
    [SLUICE_OPT_IP_MULTICAST_IF] = {IPPROTO_IP, IP_MULTICAST_IF, false, IPV6_MULTICAST_IF},
    [SLUICE_OPT_IP_PKTINFO] = {IPPROTO_IP, OS_PKTINFO, true, IPV6_RECVPKTINFO},
#if defined(IP_RECVTOS)
    [SLUICE_OPT_IP_RECVTOS] = {IPPROTO_IP, IP_RECVTOS, true, IPV6_RECVTCLASS},
#else
    [SLUICE_OPT_IP_RECVTOS] = {IPPROTO_IP, 0, true, IPV6_RECVTCLASS},
#endif
};

/* ------------------------------------------------------------------------------- questions */

/* The states of RFC 9293 in the order of the BSDs, as Linux numbers them. */
__attribute__((unused))
static uint32_t portable_state(uint32_t bsd)
{
    static const uint8_t states[] = {
        7 /* CLOSED */, 10 /* LISTEN */, 2 /* SYN_SENT */, 3 /* SYN_RECEIVED */, 1 /* ESTABLISHED */, 8 /* CLOSE_WAIT */,
        4 /* FIN_WAIT_1 */, 11 /* CLOSING */, 9 /* LAST_ACK */, 5 /* FIN_WAIT_2 */, 6 /* TIME_WAIT */};

    return bsd < sizeof states ? states[bsd] : 0;
}

#if defined(TCP_CONNECTION_INFO)

#define US_PER_MS 1000u

/* macOS: times in milliseconds, windows in bytes. */
int sl_os_tcp_info(sl_loop *l, int fd, sluice_tcp_info *out)
{
    struct tcp_connection_info k;
    socklen_t len = sizeof k;

    memset(&k, 0, sizeof k);
    sl_syscall(l);
    if (getsockopt(fd, IPPROTO_TCP, TCP_CONNECTION_INFO, &k, &len)) return -sl_err(errno);
    uint32_t segment = k.tcpi_maxseg ? k.tcpi_maxseg : 1;
    *out = (sluice_tcp_info){
        .state = portable_state(k.tcpi_state), .options = k.tcpi_options, .rto_us = k.tcpi_rto * US_PER_MS,
        .snd_mss = k.tcpi_maxseg, .rtt_us = k.tcpi_srtt * US_PER_MS, .rttvar_us = k.tcpi_rttvar * US_PER_MS,
        .snd_ssthresh = k.tcpi_snd_ssthresh / segment, .snd_cwnd = k.tcpi_snd_cwnd / segment,
        .total_retrans = (uint32_t)k.tcpi_txretransmitpackets, .bytes_received = k.tcpi_rxbytes,
    };
    return 0;
}

#elif defined(TCP_INFO)

/* The part that FreeBSD, NetBSD and OpenBSD have in common; windows in bytes. */
int sl_os_tcp_info(sl_loop *l, int fd, sluice_tcp_info *out)
{
    struct tcp_info k;
    socklen_t len = sizeof k;

    memset(&k, 0, sizeof k);
    sl_syscall(l);
    if (getsockopt(fd, IPPROTO_TCP, TCP_INFO, &k, &len)) return -sl_err(errno);
    uint32_t segment = k.tcpi_snd_mss ? k.tcpi_snd_mss : 1;
    *out = (sluice_tcp_info){
        .state = portable_state(k.tcpi_state), .options = k.tcpi_options, .rto_us = k.tcpi_rto,
        .snd_mss = k.tcpi_snd_mss, .rcv_mss = k.tcpi_rcv_mss, .rtt_us = k.tcpi_rtt, .rttvar_us = k.tcpi_rttvar,
        .snd_ssthresh = k.tcpi_snd_ssthresh / segment, .snd_cwnd = k.tcpi_snd_cwnd / segment,
        .total_retrans = k.tcpi_snd_rexmitpack,
    };
    return 0;
}

#else

int sl_os_tcp_info(sl_loop *l, int fd, sluice_tcp_info *out)
{
    (void)l;
    (void)fd;
    (void)out;
    return -SLUICE_ENOTSUP;
}

#endif

int sl_os_unsent(sl_loop *l, int fd, uint64_t *out)
{
    int unsent = 0;

    sl_syscall(l);
#if defined(SO_NWRITE)
    socklen_t len = sizeof unsent;
    if (getsockopt(fd, SOL_SOCKET, SO_NWRITE, &unsent, &len)) return -sl_err(errno);
#elif defined(FIONWRITE)
    if (ioctl(fd, FIONWRITE, &unsent)) return -sl_err(errno);
#else
    if (ioctl(fd, TIOCOUTQ, &unsent)) return -sl_err(errno);
#endif
    *out = (uint64_t)unsent;
    return 0;
}

/* ------------------------------------------------------------------------------- datagrams */

int sl_os_receive_messages(sl_loop *l, int fd, sl_mmsg *m, uint32_t n, int *after)
{
    return sl_receive_messages_singly(l, fd, m, n, after);
}

uint32_t sl_os_send_messages(sl_loop *l, int fd, sl_mmsg *m, uint32_t n, bool exact, int *failed)
{
    (void)exact;
    return sl_send_messages_singly(l, fd, m, n, failed);
}

/* ------------------------------------------------------------------------------- files */

#if defined(HAVE_SENDFILE)

/* One call: 0 or an errno; *n bytes were sent in either case. */
static int send_some(int socket, int file, off_t position, uint32_t bytes, uint32_t *n)
{
#if defined(__APPLE__)
    off_t count = (off_t)bytes;
    int rc = sendfile(file, socket, position, &count, NULL, 0);
#else
    off_t count = 0;
    int rc = sendfile(file, socket, position, bytes, NULL, &count, 0);
#endif

    *n = (uint32_t)count;
    return rc ? errno : 0;
}

int sl_os_send_file(sl_loop *l, int socket, int file, uint64_t position, uint32_t bytes, uint32_t *sent)
{
    *sent = 0;
    while (*sent < bytes) {
        uint32_t n = 0;
        int err = send_some(socket, file, (off_t)(position + *sent), bytes - *sent, &n);
        sl_syscall(l);
        if (err && err != EAGAIN && err != EINTR) {
            /* Not for this kind of socket or file. */
            if (!n && !*sent && (err == EOPNOTSUPP || err == ENOTSUP || err == EINVAL || err == ENOTSOCK))
                return sl_send_file_copied(l, socket, file, position, bytes, sent);
            /* ENOTCONN: a connection that has ended (a handle had one); what send(2) says of it. */
            if (!sl_os_send_again(err)) return err == ENOTCONN ? -EPIPE : -err;
        }
        *sent += n;
        if (err == EAGAIN && *sent < bytes) return 0;
        if (!err && !n) return -EIO; /* the file ends before the region does */
    }
    return 1;
}

#else

int sl_os_send_file(sl_loop *l, int socket, int file, uint64_t position, uint32_t bytes, uint32_t *sent)
{
    return sl_send_file_copied(l, socket, file, position, bytes, sent);
}

#endif
