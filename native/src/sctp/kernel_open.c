/* kernel_open.c: probe, limits, the shared region, destroy. */
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

#include "sctp/kernel_stack.h"
#include "sctp/region.h"

#define PAGE 4096u

/* --------------------------------------------------------------------------------------------------- probe */

static void no_socket(sluice_sctp_probe_info *out, int err)
{
    out->os_errno = err;
    if (err == EPROTONOSUPPORT || err == ESOCKTNOSUPPORT || err == EAFNOSUPPORT)
        snprintf(out->reason, sizeof out->reason, "this kernel has no SCTP: load its module (modprobe sctp), or install the package "
                 "that has it (linux-modules-extra on some distributions); without it, use SCTP over UDP");
    else if (err == EPERM || err == EACCES)
        snprintf(out->reason, sizeof out->reason, "SCTP sockets are not permitted (%s): a seccomp filter or security module refuses "
                 "socket(AF_INET, SOCK_SEQPACKET, IPPROTO_SCTP)", strerror(err));
    else snprintf(out->reason, sizeof out->reason, "no SCTP socket can be made: %s (errno %d)", strerror(err), err);
}

int sluice_ksctp_probe(sluice_sctp_probe_info *out)
{
    if (!out || out->size != sizeof *out) return -SLUICE_EINVAL;
    *out = (sluice_sctp_probe_info){ .size = sizeof *out };
    int fd = socket(AF_INET, SOCK_SEQPACKET | SOCK_CLOEXEC, KSCTP_PROTOCOL);
    if (fd < 0) {
        no_socket(out, errno);
        return 0;
    }
    if (ssk_subscribe(fd, false)) {
        out->os_errno = errno;
        snprintf(out->reason, sizeof out->reason, "this kernel's SCTP cannot subscribe single notifications (SCTP_EVENT, Linux 5.0): "
                 "%s (errno %d)", strerror(out->os_errno), out->os_errno);
    } else out->usable = 1;
    close(fd);
    return 0;
}

/* -------------------------------------------------------------------------------------------------- limits */

static bool ranged(uint32_t *value, uint32_t fallback, uint32_t low, uint32_t high)
{
    if (*value == 0) *value = fallback;
    return *value >= low && *value <= high;
}

static int fill(const sluice_ksctp_config *in, sluice_ksctp_config *c)
{
    if (!in || in->size != sizeof *in) return -SLUICE_EINVAL;
    *c = *in;
    bool good = !c->reserved[0] && !c->reserved[1] && !c->reserved[2] && ranged(&c->event_entries, 1024, 16, 65536) &&
        (c->event_entries & (c->event_entries - 1)) == 0 && ranged(&c->max_associations, 4096, 1, 65536) &&
        ranged(&c->max_listeners, 64, 1, 1024) && ranged(&c->recv_buffer_bytes, 262144, 4096, 67108864) &&
        ranged(&c->send_buffer_bytes, 524288, 4096, 67108864);
    return good && (c->shared_base == 0) == (c->shared_bytes == 0) ? 0 : -SLUICE_EINVAL;
}

/* -------------------------------------------------------------------------------------------------- region */

typedef struct layout { uint64_t counters, events, payloads, end; } layout;

static layout lay_out(const sluice_ksctp_config *c)
{
    layout l = { .counters = sizeof(sluice_sctp_header) };
    l.events = l.counters + SLUICE_SCTP_CTR_COUNT * sizeof(uint64_t);
    l.payloads = l.events + (uint64_t)c->event_entries * sizeof(sluice_sctp_event);
    l.end = (l.payloads + (uint64_t)c->event_entries * SLUICE_KSCTP_PAYLOAD + PAGE - 1) & ~(uint64_t)(PAGE - 1);
    return l;
}

uint64_t sluice_ksctp_shared_bytes(const sluice_ksctp_config *config)
{
    sluice_ksctp_config c;
    return fill(config, &c) ? 0 : lay_out(&c).end;
}

static int region_open(sluice_ksctp *s)
{
    const sluice_ksctp_config *c = &s->cfg;
    layout l = lay_out(c);
    int code = ssc_region_memory(c->shared_base, c->shared_bytes, l.end, &s->base, &s->own_memory);
    if (code) return code;
    s->bytes = l.end;
    memset(s->base, 0, (size_t)l.payloads);
    s->header = (sluice_sctp_header *)(void *)s->base;
    *s->header = (sluice_sctp_header){
        .magic = SLUICE_SCTP_MAGIC, .abi = SLUICE_SCTP_ABI, .bytes = l.end, .event_entries = c->event_entries,
        .counter_count = SLUICE_SCTP_CTR_COUNT, .event_offset = (uint32_t)l.events, .counters_offset = (uint32_t)l.counters,
        .arena_offset = (uint32_t)l.payloads, .arena_bytes = c->event_entries * SLUICE_KSCTP_PAYLOAD, .next_tick_ms = -1 };
    s->counters = (uint64_t *)(void *)(s->base + l.counters);
    s->events = (sluice_sctp_event *)(void *)(s->base + l.events);
    s->payloads = s->base + l.payloads;
    return 0;
}

/* ------------------------------------------------------------------------------------------- open, destroy */

static void release(sluice_ksctp *s)
{
    for (uint32_t i = 0; s->ends && i < s->end_count; i++) {
        if (s->ends[i]) free(s->ends[i]->reason);
        free(s->ends[i]);
    }
    if (s->own_memory) munmap(s->base, (size_t)s->bytes);
    free(s->ends);
    free(s->buckets);
    free(s);
}

int sluice_ksctp_open(const sluice_ksctp_config *config, sluice_ksctp **out)
{
    sluice_ksctp_config c;
    if (!out || fill(config, &c)) return -SLUICE_EINVAL;
    sluice_ksctp *s = calloc(1, sizeof *s);
    if (!s) return -SLUICE_ENOMEM;
    s->cfg = c;
    s->free_first = s->ended_first = SSK_NONE;
    for (s->bucket_mask = 16; s->bucket_mask < c.max_associations; s->bucket_mask *= 2) {}
    s->ends = calloc((size_t)c.max_associations + c.max_listeners, sizeof *s->ends);
    s->buckets = malloc(s->bucket_mask * sizeof *s->buckets);
    int code = s->ends && s->buckets ? region_open(s) : -SLUICE_ENOMEM;
    if (code) {
        release(s);
        return code;
    }
    memset(s->buckets, 0xff, s->bucket_mask * sizeof *s->buckets);
    s->bucket_mask--;
    *out = s;
    return 0;
}

void *sluice_ksctp_shared(sluice_ksctp *s, uint64_t *bytes)
{
    if (!s) return NULL;
    if (bytes) *bytes = s->bytes;
    return s->base;
}

int sluice_ksctp_destroy(sluice_ksctp *s, uint32_t flags)
{
    if (!s || (flags & ~SLUICE_SCTP_DESTROY_FORCE)) return -SLUICE_EINVAL;
    if ((s->live_assocs || s->live_listeners) && !(flags & SLUICE_SCTP_DESTROY_FORCE)) return -SLUICE_EBUSY;
    release(s);
    return 0;
}
