/* err.c: the one translation from errno to portable codes, and their sentences. */
#include <errno.h>

#include "loop.h"

int sl_err(int os_errno)
{
    switch (os_errno) {
    case EINVAL: case EBADF: case ENOTSOCK: case EDESTADDRREQ: case ENAMETOOLONG: case EISDIR: case EMSGSIZE:
    case EISCONN:
        return SLUICE_EINVAL;
    case ECANCELED: return SLUICE_ECANCELED;
    case ENOMEM: case ENOBUFS: case ENOSPC: return SLUICE_ENOMEM;
    /* EAGAIN reaches a caller in one case only: the backlog of a Unix listener is full (connect(2)). */
    case EBUSY: case EEXIST: case EAGAIN: case EINPROGRESS: return SLUICE_EBUSY;
    case EALREADY: return SLUICE_EALREADY;
    case ENOENT: case ENOTDIR: return SLUICE_ENOENT;
#if defined(ENOTSUP) && ENOTSUP != EOPNOTSUPP
    case ENOTSUP:
#endif
    case EOPNOTSUPP: case ENOPROTOOPT: case EAFNOSUPPORT: case EPROTONOSUPPORT: case EPROTOTYPE: case ESOCKTNOSUPPORT:
        return SLUICE_ENOTSUP;
    case ENOSYS: return SLUICE_ENOSYS;
    case EPERM: case EACCES: case EROFS: return SLUICE_EPERM;
    case EMFILE: case ENFILE: return SLUICE_EMFILE;
    case EADDRINUSE: return SLUICE_EADDRINUSE;
    case EADDRNOTAVAIL: return SLUICE_EADDRNOTAVAIL;
    case ECONNREFUSED: return SLUICE_ECONNREFUSED;
    case ECONNRESET: return SLUICE_ECONNRESET;
    case ECONNABORTED: return SLUICE_ECONNABORTED;
    case EPIPE: case ESHUTDOWN: return SLUICE_EPIPE;
    case ETIMEDOUT: return SLUICE_ETIMEDOUT;
    case ENETUNREACH: case ENETDOWN: return SLUICE_ENETUNREACH;
    case EHOSTUNREACH: case EHOSTDOWN: return SLUICE_EHOSTUNREACH;
    case ENOTCONN: return SLUICE_ENOTCONN;
    case EFAULT: return SLUICE_EFAULT;
    case EIO: return SLUICE_EIO;
    default: return SLUICE_EOTHER;
    }
}

bool sl_accept_passing(int os_errno)
{
    switch (os_errno) {
#if defined(ENONET)
    case ENONET:
#endif
#if defined(EPROTO)
    case EPROTO:
#endif
    case EINTR: case ECONNABORTED: case EPERM: case ENETDOWN: case ENOPROTOOPT: case EHOSTDOWN:
    case EHOSTUNREACH: case ENETUNREACH:
        return true;
    default: return false;
    }
}

bool sl_accept_exhausted(int os_errno)
{
    return os_errno == EMFILE || os_errno == ENFILE || os_errno == ENOBUFS || os_errno == ENOMEM;
}

static const char *const sentences[] = {
    [0] = "success",
    [SLUICE_EINVAL] = "malformed argument or submission",
    [SLUICE_ESTALE] = "the handle has ended",
    [SLUICE_ECANCELED] = "cancelled, by request, by a close, or because an earlier send failed",
    [SLUICE_EOWNER] = "called by a thread that does not own the loop",
    [SLUICE_ENOMEM] = "out of memory, or a configured limit (max_handles, max_ops) is reached",
    [SLUICE_EBUSY] = "an operation of that kind is in flight already, handles are still live, or the peer's backlog is full",
    [SLUICE_EALREADY] = "the handle is closing already",
    [SLUICE_ENOENT] = "no such operation, file or path",
    [SLUICE_ENOTSUP] = "not supported by this engine, kernel or type of socket",
    [SLUICE_ENOSYS] = "the system call does not exist here or is filtered",
    [SLUICE_EPERM] = "permission denied",
    [SLUICE_EMFILE] = "out of file descriptors: raise the limit (ulimit -n) or close some",
    [SLUICE_EADDRINUSE] = "the address is in use",
    [SLUICE_EADDRNOTAVAIL] = "the address is not one of this host, or no port is free",
    [SLUICE_ECONNREFUSED] = "connection refused: nothing listens at the address",
    [SLUICE_ECONNRESET] = "connection reset by the peer",
    [SLUICE_ECONNABORTED] = "connection aborted",
    [SLUICE_EPIPE] = "the sending direction is shut down",
    [SLUICE_ETIMEDOUT] = "connection timed out",
    [SLUICE_ENETUNREACH] = "the network is unreachable or down",
    [SLUICE_EHOSTUNREACH] = "the host is unreachable or down",
    [SLUICE_ENOTCONN] = "the socket is not connected",
    [SLUICE_EFAULT] = "the payload address is not readable",
    [SLUICE_EIO] = "reading the file failed, or it ended early",
    [SLUICE_EMSGSIZE] = "the datagram is larger than the path, the interface or the protocol takes",
    [SLUICE_ENOBUFS] = "the kernel or the interface's queue has no room for the datagram just now",
    [SLUICE_EOTHER] = "another error of the operating system: see its errno",
};

const char *sluice_strerror(int code)
{
    /* Not abs(): negating INT_MIN is undefined. */
    unsigned value = code < 0 ? 0u - (unsigned)code : (unsigned)code;
    if (value >= sizeof sentences / sizeof *sentences) return "unknown error code";
    return sentences[value];
}
