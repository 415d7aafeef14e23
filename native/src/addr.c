/* addr.c: portable addresses to the operating system's and back. */
#include <netinet/in.h>
#include <stddef.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/un.h>

#include "loop.h"

SLUICE_STATIC_ASSERT(sizeof(((struct sockaddr_un *)0)->sun_path) >= SLUICE_PATH_MAX, "a path fits");

static bool zero_from(const uint8_t *bytes, uint32_t from)
{
    for (uint32_t i = from; i < SLUICE_PATH_MAX; i++)
        if (bytes[i]) return false;
    return true;
}

static int unix_to_os(const sluice_addr *a, struct sockaddr_storage *ss, uint32_t *len)
{
    struct sockaddr_un *un = (struct sockaddr_un *)ss;

    if (a->port || a->scope_id || !a->path_len || a->path_len > SLUICE_PATH_MAX) return -SLUICE_EINVAL;
    bool abstract = a->bytes[0] == 0;
    /* A file system path with a zero byte inside would silently name another file. */
    if (!abstract && memchr(a->bytes, 0, a->path_len)) return -SLUICE_EINVAL;
    if (!zero_from(a->bytes, a->path_len)) return -SLUICE_EINVAL;
#if !defined(__linux__)
    if (abstract) return -SLUICE_ENOTSUP; /* names without a file are Linux's own */
#endif
    un->sun_family = AF_UNIX;
    memcpy(un->sun_path, a->bytes, a->path_len);
    /* An abstract name is exactly its bytes; for a path the kernel adds the terminating zero (unix(7)). */
    *len = (uint32_t)offsetof(struct sockaddr_un, sun_path) + a->path_len;
    return 0;
}

int sl_addr_to_os(const sluice_addr *shared, struct sockaddr_storage *ss, uint32_t *len)
{
    sluice_addr copy = *shared, *a = &copy; /* what was checked must be what is used (C7) */

    if (a->reserved || a->reserved2) return -SLUICE_EINVAL;
    memset(ss, 0, sizeof *ss);
    switch (a->family) {
    case SLUICE_FAMILY_INET4: {
        struct sockaddr_in *in4 = (struct sockaddr_in *)ss;
        if (a->scope_id || a->path_len || !zero_from(a->bytes, 4)) return -SLUICE_EINVAL;
        in4->sin_family = AF_INET;
        in4->sin_port = htons(a->port);
        memcpy(&in4->sin_addr, a->bytes, 4);
        *len = sizeof *in4;
        return 0;
    }
    case SLUICE_FAMILY_INET6: {
        struct sockaddr_in6 *in6 = (struct sockaddr_in6 *)ss;
        if (a->path_len || !zero_from(a->bytes, 16)) return -SLUICE_EINVAL;
        in6->sin6_family = AF_INET6;
        in6->sin6_port = htons(a->port);
        in6->sin6_scope_id = a->scope_id;
        memcpy(&in6->sin6_addr, a->bytes, 16);
        *len = sizeof *in6;
        return 0;
    }
    case SLUICE_FAMILY_UNIX: return unix_to_os(a, ss, len);
    default: return -SLUICE_EINVAL;
    }
}

int sl_addr_from_os(const struct sockaddr_storage *ss, uint32_t len, sluice_addr *a)
{
    memset(a, 0, sizeof *a);
    switch (ss->ss_family) {
    case AF_INET: {
        const struct sockaddr_in *in4 = (const struct sockaddr_in *)ss;
        a->family = SLUICE_FAMILY_INET4;
        a->port = ntohs(in4->sin_port);
        memcpy(a->bytes, &in4->sin_addr, 4);
        return 0;
    }
    case AF_INET6: {
        const struct sockaddr_in6 *in6 = (const struct sockaddr_in6 *)ss;
        a->family = SLUICE_FAMILY_INET6;
        a->port = ntohs(in6->sin6_port);
        a->scope_id = in6->sin6_scope_id;
        memcpy(a->bytes, &in6->sin6_addr, 16);
        return 0;
    }
    case AF_UNIX: {
        const struct sockaddr_un *un = (const struct sockaddr_un *)ss;
        uint32_t path = len > offsetof(struct sockaddr_un, sun_path)
                        ? len - (uint32_t)offsetof(struct sockaddr_un, sun_path) : 0;
        a->family = SLUICE_FAMILY_UNIX;
        if (path && un->sun_path[0]) path = (uint32_t)strnlen(un->sun_path, path);
#if !defined(__linux__)
        else path = 0; /* unnamed: the BSDs answer with zeros */
#endif
        /* Linux allows 108 bytes; somebody else may have bound such a name. */
        if (path > SLUICE_PATH_MAX) return -SLUICE_ENOTSUP;
        memcpy(a->bytes, un->sun_path, path);
        a->path_len = path;
        return 0;
    }
    default: return -SLUICE_ENOTSUP;
    }
}
