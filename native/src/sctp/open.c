/* open.c: a stack and its copy of usrsctp, from load to finish. */
#include <errno.h>
#include <stdlib.h>
#include <string.h>
#if defined(__linux__)
#include <sys/syscall.h>
#elif defined(__APPLE__)
#include <sys/random.h>
#endif
#include <unistd.h>

#include "sctp/stack.h"

#define FINISH_STEP_MS 100
#define FINISH_STEPS   50 /* usrsctp gives endpoints that were busy 20 ms and more */

/* The wrappers are younger than the oldest C library that is built for on Linux: a system call by number. NetBSD has getentropy from
   version 10 on, and its arc4random since ever. */
static bool random_bytes(void *out, size_t bytes)
{
#if defined(__linux__)
    return syscall(SYS_getrandom, out, bytes, 0) == (long)bytes;
#elif defined(__NetBSD__)
    arc4random_buf(out, bytes);
    return true;
#else
    return getentropy(out, bytes) == 0;
#endif
}

uint32_t sluice_sctp_abi(void) { return SLUICE_SCTP_ABI; }

uint64_t sluice_sctp_shared_bytes(const sluice_sctp_config *config)
{
    sluice_sctp_config c;
    if (!config) return 0;
    sluice_sctp_config own = *config;
    own.shared_base = own.shared_bytes = 0;
    return ssc_config_fill(&own, &c) ? 0 : ssc_region_bytes(&c);
}

static void start_usrsctp(ssc_library *lib, bool silent)
{
    lib->init_nothreads(0, ssc_output, NULL);
    lib->sysctl_set_sctp_ecn_enable(0);
    lib->sysctl_set_sctp_auto_asconf(0);
    lib->sysctl_set_sctp_asconf_enable(0);
    lib->sysctl_set_sctp_auth_enable(0);
    lib->sysctl_set_sctp_nrsack_enable(0);
    lib->sysctl_set_sctp_pktdrop_enable(0);
    lib->sysctl_set_sctp_pr_enable(1);
    lib->sysctl_set_sctp_reconfig_enable(1);
    lib->sysctl_set_sctp_diag_info_code(0);      /* an ABORT after a timeout carries no cause: some stacks drop unknown ones */
    lib->sysctl_set_sctp_no_csum_on_loopback(0); /* the checksum is the peers' only protection */
    lib->sysctl_set_sctp_blackhole(silent ? 2 : 0);
}

/* 0 when usrsctp has let go of everything. Its last endpoints go by timers. */
static int finish_usrsctp(ssc_library *lib)
{
    for (int i = 0; i < FINISH_STEPS; i++) {
        if (lib->finish() == 0) return 0;
        lib->handle_timers(FINISH_STEP_MS);
    }
    return -1;
}

int sluice_sctp_probe(const char *library, sluice_sctp_probe_info *out)
{
    ssc_library lib;
    if (!out || out->size != sizeof *out) return -SLUICE_EINVAL;
    memset(out, 0, sizeof *out);
    out->size = sizeof *out;
    if (ssc_library_load(&lib, library, false, out)) return 0;
    start_usrsctp(&lib, true);
    if (finish_usrsctp(&lib)) ssc_library_fault(out, 0, "%s does not end after it was started.", library ? library : "usrsctp");
    else {
        ssc_library_unload(&lib);
        out->usable = 1;
    }
    return 0;
}

static void free_tables(sluice_sctp *s)
{
    ssc_region_close(s);
    free(s->assocs);
    free(s->generations);
    free(s->free_next);
    free(s->ports);
    free(s->listeners);
    free(s);
}

static int open_tables(sluice_sctp *s, const sluice_sctp_config *c)
{
    s->config_flags = c->flags;
    s->max_message = c->max_message_bytes;
    s->max_assocs = c->max_associations;
    s->max_listeners = c->max_listeners;
    s->tick_ms = c->tick_ms;
    s->probe_interval_ms = c->probe_interval_ms;
    s->recv_buffer = (int)c->recv_buffer_bytes;
    s->send_buffer = (int)c->send_buffer_bytes;
    s->idle = true;
    s->assocs = calloc(c->max_associations, sizeof *s->assocs);
    s->generations = calloc(c->max_associations, sizeof *s->generations);
    s->free_next = calloc(c->max_associations, sizeof *s->free_next);
    s->ports = calloc(c->max_listeners, sizeof *s->ports);
    s->listeners = calloc(c->max_listeners, sizeof *s->listeners);
    if (!s->assocs || !s->generations || !s->free_next || !s->ports || !s->listeners) return -SLUICE_ENOMEM;
    for (uint32_t i = 0; i < c->max_associations; i++) {
        s->generations[i] = 1;
        s->free_next[i] = i + 1 < c->max_associations ? i + 1 : UINT32_MAX;
    }
    s->free_last = c->max_associations - 1;
    if (!random_bytes(s->key, sizeof s->key)) return -SLUICE_EOTHER;
    return ssc_region_open(s, c);
}

static int init_info(sluice_sctp_probe_info *why)
{
    if (!why) return 0;
    if (why->size != sizeof *why) return -SLUICE_EINVAL;
    memset(why, 0, sizeof *why);
    why->size = sizeof *why;
    return 0;
}

int sluice_sctp_open(const sluice_sctp_config *config, const char *library, sluice_sctp_probe_info *why, sluice_sctp **out)
{
    sluice_sctp_config c;
    if (!out) return -SLUICE_EINVAL;
    *out = NULL;
    if (ssc_config_fill(config, &c) || init_info(why)) return -SLUICE_EINVAL;
    sluice_sctp *s = calloc(1, sizeof *s);
    if (!s) return -SLUICE_ENOMEM;
    int code = open_tables(s, &c);
    if (!code) code = ssc_library_load(&s->lib, library, c.flags & SLUICE_SCTP_PRIVATE_FILE, why);
    if (code) {
        free_tables(s);
        return code;
    }
    start_usrsctp(&s->lib, c.flags & SLUICE_SCTP_SILENT);
    if (why) why->usable = 1;
    *out = s;
    return 0;
}

void *sluice_sctp_shared(sluice_sctp *s, uint64_t *bytes)
{
    if (bytes) *bytes = s->bytes;
    return s->base;
}

/* Drops what lives: the ABORTs of closing sockets find no slot and are lost. */
static void drop_all(sluice_sctp *s)
{
    s->free_slots = 0;
    for (uint32_t i = 0; i < s->max_assocs; i++) {
        ssc_assoc *a = s->assocs[i];
        if (!a) continue;
        ssc_assoc_detach(a, true);
        free(a);
        s->assocs[i] = NULL;
    }
    ssc_unlisten_all(s);
}

int sluice_sctp_destroy(sluice_sctp *s, uint32_t flags)
{
    if (!s || flags & ~SLUICE_SCTP_DESTROY_FORCE) return -SLUICE_EINVAL;
    int code = ssc_enter(s);
    if (code && !(flags & SLUICE_SCTP_DESTROY_FORCE)) return code; /* spoiled ring words keep nobody from freeing by force */
    if (!(flags & SLUICE_SCTP_DESTROY_FORCE) && (s->live_sockets || s->listener_count)) return ssc_leave(s, -SLUICE_EBUSY);
    drop_all(s);
    ssc_leave(s, 0);
    code = finish_usrsctp(&s->lib) ? -SLUICE_EOTHER : 0;
    if (code == 0) ssc_library_unload(&s->lib);
    free_tables(s);
    return code;
}
