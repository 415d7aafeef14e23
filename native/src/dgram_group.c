/*
 * dgram_group.c: multicast groups, by the calls that are the same for both families and take an interface's index (RFC
 * 3678, ip(7)). On the BSDs these know no "routing table's choice" (interface 0 is EADDRNOTAVAIL); the older calls, which name an
 * interface by its address, do.
 */
#include <errno.h>
#include <string.h>

#include "dgram.h"

#if !defined(__linux__) || defined(SLUICE_TEST_KQUEUE)
#define INDEX_NEEDED 1
#endif

static int set(sl_loop *l, const sl_slot *s, int level, int name, const void *value, size_t bytes)
{
    sl_syscall(l);
    if (!setsockopt(s->fd, level, name, value, (socklen_t)bytes)) return 0;
    return errno == ENOPROTOOPT ? -SLUICE_ENOTSUP : -sl_msg_err(errno); /* no ICMP error here: a kernel without multicast */
}

static bool zero_from(const uint8_t *bytes, size_t from)
{
    static const uint8_t zero[16];

    return !memcmp(bytes + from, zero, sizeof zero - from);
}

static bool well_formed(const sluice_group *g, bool inet6)
{
    size_t used = g->family == SLUICE_FAMILY_INET4 ? 4 : 16;

    if (g->family != SLUICE_FAMILY_INET4 && (g->family != SLUICE_FAMILY_INET6 || !inet6)) return false;
    return g->sourced <= 1 && zero_from(g->group, used) && zero_from(g->source, g->sourced ? used : 0);
}

/* ------------------------------------------------------------------------------- interface 0 */

#if defined(INDEX_NEEDED)

static int plain4_of(uint32_t what)
{
    return what == SLUICE_CONTROL_JOIN ? IP_ADD_MEMBERSHIP : what == SLUICE_CONTROL_LEAVE ? IP_DROP_MEMBERSHIP : 0;
}

static int plain6_of(uint32_t what)
{
    return what == SLUICE_CONTROL_JOIN ? IPV6_JOIN_GROUP : what == SLUICE_CONTROL_LEAVE ? IPV6_LEAVE_GROUP : 0;
}

static int sourced4_of(uint32_t what)
{
    switch (what) {
#if defined(IP_ADD_SOURCE_MEMBERSHIP)
    case SLUICE_CONTROL_JOIN: return IP_ADD_SOURCE_MEMBERSHIP;
    case SLUICE_CONTROL_LEAVE: return IP_DROP_SOURCE_MEMBERSHIP;
    case SLUICE_CONTROL_BLOCK: return IP_BLOCK_SOURCE;
    case SLUICE_CONTROL_UNBLOCK: return IP_UNBLOCK_SOURCE;
#endif
    default: return 0;
    }
}

/* The address of the interface stays 0: any. */
static int by_route4(sl_loop *l, const sl_slot *s, uint32_t what, const sluice_group *g)
{
    int name = g->sourced ? sourced4_of(what) : plain4_of(what);

    if (!name) return g->sourced ? -SLUICE_ENOTSUP : -SLUICE_EINVAL;
#if defined(IP_ADD_SOURCE_MEMBERSHIP)
    if (g->sourced) {
        struct ip_mreq_source with = {0};
        memcpy(&with.imr_multiaddr, g->group, 4);
        memcpy(&with.imr_sourceaddr, g->source, 4);
        return set(l, s, IPPROTO_IP, name, &with, sizeof with);
    }
#endif
    struct ip_mreq any = {.imr_interface = {0}};
    memcpy(&any.imr_multiaddr, g->group, 4);
    return set(l, s, IPPROTO_IP, name, &any, sizeof any);
}

static int by_route6(sl_loop *l, const sl_slot *s, uint32_t what, const sluice_group *g)
{
    struct ipv6_mreq any = {.ipv6mr_interface = 0};
    int name = plain6_of(what);

    if (g->sourced) return -SLUICE_EADDRNOTAVAIL; /* there is no older call for it */
    if (!name) return -SLUICE_EINVAL;
    memcpy(&any.ipv6mr_multiaddr, g->group, 16);
    return set(l, s, IPPROTO_IPV6, name, &any, sizeof any);
}

#endif

/* ------------------------------------------------------------------------------- by index */

#if defined(MCAST_JOIN_GROUP)

static void address_to(uint16_t family, const uint8_t bytes[16], struct sockaddr_storage *ss)
{
    memset(ss, 0, sizeof *ss);
#if !defined(__linux__) /* nobody sets it on the way into the kernel, as for a bind; it is compared */
    ss->ss_len = family == SLUICE_FAMILY_INET4 ? sizeof(struct sockaddr_in) : sizeof(struct sockaddr_in6);
#endif
    if (family == SLUICE_FAMILY_INET4) {
        ((struct sockaddr_in *)ss)->sin_family = AF_INET;
        memcpy(&((struct sockaddr_in *)ss)->sin_addr, bytes, 4);
    } else {
        ((struct sockaddr_in6 *)ss)->sin6_family = AF_INET6;
        memcpy(&((struct sockaddr_in6 *)ss)->sin6_addr, bytes, 16);
    }
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

static int by_index(sl_loop *l, const sl_slot *s, uint32_t what, const sluice_group *g)
{
    struct group_source_req with = {0};
    struct group_req any = {0};
    int name = option_of(what, g->sourced), level = g->family == SLUICE_FAMILY_INET4 ? IPPROTO_IP : IPPROTO_IPV6;

    if (!name) return -SLUICE_EINVAL;
    any.gr_interface = with.gsr_interface = g->interface;
    address_to(g->family, g->group, &any.gr_group);
    with.gsr_group = any.gr_group;
    if (!g->sourced) return set(l, s, level, name, &any, sizeof any);
    address_to(g->family, g->source, &with.gsr_source);
    return set(l, s, level, name, &with, sizeof with);
}

#else /* OpenBSD */

static int by_index(sl_loop *l, const sl_slot *s, uint32_t what, const sluice_group *g)
{
    struct ipv6_mreq any = {.ipv6mr_interface = g->interface};
    int name = plain6_of(what);

    if (g->family == SLUICE_FAMILY_INET4 || g->sourced) return -SLUICE_ENOTSUP;
    if (!name) return -SLUICE_EINVAL;
    memcpy(&any.ipv6mr_multiaddr, g->group, 16);
    return set(l, s, IPPROTO_IPV6, name, &any, sizeof any);
}

#endif

int sl_group_control(sl_loop *l, const sl_slot *s, uint32_t what, const void *in, uint32_t len)
{
    sluice_group g;

    if (len != sizeof g) return -SLUICE_EINVAL;
    memcpy(&g, in, sizeof g);
    if (s->kind != SL_KIND_DATAGRAM) return -SLUICE_ENOTSUP;
    if (!well_formed(&g, s->flags & SL_F_INET6)) return -SLUICE_EINVAL;
#if defined(INDEX_NEEDED)
    if (!g.interface) return g.family == SLUICE_FAMILY_INET4 ? by_route4(l, s, what, &g) : by_route6(l, s, what, &g);
#endif
    return by_index(l, s, what, &g);
}
