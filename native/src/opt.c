/* opt.c: socket options by portable number. */
#include <errno.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <sys/socket.h>

#include "dgram.h"

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

/* name6: its name on an IPv6 socket, where the IPv4 name then holds for traffic with mapped addresses and is set, too, if
   the kernel takes it there. Packet info is an exception: the IPv6 one tells of mapped addresses as well. */
static const struct option {
    uint8_t level;
    uint8_t name;
    bool    is_switch;
    uint8_t name6;
} options[SLUICE_OPT_COUNT] = {
    [SLUICE_OPT_TCP_NODELAY] = {IPPROTO_TCP, TCP_NODELAY, true},
    [SLUICE_OPT_SO_KEEPALIVE] = {SOL_SOCKET, SO_KEEPALIVE, true},
    [SLUICE_OPT_TCP_KEEPIDLE] = {IPPROTO_TCP, TCP_KEEPIDLE, false},
    [SLUICE_OPT_TCP_KEEPINTVL] = {IPPROTO_TCP, TCP_KEEPINTVL, false},
    [SLUICE_OPT_TCP_KEEPCNT] = {IPPROTO_TCP, TCP_KEEPCNT, false},
    [SLUICE_OPT_TCP_USER_TIMEOUT] = {IPPROTO_TCP, TCP_USER_TIMEOUT, false},
    [SLUICE_OPT_TCP_QUICKACK] = {IPPROTO_TCP, TCP_QUICKACK, true},
    [SLUICE_OPT_SO_REUSEPORT] = {SOL_SOCKET, SO_REUSEPORT, true},
    [SLUICE_OPT_SO_RCVBUF] = {SOL_SOCKET, SO_RCVBUF, false},
    [SLUICE_OPT_SO_SNDBUF] = {SOL_SOCKET, SO_SNDBUF, false},
    [SLUICE_OPT_TCP_FASTOPEN] = {IPPROTO_TCP, TCP_FASTOPEN, false},
    [SLUICE_OPT_TCP_FASTOPEN_CONNECT] = {IPPROTO_TCP, TCP_FASTOPEN_CONNECT, true},
    [SLUICE_OPT_TCP_DEFER_ACCEPT] = {IPPROTO_TCP, TCP_DEFER_ACCEPT, false},
    [SLUICE_OPT_TCP_NOTSENT_LOWAT] = {IPPROTO_TCP, TCP_NOTSENT_LOWAT, false},
    [SLUICE_OPT_TCP_CORK] = {IPPROTO_TCP, TCP_CORK, true},
    [SLUICE_OPT_SO_BUSY_POLL] = {SOL_SOCKET, SO_BUSY_POLL, false},
    [SLUICE_OPT_IPV6_V6ONLY] = {IPPROTO_IPV6, IPV6_V6ONLY, true},
    [SLUICE_OPT_IP_TOS] = {IPPROTO_IP, IP_TOS, false, IPV6_TCLASS},
    [SLUICE_OPT_SO_REUSEADDR] = {SOL_SOCKET, SO_REUSEADDR, true},
    [SLUICE_OPT_SO_BROADCAST] = {SOL_SOCKET, SO_BROADCAST, true},
    [SLUICE_OPT_IP_TTL] = {IPPROTO_IP, IP_TTL, false, IPV6_UNICAST_HOPS},
    [SLUICE_OPT_IP_MULTICAST_TTL] = {IPPROTO_IP, IP_MULTICAST_TTL, false, IPV6_MULTICAST_HOPS},
    [SLUICE_OPT_IP_MULTICAST_LOOP] = {IPPROTO_IP, IP_MULTICAST_LOOP, true, IPV6_MULTICAST_LOOP},
    [SLUICE_OPT_IP_MULTICAST_IF] = {IPPROTO_IP, IP_MULTICAST_IF, false, IPV6_MULTICAST_IF},
    [SLUICE_OPT_IP_MULTICAST_ALL] = {IPPROTO_IP, IP_MULTICAST_ALL, true, IPV6_MULTICAST_ALL},
    [SLUICE_OPT_IP_PKTINFO] = {IPPROTO_IP, IP_PKTINFO, true, IPV6_RECVPKTINFO},
    [SLUICE_OPT_IP_RECVTOS] = {IPPROTO_IP, IP_RECVTOS, true, IPV6_RECVTCLASS},
    [SLUICE_OPT_IP_RECVERR] = {IPPROTO_IP, IP_RECVERR, true, IPV6_RECVERR},
    [SLUICE_OPT_IP_MTU_DISCOVER] = {IPPROTO_IP, IP_MTU_DISCOVER, false, IPV6_MTU_DISCOVER},
    [SLUICE_OPT_UDP_SEGMENT] = {IPPROTO_UDP, UDP_SEGMENT, false},
    [SLUICE_OPT_UDP_GRO] = {IPPROTO_UDP, UDP_GRO, true},
    [SLUICE_OPT_SO_RXQ_OVFL] = {SOL_SOCKET, SO_RXQ_OVFL, true},
};

static int family_of(sl_loop *l, int fd)
{
    int domain = 0;
    socklen_t len = sizeof domain;

    sl_syscall(l);
    return getsockopt(fd, SOL_SOCKET, SO_DOMAIN, &domain, &len) ? -1 : domain;
}

/* The kernel would take an IP option on the wrong family with a misleading error, or for the wrong half of a socket. */
static int level_and_name(sl_loop *l, int fd, int family, uint32_t option, int *level, int *name)
{
    if (!option || option >= SLUICE_OPT_COUNT) return -SLUICE_ENOTSUP;
    *level = options[option].level;
    *name = options[option].name;
    if (*level == SOL_SOCKET) return 0;
    if (family == AF_UNSPEC && (family = family_of(l, fd)) < 0) return -sl_err(errno);
    if (family == AF_UNIX) return -SLUICE_ENOTSUP;
    if (*level == IPPROTO_IPV6 && family != AF_INET6) return -SLUICE_ENOTSUP;
    if (options[option].name6 && family == AF_INET6) {
        *level = IPPROTO_IPV6;
        *name = options[option].name6;
    }
    return 0;
}

static int set(sl_loop *l, int fd, int level, int name, int value)
{
    struct ip_mreqn interface = {.imr_ifindex = value};

    sl_syscall(l);
    if (level == IPPROTO_IP && name == IP_MULTICAST_IF) return setsockopt(fd, level, name, &interface, sizeof interface);
    return setsockopt(fd, level, name, &value, sizeof value);
}

int sl_opt_set(sl_loop *l, int fd, int family, uint32_t option, int64_t value)
{
    int level, name, v = (int)value;
    int rc = level_and_name(l, fd, family, option, &level, &name);

    if (rc) return rc;
    if (value < 0 || value > INT32_MAX || (options[option].is_switch && value > 1)) return -SLUICE_EINVAL;
    if (set(l, fd, level, name, v)) return -sl_err(errno);
    /* A dual-stack socket also speaks IPv4; the other name is for those packets. */
    if (level == IPPROTO_IPV6 && options[option].name6 && option != SLUICE_OPT_IP_PKTINFO)
        (void)set(l, fd, IPPROTO_IP, options[option].name, v);
    return 0;
}

int sl_opt_get(sl_loop *l, int fd, uint32_t option, int64_t *value)
{
    int level, name, v = 0;
    socklen_t len = sizeof v;
    int rc = level_and_name(l, fd, AF_UNSPEC, option, &level, &name);

    if (rc) return rc;
    /* IPv4 answers with an address of the interface. */
    if (option == SLUICE_OPT_IP_MULTICAST_IF && level == IPPROTO_IP) return -SLUICE_ENOTSUP;
    sl_syscall(l);
    if (getsockopt(fd, level, name, &v, &len)) return -sl_err(errno);
    /* TCP_CORK and friends come back as a bit pattern on some kernels: a switch is 0 or 1 (see sluice_optval). */
    *value = options[option].is_switch ? v != 0 : (int64_t)(uint32_t)v;
    return 0;
}

int sl_opts_copy(const sl_loop *l, const sluice_sqe *e, sl_opt_list *out)
{
    uint32_t count = e->aux32;

    out->count = 0;
    if (!count) return e->aux ? -SLUICE_EINVAL : 0;
    if (count > SLUICE_MAX_OPTVALS) return -SLUICE_EINVAL;
    const sluice_optval *v = sl_scratch(l, e->aux, count * sizeof *v);
    if (!v) return -SLUICE_EINVAL;
    for (uint32_t i = 0; i < count; i++) {
        out->v[i] = v[i];
        if (out->v[i].reserved) return -SLUICE_EINVAL;
    }
    out->count = count;
    return 0;
}

int sl_opts_set(sl_loop *l, int fd, int family, const sl_opt_list *list)
{
    for (uint32_t i = 0; i < list->count; i++) {
        int rc = sl_opt_set(l, fd, family, list->v[i].option, list->v[i].value);
        if (rc) return rc;
    }
    return 0;
}
