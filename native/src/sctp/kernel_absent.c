/* kernel_absent.c: sluice_sctp_kernel.h where the kernel is not Linux. The probe says why there is nothing; no stack is ever open, so
   every other call is wrong. */
#include <string.h>

#include "sluice_sctp_kernel.h"

int sluice_ksctp_probe(sluice_sctp_probe_info *out)
{
    static const char why[] = "SCTP of the kernel is used on Linux only; the SCTP over UDP works here";
    if (!out || out->size != sizeof *out) return -SLUICE_EINVAL;
    *out = (sluice_sctp_probe_info){ .size = sizeof *out };
    memcpy(out->reason, why, sizeof why);
    return 0;
}

uint64_t sluice_ksctp_shared_bytes(const sluice_ksctp_config *config)
{
    (void)config;
    return 0;
}

int sluice_ksctp_open(const sluice_ksctp_config *config, sluice_ksctp **out)
{
    (void)config;
    (void)out;
    return -SLUICE_ENOTSUP;
}

void *sluice_ksctp_shared(sluice_ksctp *stack, uint64_t *bytes)
{
    (void)stack;
    (void)bytes;
    return NULL;
}

int64_t sluice_ksctp_listen(sluice_ksctp *stack, const sluice_ksctp_listen_args *args, int *fd)
{
    (void)stack;
    (void)args;
    (void)fd;
    return -SLUICE_EINVAL;
}

int sluice_ksctp_unlisten(sluice_ksctp *stack, uint64_t listener)
{
    (void)stack;
    (void)listener;
    return -SLUICE_EINVAL;
}

int64_t sluice_ksctp_connect(sluice_ksctp *stack, const sluice_ksctp_connect_args *args, int *fd)
{
    (void)stack;
    (void)args;
    (void)fd;
    return -SLUICE_EINVAL;
}

int64_t sluice_ksctp_input(sluice_ksctp *stack, uint64_t id, const sluice_meta *meta, const void *payload, uint32_t bytes)
{
    (void)stack;
    (void)id;
    (void)meta;
    (void)payload;
    (void)bytes;
    return -SLUICE_EINVAL;
}

int sluice_ksctp_failed(sluice_ksctp *stack, uint64_t id, int32_t os_errno)
{
    (void)stack;
    (void)id;
    (void)os_errno;
    return -SLUICE_EINVAL;
}

int sluice_ksctp_discard(int descriptor)
{
    (void)descriptor;
    return -SLUICE_EINVAL;
}

int sluice_ksctp_tick(sluice_ksctp *stack)
{
    (void)stack;
    return -SLUICE_EINVAL;
}

int sluice_ksctp_close(sluice_ksctp *stack, uint64_t assoc, uint32_t deadline_ms, const void *reason, uint32_t bytes)
{
    (void)stack;
    (void)assoc;
    (void)deadline_ms;
    (void)reason;
    (void)bytes;
    return -SLUICE_EINVAL;
}

int sluice_ksctp_abort(sluice_ksctp *stack, uint64_t assoc, uint32_t cause, const void *reason, uint32_t bytes)
{
    (void)stack;
    (void)assoc;
    (void)cause;
    (void)reason;
    (void)bytes;
    return -SLUICE_EINVAL;
}

int sluice_ksctp_reset_streams(sluice_ksctp *stack, uint64_t assoc, const uint16_t *streams, uint32_t count)
{
    (void)stack;
    (void)assoc;
    (void)streams;
    (void)count;
    return -SLUICE_EINVAL;
}

int sluice_ksctp_query_close(sluice_ksctp *stack, uint64_t assoc, sluice_sctp_close_info *out)
{
    (void)stack;
    (void)assoc;
    (void)out;
    return -SLUICE_EINVAL;
}

int sluice_ksctp_query_info(sluice_ksctp *stack, uint64_t assoc, sluice_sctp_info *out)
{
    (void)stack;
    (void)assoc;
    (void)out;
    return -SLUICE_EINVAL;
}

int sluice_ksctp_shutdown(sluice_ksctp *stack, const void *reason, uint32_t bytes)
{
    (void)stack;
    (void)reason;
    (void)bytes;
    return -SLUICE_EINVAL;
}

int sluice_ksctp_destroy(sluice_ksctp *stack, uint32_t flags)
{
    (void)stack;
    (void)flags;
    return -SLUICE_EINVAL;
}
