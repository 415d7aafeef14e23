/*
 * dgram_meta.c: sluice_meta from and to the kernel's names and control messages. Pure functions over bytes: nothing here
 * makes a system call, and what the kernel wrote is read with bounds checks, never through a cast.
 *
 * Which control message carries what: ip(7), ipv6(7), udp(7), RFC 3542.
 */
#include <errno.h>
#include <string.h>
#if defined(__linux__)
#include <time.h> /* before errqueue.h, which uses struct timespec */

#include <linux/errqueue.h>
#endif

#include "dgram.h"
#include "os.h"

/* ------------------------------------------------------------------------------- reading */

/* One control message. false: there is no further whole one. */
bool sl_cmsg_next(const sl_msg_raw *raw, size_t *at, sl_cmsg *out)
{
    struct cmsghdr h;

    if (*at > raw->control_bytes || raw->control_bytes - *at < sizeof h) return false;
    memcpy(&h, raw->control + *at, sizeof h);
    if (h.cmsg_len < CMSG_LEN(0) || h.cmsg_len > raw->control_bytes - *at) return false;
    *out = (sl_cmsg){h.cmsg_level, h.cmsg_type, raw->control + *at + CMSG_LEN(0), h.cmsg_len - CMSG_LEN(0)};
    *at += CMSG_SPACE(h.cmsg_len - CMSG_LEN(0));
    return true;
}

static bool take(const sl_cmsg *c, void *out, size_t bytes)
{
    if (c->bytes < bytes) return false;
    memcpy(out, c->data, bytes);
    return true;
}

/* Family, port, scope, address. Anything but IPv4 and IPv6 leaves family 0. */
static void name_from(const uint8_t *name, size_t bytes, sluice_meta *m)
{
    sa_family_t family;
    struct sockaddr_in in4;
    struct sockaddr_in6 in6;

    if (bytes < sizeof family) return;
    memcpy(&family, name, sizeof family);
    if (family == AF_INET && bytes >= sizeof in4) {
        memcpy(&in4, name, sizeof in4);
        m->family = SLUICE_FAMILY_INET4;
        m->port = ntohs(in4.sin_port);
        memcpy(m->addr, &in4.sin_addr, 4);
    } else if (family == AF_INET6 && bytes >= sizeof in6) {
        memcpy(&in6, name, sizeof in6);
        m->family = SLUICE_FAMILY_INET6;
        m->port = ntohs(in6.sin6_port);
        m->scope_id = in6.sin6_scope_id;
        memcpy(m->addr, &in6.sin6_addr, 16);
    }
}

static void tos_from(const sl_cmsg *c, sluice_meta *m)
{
    int wide;

    if (take(c, &wide, sizeof wide)) m->tos = (uint8_t)wide; /* IPV6_TCLASS */
    else if (!take(c, &m->tos, 1)) return;                   /* IP_TOS is one byte */
    m->flags |= SLUICE_META_HAS_TOS;
}

static bool is_mapped(const uint8_t *six)
{
    static const uint8_t prefix[12] = {[10] = 0xff, [11] = 0xff};

    return !memcmp(six, prefix, sizeof prefix);
}

/* Groups and 255.255.255.255, and what is reserved in between: nothing of it is one host's. */
static bool is_many4(const uint8_t *four) { return four[0] >= 224; }

static void local_from(const sl_cmsg *c, sluice_meta *m)
{
    struct in6_pktinfo in6;
    bool many = false;

#if defined(IP_PKTINFO)
    struct in_pktinfo in4;
    if (c->level == IPPROTO_IP && c->type == IP_PKTINFO && take(c, &in4, sizeof in4)) {
        memcpy(m->local, &in4.ipi_addr, 4);
        m->interface = (uint32_t)in4.ipi_ifindex;
        m->flags |= SLUICE_META_HAS_LOCAL;
        many = is_many4(m->local);
#if defined(__linux__)
        many |= in4.ipi_spec_dst.s_addr != in4.ipi_addr.s_addr; /* ip(7): who received it, if it was not sent to one */
#endif
    }
#endif
    if (c->level == IPPROTO_IPV6 && c->type == IPV6_PKTINFO && take(c, &in6, sizeof in6)) {
        memcpy(m->local, &in6.ipi6_addr, 16);
        m->interface = (uint32_t)in6.ipi6_ifindex;
        m->flags |= SLUICE_META_HAS_LOCAL;
        many = is_mapped(m->local) ? is_many4(m->local + 12) : m->local[0] == 0xff;
    }
    if (many) m->flags |= SLUICE_META_TO_MANY;
}

void sl_meta_received(const sl_msg_raw *raw, sluice_meta *m)
{
    size_t at = 0;
    sl_cmsg c;
    int segment;

    *m = (sluice_meta){0};
    name_from(raw->name, raw->name_bytes, m);
    if (raw->flags & MSG_TRUNC) m->flags |= SLUICE_META_TRUNCATED;
    while (sl_cmsg_next(raw, &at, &c)) {
        if (c.level == IPPROTO_UDP && c.type == UDP_GRO) {
            if (take(&c, &segment, sizeof segment)) m->segment = (uint16_t)segment;
        } else if (c.level == SOL_SOCKET && c.type == SL_OS_RXQ_OVFL) {
            if (take(&c, &m->drops, sizeof m->drops)) m->flags |= SLUICE_META_HAS_DROPS;
        } else if ((c.level == IPPROTO_IP && c.type == SL_OS_TOS_TOLD) || (c.level == IPPROTO_IPV6 && c.type == IPV6_TCLASS)) {
            tos_from(&c, m);
        } else {
            local_from(&c, m);
        }
    }
}

/* ------------------------------------------------------------------------------- the error queue */

#if defined(__linux__)

static uint8_t origin_of(const struct sock_extended_err *ee)
{
    switch (ee->ee_origin) {
    case SO_EE_ORIGIN_ICMP: return SLUICE_ORIGIN_ICMP;
    case SO_EE_ORIGIN_ICMP6: return SLUICE_ORIGIN_ICMP6;
    default: return 0;
    }
}

/* Behind the error lies the address of who told it (ip(7), SO_EE_OFFENDER). On an IPv6 socket that of an IPv4 router is
   mapped already. */
static void offender_from(const sl_cmsg *c, sluice_meta *m)
{
    sluice_meta offender = {0};

    name_from(c->data + sizeof(struct sock_extended_err), c->bytes - sizeof(struct sock_extended_err), &offender);
    if (!offender.family || (m->family && m->family != offender.family)) return;
    memcpy(m->local, offender.addr, sizeof m->local);
    m->flags |= SLUICE_META_HAS_LOCAL;
}

bool sl_meta_error(const sl_msg_raw *raw, sluice_meta *m)
{
    size_t at = 0;
    sl_cmsg c;
    struct sock_extended_err ee;

    *m = (sluice_meta){.flags = SLUICE_META_ERROR};
    name_from(raw->name, raw->name_bytes, m);
    while (sl_cmsg_next(raw, &at, &c)) {
        bool four = c.level == IPPROTO_IP && c.type == IP_RECVERR, six = c.level == IPPROTO_IPV6 && c.type == IPV6_RECVERR;
        if (!(four || six) || !take(&c, &ee, sizeof ee)) continue;
        if (!(m->origin = origin_of(&ee))) return false;
        m->code = (uint16_t)sl_msg_err((int)ee.ee_errno);
        m->os_errno = ee.ee_errno;
        m->icmp_type = ee.ee_type;
        m->icmp_code = ee.ee_code;
        if (ee.ee_errno == EMSGSIZE) m->info = ee.ee_info;
        offender_from(&c, m);
        return true;
    }
    return false;
}

#else /* no other system has one */

bool sl_meta_error(const sl_msg_raw *raw, sluice_meta *m)
{
    (void)raw;
    (void)m;
    return false;
}

#endif

int sl_msg_err(int os_errno)
{
    switch (os_errno) {
    case EMSGSIZE: return SLUICE_EMSGSIZE;
    case ENOBUFS: return SLUICE_ENOBUFS;
    case EDESTADDRREQ: return SLUICE_ENOTCONN; /* no destination, and no peer to take its place */
#if defined(ENONET)
    case ENONET: return SLUICE_EHOSTUNREACH;   /* ICMP: host isolated */
#endif
    case ENOPROTOOPT: return SLUICE_ECONNREFUSED; /* ICMP: the host does not know the protocol */
    default: return sl_err(os_errno);
    }
}

/* ------------------------------------------------------------------------------- sending */

static bool all_zero(const uint8_t *bytes, size_t from, size_t to)
{
    static const uint8_t zero[16];

    return !memcmp(bytes + from, zero, to - from);
}

bool sl_meta_valid(const sluice_meta *m, bool inet6)
{
    const uint16_t known = SLUICE_META_HAS_LOCAL | SLUICE_META_HAS_TOS;
    bool four = m->family == SLUICE_FAMILY_INET4 || (!m->family && !inet6);

    if ((m->flags & ~known) || m->origin || m->stream || m->ppid || m->assoc || m->drops) return false;
    if (!(m->flags & SLUICE_META_HAS_TOS) && m->tos) return false;
    if (!all_zero(m->local, m->flags & SLUICE_META_HAS_LOCAL ? (four ? 4 : 16) : 0, 16)) return false;
    switch (m->family) {
    case 0: return !m->port && !m->scope_id && all_zero(m->addr, 0, 16);
    case SLUICE_FAMILY_INET4: return !m->scope_id && all_zero(m->addr, 4, 16);
    case SLUICE_FAMILY_INET6: return inet6;
    default: return false;
    }
}

static void map(const uint8_t *four, uint8_t *six)
{
    memset(six, 0, 10);
    memset(six + 10, 0xff, 2);
    memcpy(six + 12, four, 4);
}

static void name_to(const sluice_meta *m, bool inet6, struct msghdr *h, struct sockaddr_in6 *name)
{
    struct sockaddr_in in4 = {.sin_family = AF_INET, .sin_port = htons(m->port)};

    h->msg_name = name;
    if (!inet6) {
        memcpy(&in4.sin_addr, m->addr, 4);
        memcpy(name, &in4, sizeof in4);
        h->msg_namelen = sizeof in4;
        return;
    }
    *name = (struct sockaddr_in6){.sin6_family = AF_INET6, .sin6_port = htons(m->port), .sin6_scope_id = m->scope_id};
    if (m->family == SLUICE_FAMILY_INET4) map(m->addr, name->sin6_addr.s6_addr);
    else memcpy(&name->sin6_addr, m->addr, 16);
    h->msg_namelen = sizeof *name;
}

void sl_cmsg_put(struct msghdr *h, int level, int type, const void *data, size_t bytes)
{
    struct cmsghdr c = {.cmsg_len = (SL_OS_CONTROLLEN)CMSG_LEN(bytes), .cmsg_level = level, .cmsg_type = type};
    uint8_t *at = (uint8_t *)h->msg_control + h->msg_controllen;

    memcpy(at, &c, sizeof c);
    memcpy(at + CMSG_LEN(0), data, bytes);
    h->msg_controllen += (SL_OS_CONTROLLEN)CMSG_SPACE(bytes);
}

static void put_source(const sluice_meta *m, bool inet6, struct msghdr *h)
{
    if (!inet6) {
#if defined(IP_PKTINFO)
        struct in_pktinfo info = {0};
        info.ipi_ifindex = (SL_OS_IPV4_INTERFACE)m->interface;
#if defined(__NetBSD__)
        memcpy(&info.ipi_addr, m->local, 4); /* one field for either direction */
#else
        memcpy(&info.ipi_spec_dst, m->local, 4);
#endif
        sl_cmsg_put(h, IPPROTO_IP, IP_PKTINFO, &info, sizeof info);
#elif defined(IP_SENDSRCADDR)
        if (m->flags & SLUICE_META_HAS_LOCAL) sl_cmsg_put(h, IPPROTO_IP, IP_SENDSRCADDR, m->local, 4);
#endif
        return;
    }
    struct in6_pktinfo info = {.ipi6_ifindex = m->interface};
    if (m->family == SLUICE_FAMILY_INET4 && (m->flags & SLUICE_META_HAS_LOCAL)) map(m->local, info.ipi6_addr.s6_addr);
    else memcpy(&info.ipi6_addr, m->local, 16);
    sl_cmsg_put(h, IPPROTO_IPV6, IPV6_PKTINFO, &info, sizeof info);
}

void sl_meta_to_send(const sluice_meta *m, bool inet6, struct msghdr *h, sl_msg_out *o)
{
    h->msg_control = NULL;
    h->msg_controllen = 0;
    if (m->family) name_to(m, inet6, h, &o->name);
    if (!m->flags && !m->interface && !m->segment) return; /* an address alone, as of most */
    memset(&o->control, 0, sizeof o->control); /* the gaps between control messages, too: they go to the kernel */
    h->msg_control = o->control.bytes;
    if ((m->flags & SLUICE_META_HAS_LOCAL) || m->interface) put_source(m, inet6, h);
    if (m->flags & SLUICE_META_HAS_TOS) {
        int tos = m->tos;
        /* On its way to a mapped address a datagram of an IPv6 socket is IPv4, and the kernel looks for IPv4's option. */
        bool four = !inet6 || m->family == SLUICE_FAMILY_INET4 || (m->family && is_mapped(m->addr));
        SL_OS_TOS_SENT tos4 = m->tos;
        if (four) sl_cmsg_put(h, IPPROTO_IP, IP_TOS, &tos4, sizeof tos4);
        else sl_cmsg_put(h, IPPROTO_IPV6, IPV6_TCLASS, &tos, sizeof tos);
    }
    if (m->segment) sl_cmsg_put(h, IPPROTO_UDP, UDP_SEGMENT, &m->segment, sizeof m->segment);
    if (!h->msg_controllen) h->msg_control = NULL;
}
