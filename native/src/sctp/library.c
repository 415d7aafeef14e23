/*
 * library.c: loading a private copy of usrsctp.
 *
 * The dynamic linker gives every file one copy, so a copy needs a file of its own: an anonymous one in memory, reached as
 * /proc/self/fd/N. The descriptor stays open as long as the copy is loaded, because the linker knows libraries by name
 * first, and another stack could be given the same N. Where the system loads nothing from memory (/proc is missing,
 * vm.memfd_noexec, another system than Linux), the caller brings a file of its own.
 */
#include <dlfcn.h>
#include <errno.h>
#include <fcntl.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>
#if defined(__linux__)
#include <linux/memfd.h>
#include <sys/syscall.h>
#endif

#include "sctp/library.h"

#define DEFAULT_NAME "libusrsctp.so.2"
#define INSTALL "install it (Debian: libusrsctp2) or name its file"
#define COPY_BYTES 16384

int ssc_library_fault(sluice_sctp_probe_info *why, int os_errno, const char *format, ...)
{
    if (!why) return -SLUICE_SCTP_ELIBRARY;
    va_list args;
    va_start(args, format);
    vsnprintf(why->reason, sizeof why->reason, format, args);
    va_end(args);
    why->usable = 0;
    why->os_errno = os_errno;
    return -SLUICE_SCTP_ELIBRARY;
}

/* The file that dlopen() would take for the name: only the linker knows its own search path. */
static int locate(const char *name, char *path, size_t cap, sluice_sctp_probe_info *why)
{
    void *handle = dlopen(name, RTLD_LAZY | RTLD_LOCAL);
    if (!handle) return ssc_library_fault(why, ENOENT, "usrsctp was not found: %s; " INSTALL ".", dlerror());
    void *symbol = dlsym(handle, "usrsctp_init_nothreads");
    Dl_info info;
    int code = 0;
    if (!symbol || !dladdr(symbol, &info) || strlen(info.dli_fname) >= cap)
        code = ssc_library_fault(why, 0, "%s is not usrsctp 0.9.5 or newer (no usrsctp_init_nothreads); " INSTALL ".", name);
    else memcpy(path, info.dli_fname, strlen(info.dli_fname) + 1);
    dlclose(handle);
    return code;
}

static bool copy_all(int from, int to)
{
    char buf[COPY_BYTES];
    for (;;) {
        ssize_t n = read(from, buf, sizeof buf);
        if (n < 0 && errno == EINTR) continue;
        if (n <= 0) return n == 0;
        for (ssize_t done = 0; done < n;) {
            ssize_t w = write(to, buf + done, (size_t)(n - done));
            if (w < 0 && errno != EINTR) return false;
            if (w > 0) done += w;
        }
    }
}

/* A descriptor of an anonymous copy, or -1 with errno. */
static int memory_copy(int from)
{
#if defined(__linux__)
    /* glibc has memfd_create() from 2.27 on only. */
    int fd = (int)syscall(SYS_memfd_create, "sluice-usrsctp", MFD_CLOEXEC);
#else
    int fd = -1;
    errno = ENOSYS; /* nothing is loaded from memory here */
#endif
    if (fd < 0) return -1;
    if (copy_all(from, fd)) return fd;
    int err = errno;
    close(fd);
    errno = err;
    return -1;
}

static int open_copy(ssc_library *lib, const char *path, sluice_sctp_probe_info *why)
{
    int file = open(path, O_RDONLY | O_CLOEXEC);
    if (file < 0)
        return ssc_library_fault(why, errno, "%s cannot be read: %s; " INSTALL ".", path, strerror(errno));
    lib->memfd = memory_copy(file);
    int err = errno;
    close(file);
    if (lib->memfd < 0)
        return ssc_library_fault(why, err, "a copy of %s in memory cannot be made: %s; give the stack a file of its own.",
                                 path, strerror(err));
    char name[64];
    snprintf(name, sizeof name, "/proc/self/fd/%d", lib->memfd);
    lib->handle = dlopen(name, RTLD_NOW | RTLD_LOCAL);
    if (lib->handle) {
        if (why) why->from_memory = 1;
        return 0;
    }
    ssc_library_fault(why, ENOEXEC, "a copy of %s in memory cannot be loaded: %s; give the stack a file of its own.", path,
                      dlerror());
    close(lib->memfd);
    lib->memfd = -1;
    return -SLUICE_SCTP_ELIBRARY;
}

static int find_functions(ssc_library *lib, const char *path, sluice_sctp_probe_info *why)
{
/* POSIX lets dlsym's object pointer be stored in a function pointer; ISO C only through memory. */
#define SSC_FIND(result, name, arguments) do { \
        void *found = dlsym(lib->handle, "usrsctp_" #name); \
        if (!found) \
            return ssc_library_fault(why, 0, "%s is not usrsctp 0.9.5 or newer (no usrsctp_" #name "); " INSTALL ".", path); \
        memcpy(&lib->name, &found, sizeof found); \
    } while (0);
    SSC_FUNCTIONS(SSC_FIND)
#undef SSC_FIND
    return 0;
}

int ssc_library_load(ssc_library *lib, const char *path, bool private_file, sluice_sctp_probe_info *why)
{
    char located[4096];

    memset(lib, 0, sizeof *lib);
    lib->memfd = -1;
    if (!path) {
        if (private_file) return ssc_library_fault(why, EINVAL, "no file is named that could be the stack's own.");
        int code = locate(DEFAULT_NAME, located, sizeof located, why);
        if (code) return code;
        path = located;
    }
    int code = 0;
    if (private_file) {
        lib->handle = dlopen(path, RTLD_NOW | RTLD_LOCAL);
        if (!lib->handle) code = ssc_library_fault(why, ENOENT, "%s cannot be loaded: %s; " INSTALL ".", path, dlerror());
    } else code = open_copy(lib, path, why);
    if (code) return code;
    code = find_functions(lib, path, why);
    if (code) ssc_library_unload(lib);
    return code;
}

void ssc_library_unload(ssc_library *lib)
{
    if (lib->handle) dlclose(lib->handle);
    if (lib->memfd >= 0) close(lib->memfd);
    lib->handle = NULL;
    lib->memfd = -1;
}
