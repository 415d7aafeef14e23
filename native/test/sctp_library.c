/* sctp_library: what is said when usrsctp is absent, broken or something else, and the two ways of loading it. */
#include <dlfcn.h>
#include <fcntl.h>
#include <sys/stat.h>

#include "sctp/net.h"

static void refused(const char *path, const char *part, const char *remedy)
{
    sluice_sctp_probe_info info = { .size = sizeof info };
    CHECK_EQ(sluice_sctp_probe(path, &info), 0);
    CHECK_EQ(info.usable, 0);
    CHECK_MSG(strstr(info.reason, part) && strstr(info.reason, remedy), "%s", info.reason);
    CHECK_EQ(info.reason[strlen(info.reason) - 1], '.');
    printf("%s\n", info.reason);
    sluice_sctp_config c = { .size = sizeof c };
    sluice_sctp *s;
    memset(info.reason, 0, sizeof info.reason);
    CHECK_EQ(sluice_sctp_open(&c, path, &info, &s), -SLUICE_SCTP_ELIBRARY);
    CHECK(s == NULL);
    CHECK(strstr(info.reason, part));
    CHECK_EQ(sluice_sctp_open(&c, path, NULL, &s), -SLUICE_SCTP_ELIBRARY);
}

static void where(char *path, size_t cap)
{
    void *handle = dlopen("libusrsctp.so.2", RTLD_LAZY);
    Dl_info info;
    CHECK(handle);
    CHECK(dladdr(dlsym(handle, "usrsctp_finish"), &info));
    snprintf(path, cap, "%s", info.dli_fname);
    dlclose(handle);
}

/* A file of its own, as where nothing can be loaded from memory; the caller may delete it at once. */
static void private_file(const char *original)
{
    char path[] = "/tmp/sluice-usrsctp-XXXXXX", command[8192];
    int fd = CHECK_SYS(mkstemp(path));
    close(fd);
    snprintf(command, sizeof command, "cp '%s' '%s'", original, path);
    CHECK_EQ(system(command), 0);
    sluice_sctp_config c = { .size = sizeof c, .flags = SLUICE_SCTP_PRIVATE_FILE };
    sluice_sctp *s;
    CHECK_EQ(sluice_sctp_open(&c, path, NULL, &s), 0);
    CHECK_SYS(unlink(path));
    CHECK_EQ(sluice_sctp_destroy(s, 0), 0);
    CHECK_EQ(sluice_sctp_open(&c, NULL, NULL, &s), -SLUICE_SCTP_ELIBRARY);
}

int main(void)
{
    char path[4096], broken[] = "/tmp/sluice-broken-XXXXXX";
    sluice_sctp_probe_info small = { .size = 4 };
    CHECK_EQ(sluice_sctp_probe(NULL, &small), -SLUICE_EINVAL);
    refused("/nowhere/libusrsctp.so.2", "/nowhere/libusrsctp.so.2 cannot be read", "libusrsctp2");
    int fd = CHECK_SYS(mkstemp(broken));
    CHECK_EQ(write(fd, "no library", 10), 10);
    close(fd);
    refused(broken, "cannot be loaded", "file");
    CHECK_SYS(unlink(broken));
    net_need_usrsctp();

    where(path, sizeof path);
    private_file(path);
    sluice_sctp_probe_info info = { .size = sizeof info };
    CHECK_EQ(sluice_sctp_probe(path, &info), 0);
    CHECK_MSG(info.usable && info.from_memory, "%s", info.reason);
    CHECK_STR_EQ(info.reason, "");
    refused("/proc/self/exe", "", "");
    for (int code = 60; code < 75; code++) CHECK(sluice_sctp_strerror(code)[0] && sluice_sctp_strerror(-code)[0]);
    CHECK_STR_EQ(sluice_sctp_strerror(-SLUICE_EINVAL), sluice_strerror(-SLUICE_EINVAL));
    return 0;
}
