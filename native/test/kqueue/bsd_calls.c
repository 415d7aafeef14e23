/*
 * bsd_calls.c: system calls of the double that BSD kernels refuse and Linux does not. They stand before the C library's for the code that
 * is tested:
 *
 *   setsockopt   MCAST_*: interface 0 is EADDRNOTAVAIL (macOS, FreeBSD: in_mcast.c, in6_mcast.c)
 *   sendmsg      more than INT_MAX bytes are EINVAL (macOS: sosend in uipc_socket.c)
 */
#include <errno.h>
#include <limits.h>
#include <netinet/in.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/syscall.h>
#include <sys/uio.h>
#include <unistd.h>

static int for_groups(int level, int name)
{
    if (level != IPPROTO_IP && level != IPPROTO_IPV6) return 0;
    switch (name) {
    case MCAST_JOIN_GROUP: case MCAST_LEAVE_GROUP: case MCAST_JOIN_SOURCE_GROUP: case MCAST_LEAVE_SOURCE_GROUP:
    case MCAST_BLOCK_SOURCE: case MCAST_UNBLOCK_SOURCE: return 1;
    default: return 0;
    }
}

int setsockopt(int fd, int level, int name, const void *value, socklen_t bytes)
{
    uint32_t interface; /* comes first in group_req and in group_source_req */

    if (for_groups(level, name) && bytes >= sizeof interface) {
        memcpy(&interface, value, sizeof interface);
        if (!interface) {
            errno = EADDRNOTAVAIL;
            return -1;
        }
    }
    return (int)syscall(SYS_setsockopt, fd, level, name, value, bytes);
}

ssize_t sendmsg(int fd, const struct msghdr *m, int flags)
{
    size_t bytes = 0;

    for (size_t i = 0; i < (size_t)m->msg_iovlen; i++) bytes += m->msg_iov[i].iov_len;
    if (bytes > INT_MAX) {
        errno = EINVAL;
        return -1;
    }
    return syscall(SYS_sendmsg, fd, m, flags);
}
