/*
 * dgram_group.c: multicast groups, by the calls that are the same for both families and take an interface's index (RFC
 * 3678, ip(7)).
 */
#include <errno.h>
#include <string.h>

#include "dgram.h"

#if defined(MCAST_JOIN_GROUP)

static bool address_to(uint16_t family, const uint8_t bytes[16], struct sockaddr_storage *ss)
{
    static const uint8_t zero[16];

    memset(ss, 0, sizeof *ss);
    if (family == SLUICE_FAMILY_INET4) {
        ((struct sockaddr_in *)ss)->sin_family = AF_INET;
        memcpy(&((struct sockaddr_in *)ss)->sin_addr, bytes, 4);
        return !memcmp(bytes + 4, zero, 12);
    }
    ((struct sockaddr_in6 *)ss)->sin6_family = AF_INET6;
    memcpy(&((struct sockaddr_in6 *)ss)->sin6_addr, bytes, 16);
    return family == SLUICE_FAMILY_INET6;
}

/* Name of the socket option, or 0: there is no such thing. */
static int option_of(uint32_t what, bool sourced)
{
    switch (what) {
    case SLUICE_CONTROL_JOIN: return sourced ? MCAST_JOIN_SOURCE_GROUP : MCAST_JOIN_GROUP;
    case SLUICE_CONTROL_LEAVE: return sourced ? MCAST_LEAVE_SOURCE_GROUP : MCAST_LEAVE_GROUP;
    case SLUICE_CONTROL_BLOCK: return sourced ? MCAST_BLOCK_SOURCE : 0;
    case SLUICE_CONTROL_UNBLOCK: return sourced ? MCAST_UNBLOCK_SOURCE : 0;
    default: return 0;
    }
}

int sl_group_control(sl_loop *l, const sl_slot *s, uint32_t what, const void *in, uint32_t len)
{
    sluice_group g;
    struct group_source_req with = {0};
    struct group_req any = {0};

    if (len != sizeof g) return -SLUICE_EINVAL;
    memcpy(&g, in, sizeof g);
    if (s->kind != SL_KIND_DATAGRAM) return -SLUICE_ENOTSUP;
    int name = g.sourced > 1 ? 0 : option_of(what, g.sourced);
    static const uint8_t zero[16];
    if (!name || !address_to(g.family, g.group, &with.gsr_group) || !address_to(g.family, g.source, &with.gsr_source) ||
        (!g.sourced && memcmp(g.source, zero, sizeof zero)))
        return -SLUICE_EINVAL;
    if (g.family == SLUICE_FAMILY_INET6 && !(s->flags & SL_F_INET6)) return -SLUICE_EINVAL;
    any.gr_interface = with.gsr_interface = g.interface;
    any.gr_group = with.gsr_group;
    int level = g.family == SLUICE_FAMILY_INET4 ? IPPROTO_IP : IPPROTO_IPV6;
    sl_syscall(l);
    int rc = g.sourced ? setsockopt(s->fd, level, name, &with, sizeof with)
                       : setsockopt(s->fd, level, name, &any, sizeof any);
    return rc ? -sl_msg_err(errno) : 0;
}

#else /* OpenBSD */

int sl_group_control(sl_loop *l, const sl_slot *s, uint32_t what, const void *in, uint32_t len)
{
    (void)l;
    (void)s;
    (void)what;
    (void)in;
    (void)len;
    return -SLUICE_ENOTSUP;
}

#endif
