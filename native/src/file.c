/*
 * file.c: the files of SENDFILE.
 *
 * The caller gets an id, generation << 16 | index, not a descriptor: a SENDFILE that is still queued when its file is
 * closed must not send from whatever file gets the descriptor next. The descriptor is closed when the caller closed the
 * file and no queued SENDFILE refers to it.
 */
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "loop.h"

#define FILES_FIRST 16u
#define FILES_MAX 65536u

static int open_regular(sl_loop *l, const char *path)
{
    struct stat st;

    /* O_NONBLOCK: the open of a FIFO must not hold up the loop. It means nothing for regular files. */
    int fd = open(path, O_RDONLY | O_CLOEXEC | O_NOCTTY | O_NONBLOCK);
    sl_syscall(l);
    if (fd < 0) return -sl_err(errno);
    sl_syscall(l);
    if (fstat(fd, &st) || !S_ISREG(st.st_mode)) {
        close(fd);
        sl_syscall(l);
        return -SLUICE_EINVAL;
    }
    return fd;
}

static int free_entry(sl_loop *l)
{
    for (uint32_t i = 0; i < l->files_cap; i++)
        if (l->files[i].fd < 0) return (int)i;
    if (l->files_cap == FILES_MAX) return -SLUICE_ENOMEM;
    uint32_t cap = l->files_cap ? l->files_cap * 2 : FILES_FIRST;
    sl_file *bigger = realloc(l->files, cap * sizeof *bigger);
    if (!bigger) return -SLUICE_ENOMEM;
    for (uint32_t i = l->files_cap; i < cap; i++) bigger[i] = (sl_file){.fd = -1};
    int index = (int)l->files_cap;
    l->files = bigger;
    l->files_cap = cap;
    return index;
}

int sl_file_open(sl_loop *l, const void *path, uint32_t len)
{
    char name[PATH_MAX];

    if (!len || len >= sizeof name || memchr(path, 0, len)) return -SLUICE_EINVAL;
    memcpy(name, path, len);
    name[len] = 0;
    int index = free_entry(l);
    if (index < 0) return index;
    int fd = open_regular(l, name);
    if (fd < 0) return fd;
    sl_file *f = &l->files[index];
    f->fd = fd;
    f->refs = 0;
    f->closed = false;
    return f->generation << 16 | index;
}

static void release(sl_loop *l, sl_file *f)
{
    close(f->fd);
    sl_syscall(l);
    f->fd = -1;
    f->generation = (f->generation + 1) & 0x7fff;
}

static sl_file *find(sl_loop *l, int32_t id)
{
    uint32_t index = (uint32_t)id & 0xffff;

    if (id < 0 || index >= l->files_cap) return NULL;
    sl_file *f = &l->files[index];
    return f->fd >= 0 && !f->closed && f->generation == (uint32_t)id >> 16 ? f : NULL;
}

int sl_file_close(sl_loop *l, int32_t id)
{
    sl_file *f = find(l, id);

    if (!f) return -SLUICE_ENOENT;
    f->closed = true;
    if (!f->refs) release(l, f);
    return 0;
}

int32_t sl_file_ref(sl_loop *l, int32_t id)
{
    sl_file *f = find(l, id);

    if (!f) return -1;
    f->refs++;
    return (int32_t)(f - l->files);
}

void sl_file_unref(sl_loop *l, int32_t index)
{
    sl_file *f = &l->files[index];

    if (!--f->refs && f->closed) release(l, f);
}

void sl_files_free(sl_loop *l)
{
    for (uint32_t i = 0; i < l->files_cap; i++)
        if (l->files[i].fd >= 0) close(l->files[i].fd);
    free(l->files);
    l->files = NULL;
    l->files_cap = 0;
}
