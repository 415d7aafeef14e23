/* config.c: limits, liveness profiles, and what they become as options of usrsctp. */
#include <arpa/inet.h>
#include <errno.h>
#include <string.h>

#include "sctp/stack.h"

/* ------------------------------------------------------------------------------------------------- a stack */

static bool ranged(uint32_t *value, uint32_t fallback, uint32_t low, uint32_t high)
{
    if (*value == 0) *value = fallback;
    return *value >= low && *value <= high;
}

static bool power_of_two(uint32_t v) { return (v & (v - 1)) == 0; }

int ssc_config_fill(const sluice_sctp_config *in, sluice_sctp_config *c)
{
    if (!in || in->size != sizeof *in) return -SLUICE_EINVAL;
    *c = *in;
    for (size_t i = 0; i < sizeof c->reserved / sizeof c->reserved[0]; i++)
        if (c->reserved[i]) return -SLUICE_EINVAL;
    if (c->flags & ~(SLUICE_SCTP_PRIVATE_FILE | SLUICE_SCTP_SILENT)) return -SLUICE_EINVAL;
    bool good = ranged(&c->event_entries, 1024, 16, 65536) && power_of_two(c->event_entries) &&
        ranged(&c->slots, 512, 8, 65536) && power_of_two(c->slots) &&
        ranged(&c->max_message_bytes, 262144, 1, SLUICE_SCTP_MESSAGE_MAX) &&
        ranged(&c->max_associations, 4096, 1, 65536) && ranged(&c->max_listeners, 64, 1, 1024) &&
        ranged(&c->recv_buffer_bytes, 262144, 4096, 67108864) && ranged(&c->send_buffer_bytes, 524288, 4096, 67108864) &&
        ranged(&c->tick_ms, 10, 1, 100) && ranged(&c->probe_interval_ms, 100, 1, 60000);
    if (!good) return -SLUICE_EINVAL;
    if (c->arena_bytes == 0) {
        uint64_t four = ((uint64_t)c->max_message_bytes * 4 + 65536 + 4095) / 4096 * 4096;
        c->arena_bytes = (uint32_t)four;
    }
    if (c->arena_bytes % 4096 || c->arena_bytes < 65536 || c->arena_bytes > 268435456) return -SLUICE_EINVAL;
    if (c->arena_bytes < 2 * ((uint64_t)c->max_message_bytes + 4096)) return -SLUICE_EINVAL;
    if (c->send_buffer_bytes < c->max_message_bytes) return -SLUICE_EINVAL;
    return (c->shared_base == 0) == (c->shared_bytes == 0) ? 0 : -SLUICE_EINVAL;
}

/* ------------------------------------------------------------------------------------------- an association */

typedef struct profile {
    uint32_t rto_min, rto_max, rto_initial, heartbeat, init_rto_max;
    uint16_t assoc_rtx, path_rtx, init_attempts, pf_plus1;
} profile;

/* The table in sluice_sctp_layout.h. A retransmission timeout below 200 ms would fire before a delayed SACK comes. */
static const profile profiles[] = {
    [SLUICE_SCTP_PROFILE_DEFAULT] = { 250, 500, 500, 1000, 1000, 4, 4, 5, 1 },
    [SLUICE_SCTP_PROFILE_FAST] = { 200, 250, 250, 300, 500, 4, 4, 5, 1 },
    [SLUICE_SCTP_PROFILE_WAN] = { 1000, 10000, 3000, 5000, 10000, 8, 8, 8, SLUICE_SCTP_PF_OFF },
    [SLUICE_SCTP_PROFILE_RFC] = { 1000, 60000, 3000, 30000, 60000, 10, 5, 8, SLUICE_SCTP_PF_OFF },
};
#define PROFILES (sizeof profiles / sizeof profiles[0])

int sluice_sctp_profile(uint32_t which, sluice_sctp_options *o)
{
    if (which >= PROFILES || !o || o->size != sizeof *o) return -SLUICE_EINVAL;
    const profile *p = &profiles[which];
    o->profile = which;
    o->rto_initial_ms = p->rto_initial;
    o->rto_min_ms = p->rto_min;
    o->rto_max_ms = p->rto_max;
    o->heartbeat_ms = p->heartbeat;
    o->assoc_max_rtx = p->assoc_rtx;
    o->path_max_rtx = p->path_rtx;
    o->init_attempts = p->init_attempts;
    o->pf_threshold_plus1 = p->pf_plus1;
    o->init_rto_max_ms = p->init_rto_max;
    return 0;
}

static bool ranged16(uint16_t *value, uint16_t fallback, uint16_t low, uint16_t high)
{
    if (*value == 0) *value = fallback;
    return *value >= low && *value <= high;
}

int ssc_options_fill(const sluice_sctp_options *in, sluice_sctp_options *o)
{
    sluice_sctp_options d = { .size = sizeof d };
    *o = *in;
    if (o->size != sizeof *o || sluice_sctp_profile(o->profile, &d)) return -SLUICE_EINVAL;
    for (size_t i = 0; i < sizeof o->reserved / sizeof o->reserved[0]; i++)
        if (o->reserved[i]) return -SLUICE_EINVAL;
    if (o->flags & ~(SLUICE_SCTP_CLOSE_ON_ICMP | SLUICE_SCTP_NO_RESET_ANSWER | SLUICE_SCTP_TELL_DRY | SLUICE_SCTP_NAGLE))
        return -SLUICE_EINVAL;
    bool good = ranged(&o->rto_initial_ms, d.rto_initial_ms, 10, 60000) && ranged(&o->rto_min_ms, d.rto_min_ms, 10, 60000) &&
        ranged(&o->rto_max_ms, d.rto_max_ms, 10, 60000) && ranged(&o->heartbeat_ms, d.heartbeat_ms, 50, 3600000) &&
        ranged(&o->init_rto_max_ms, d.init_rto_max_ms, 10, 60000) &&
        ranged16(&o->assoc_max_rtx, d.assoc_max_rtx, 1, 255) && ranged16(&o->path_max_rtx, d.path_max_rtx, 1, 255) &&
        ranged16(&o->init_attempts, d.init_attempts, 1, 255) &&
        ranged16(&o->pf_threshold_plus1, d.pf_threshold_plus1, 1, SLUICE_SCTP_PF_OFF) &&
        ranged16(&o->streams_out, 16, 1, SLUICE_SCTP_STREAMS_MAX) &&
        ranged16(&o->streams_in, 16, 1, SLUICE_SCTP_STREAMS_MAX);
    if (!good || o->path_max_rtx > o->assoc_max_rtx) return -SLUICE_EINVAL;
    return o->rto_min_ms <= o->rto_initial_ms && o->rto_initial_ms <= o->rto_max_ms ? 0 : -SLUICE_EINVAL;
}

/* ------------------------------------------------------------------------------------------ socket options */

static int set(sluice_sctp *s, struct socket *so, int name, const void *value, size_t bytes)
{
    return s->lib.setsockopt(so, USR_IPPROTO_SCTP, name, value, (socklen_t)bytes);
}

static int set_events(sluice_sctp *s, struct socket *so, bool dry)
{
    static const uint16_t types[] = { USR_ASSOC_CHANGE, USR_PEER_ADDR_CHANGE, USR_SHUTDOWN_EVENT, USR_STREAM_RESET_EVENT,
                                      USR_SEND_FAILED_EVENT, USR_PARTIAL_DELIVERY_EVENT, USR_SENDER_DRY_EVENT };
    for (size_t i = 0; i < sizeof types / sizeof types[0]; i++) {
        usr_event e = { .assoc = USR_FUTURE_ASSOC, .type = types[i], .on = types[i] != USR_SENDER_DRY_EVENT || dry };
        if (set(s, so, USR_EVENT, &e, sizeof e)) return -1;
    }
    return 0;
}

static int set_timers(sluice_sctp *s, struct socket *so, const sluice_sctp_options *o)
{
    usr_rtoinfo rto = { .initial = o->rto_initial_ms, .max = o->rto_max_ms, .min = o->rto_min_ms };
    usr_assocparams assoc = { .max_rxt = o->assoc_max_rtx };
    usr_paddrparams path = { .hb_interval = o->heartbeat_ms, .path_mtu = SLUICE_SCTP_PATH_MTU,
                             .flags = USR_SPP_HB_ENABLE | USR_SPP_PMTUD_DISABLE, .max_rxt = o->path_max_rtx };
    usr_initmsg init = { .out_streams = o->streams_out, .in_streams = o->streams_in, .attempts = o->init_attempts,
                         .max_timeo = (uint16_t)o->init_rto_max_ms };
    if (set(s, so, USR_RTOINFO, &rto, sizeof rto) || set(s, so, USR_ASSOCINFO, &assoc, sizeof assoc)) return -1;
    if (set(s, so, USR_PEER_ADDR_PARAMS, &path, sizeof path)) return -1;
    return set(s, so, USR_INITMSG, &init, sizeof init);
}

/* What an accepted socket does not inherit: usrsctp gives it the endpoint's options, but not the socket's. */
int ssc_socket_options(sluice_sctp *s, struct socket *so, const sluice_sctp_options *o)
{
    struct linger reset = { .l_onoff = 1, .l_linger = 0 }; /* usrsctp_close never lingers */
    int no_nagle = !(o->flags & SLUICE_SCTP_NAGLE), on = 1;
    if (s->lib.set_non_blocking(so, 1)) return -1;
    if (s->lib.setsockopt(so, SOL_SOCKET, SO_LINGER, &reset, sizeof reset)) return -1;
    if (s->lib.setsockopt(so, SOL_SOCKET, SO_RCVBUF, &s->recv_buffer, sizeof s->recv_buffer)) return -1;
    if (s->lib.setsockopt(so, SOL_SOCKET, SO_SNDBUF, &s->send_buffer, sizeof s->send_buffer)) return -1;
    if (set(s, so, USR_NODELAY, &no_nagle, sizeof no_nagle)) return -1;
    return set(s, so, USR_RECVRCVINFO, &on, sizeof on);
}

struct socket *ssc_socket(sluice_sctp *s, const sluice_sctp_options *o)
{
    usr_assoc_value reset = { .assoc = USR_FUTURE_ASSOC, .value = USR_ENABLE_RESET_STREAM_REQ };
    uint32_t pf = o->pf_threshold_plus1 == SLUICE_SCTP_PF_OFF ? 0xffffu : (uint32_t)o->pf_threshold_plus1 - 1;
    /* These two are global to a copy of usrsctp, and read when a socket is made. */
    s->lib.sysctl_set_sctp_path_pf_threshold(pf);
    s->lib.sysctl_set_sctp_init_rto_max_default(o->init_rto_max_ms);
    struct socket *so = s->lib.socket(USR_AF_CONN, SOCK_STREAM, USR_IPPROTO_SCTP, NULL, NULL, 0, NULL);
    if (!so) return NULL;
    if (ssc_socket_options(s, so, o) || set_timers(s, so, o) ||
        set(s, so, USR_ENABLE_STREAM_RESET, &reset, sizeof reset) || set_events(s, so, o->flags & SLUICE_SCTP_TELL_DRY)) {
        int err = errno;
        s->lib.close(so);
        errno = err;
        return NULL;
    }
    return so;
}

int ssc_code(int os_errno)
{
    switch (os_errno) {
    case ENOMEM: case ENOBUFS: return SLUICE_ENOMEM;
    case EADDRINUSE: return SLUICE_EADDRINUSE;
    case EADDRNOTAVAIL: return SLUICE_EADDRNOTAVAIL;
    case EINVAL: return SLUICE_EINVAL;
    case EALREADY: case EBUSY: return SLUICE_EBUSY;
    case EOPNOTSUPP: case ENOPROTOOPT: return SLUICE_ENOTSUP;
    default: return SLUICE_EOTHER;
    }
}
