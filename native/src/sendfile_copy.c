/* sendfile_copy.c: a region of a file by read and send, on systems whose kernel does not do it, or not for this kind of socket. */
#include <errno.h>
#include <unistd.h>

#include "os.h"

#define CHUNK_BYTES 16384u /* on the stack; what one send of a loaded socket takes anyway */

int sl_send_file_copied(sl_loop *l, int socket, int file, uint64_t position, uint32_t bytes, uint32_t *sent)
{
    uint8_t chunk[CHUNK_BYTES];

    *sent = 0;
    while (*sent < bytes) {
        uint32_t left = bytes - *sent;
        ssize_t got = pread(file, chunk, left < CHUNK_BYTES ? left : CHUNK_BYTES, (off_t)(position + *sent));
        sl_syscall(l);
        if (got < 0 && errno == EINTR) continue;
        if (got <= 0) return -EIO; /* unreadable, or the file ends before the region does */
        ssize_t n = send(socket, chunk, (size_t)got, SL_OS_MSG_NOSIGNAL);
        sl_syscall(l);
        if (n >= 0) *sent += (uint32_t)n; /* a part of the chunk: the rest is read once more */
        else if (errno == EAGAIN) return 0;
        else if (!sl_os_send_again(errno)) return -errno;
    }
    return 1;
}
