/* sctp_kernel_probe: the probe tells whether this kernel has SCTP, and if not, which step was refused and what to do; nothing is left. */
#include <sys/socket.h>

#include "check.h"
#include "drive.h"
#include "sctp/kernel_abi.h"
#include "sluice_sctp_kernel.h"

int main(void)
{
    sluice_sctp_probe_info info = {.size = sizeof info};
    sluice_ksctp_config c = {.size = sizeof c};
    sluice_ksctp_listen_args listen = {.size = sizeof listen, .local = drive_inet4(0), .options = {.size = sizeof listen.options}};
    sluice_ksctp *stack;
    int before = open_descriptors(), listener;
    int fd = socket(AF_INET, SOCK_SEQPACKET, KSCTP_PROTOCOL), err = errno;

    CHECK_EQ(sluice_ksctp_probe(NULL), -SLUICE_EINVAL);
    CHECK_EQ(sluice_ksctp_probe(&(sluice_sctp_probe_info){.size = 4}), -SLUICE_EINVAL);
    CHECK_EQ(sluice_ksctp_probe(&info), 0);
    CHECK_EQ(info.usable, fd >= 0);
    CHECK_EQ(sluice_ksctp_open(&c, &stack), 0);
    int64_t id = sluice_ksctp_listen(stack, &listen, &listener);
    if (fd >= 0) {
        CHECK_STR_EQ(info.reason, "");
        CHECK_GT(id, 0);
        close(listener);
        CHECK_EQ(sluice_ksctp_unlisten(stack, (uint64_t)id), 0);
        close(fd);
    } else {
        CHECK_EQ(info.os_errno, err);
        CHECK(strlen(info.reason) > 40);
        if (err == EPROTONOSUPPORT) {
            CHECK(strstr(info.reason, "modprobe sctp") != NULL);
            CHECK_EQ(id, -SLUICE_ENOTSUP);
        }
    }
    printf("kernel SCTP: %s\n", info.usable ? "usable" : info.reason);
    CHECK_EQ(sluice_ksctp_destroy(stack, 0), 0);
    CHECK_EQ(open_descriptors(), before);
    return 0;
}
