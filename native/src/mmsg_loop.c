/*
 * mmsg_loop.c: several datagrams by one call each: on systems without recvmmsg and sendmmsg, and where sendmmsg would swallow an
 * error.
 */
#include <errno.h>

#include "os.h"

int sl_receive_messages_singly(sl_loop *l, int fd, sl_mmsg *m, uint32_t n, int *after)
{
    uint32_t got = 0;

    *after = 0;
    while (got < n) {
        sl_syscall(l);
        ssize_t bytes = recvmsg(fd, &m[got].msg_hdr, MSG_DONTWAIT);
        if (bytes < 0) {
            if (!got) return -1;
            /* The next call would not tell it: the error is off the socket now. */
            if (errno != EAGAIN && errno != EINTR) *after = errno;
            break;
        }
        m[got++].msg_len = (unsigned)bytes;
    }
    return (int)got;
}

uint32_t sl_send_messages_singly(sl_loop *l, int fd, sl_mmsg *m, uint32_t n, int *failed)
{
    uint32_t sent = 0;

    *failed = 0;
    while (sent < n) {
        sl_syscall(l);
        if (sendmsg(fd, &m[sent].msg_hdr, MSG_DONTWAIT | SL_OS_MSG_NOSIGNAL) < 0) {
            *failed = errno;
            break;
        }
        sent++;
    }
    return sent;
}
