/* opt.c: socket options by portable number. */
#include <errno.h>
#include <netinet/in.h>
#include <sys/socket.h>

#include "os.h"

/* The kernel would take an IP option on the wrong family with a misleading error, or for the wrong half of a socket. */
static int level_and_name(sl_loop *l, int fd, int family, uint32_t option, int *level, int *name)
{
    if (option >= SLUICE_OPT_COUNT) return -SLUICE_ENOTSUP;
    const sl_os_option *o = &sl_os_options[option];
    *level = o->level;
    *name = o->name;
    if (!o->name && !o->name6) return -SLUICE_ENOTSUP;
    if (*level == SOL_SOCKET) return 0;
    if (family == AF_UNSPEC && (family = sl_os_family(l, fd)) < 0) return -sl_err(-family);
    if (family == AF_UNIX) return -SLUICE_ENOTSUP;
    if (*level == IPPROTO_IPV6 && family != AF_INET6) return -SLUICE_ENOTSUP;
    if (o->name6 && family == AF_INET6) {
        *level = IPPROTO_IPV6;
        *name = o->name6;
    }
    return *name ? 0 : -SLUICE_ENOTSUP;
}

static int set(sl_loop *l, int fd, int level, int name, int value)
{
    sl_syscall(l);
    if (level == IPPROTO_IP && name == IP_MULTICAST_IF) {
#if defined(__NetBSD__)
        errno = EOPNOTSUPP; /* takes an address only */
        return -1;
#else
        struct ip_mreqn interface = {.imr_ifindex = value};
        return setsockopt(fd, level, name, &interface, sizeof interface);
#endif
    }
#if !defined(__linux__)
    if (level == IPPROTO_IP && (name == IP_MULTICAST_TTL || name == IP_MULTICAST_LOOP)) { /* one byte, everywhere */
        unsigned char byte = (unsigned char)value;
        return setsockopt(fd, level, name, &byte, sizeof byte);
    }
#endif
    return setsockopt(fd, level, name, &value, sizeof value);
}

int sl_opt_set(sl_loop *l, int fd, int family, uint32_t option, int64_t value)
{
    int level, name, v = (int)value;
    int rc = level_and_name(l, fd, family, option, &level, &name);

    if (rc) return rc;
    if (value < 0 || value > INT32_MAX || (sl_os_options[option].is_switch && value > 1)) return -SLUICE_EINVAL;
    if (set(l, fd, level, name, v)) return -sl_err(errno);
    /* A dual-stack socket also speaks IPv4; the other name is for those packets. */
    if (level == IPPROTO_IPV6 && sl_os_options[option].name6 && sl_os_options[option].name && option != SLUICE_OPT_IP_PKTINFO)
        (void)set(l, fd, IPPROTO_IP, sl_os_options[option].name, v);
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
    *value = sl_os_options[option].is_switch ? v != 0 : (int64_t)(uint32_t)v;
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
