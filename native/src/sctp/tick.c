/* tick.c: time, and hints about it: an ICMP error is no proof of an end, but a reason to look. */
#include <arpa/inet.h>
#include <string.h>

#include "sctp/stack.h"

int sluice_sctp_tick(sluice_sctp *s, uint32_t elapsed_ms)
{
    if (!s) return -SLUICE_EINVAL;
    int code = ssc_enter(s);
    if (code) return code;
    /* Nothing ran while the stack was idle: time that passed then is no association's. */
    if (s->idle && elapsed_ms > s->tick_ms) elapsed_ms = s->tick_ms;
    s->idle = false;
    s->now_ms += elapsed_ms;
    s->moment = SSC_AT_TICK;
    /* In one go, however much it is: every timer fires once, so that a loop that stalled costs one missed heartbeat and not many. */
    s->lib.handle_timers(elapsed_ms);
    if (s->deadlines) ssc_deadlines(s);
    ssc_pump(s);
    s->moment = SSC_AT_PACKET;
    ssc_leave(s, 0);
    return s->header->next_tick_ms < 0 ? -SLUICE_SCTP_NO_TICK : s->header->next_tick_ms;
}

static void probe(ssc_assoc *a)
{
    sluice_sctp *s = a->stack;
    if (!a->latch.up || s->now_ms < a->probe_ms) return;
    usr_paddrparams path = { .flags = USR_SPP_HB_DEMAND };
    usr_sockaddr_conn to = { .family = USR_AF_CONN, .port = htons(a->peer_port),
                             .addr = (void *)(uintptr_t)a->path->value };
    memcpy(&path.address, &to, sizeof to);
    a->probe_ms = s->now_ms + s->probe_interval_ms;
    if (s->lib.setsockopt(a->so, USR_IPPROTO_SCTP, USR_PEER_ADDR_PARAMS, &path, sizeof path) == 0)
        ssc_count(s, SLUICE_SCTP_CTR_PROBES, 1);
}

static void hinted(ssc_assoc *a, int32_t os_errno)
{
    a->hints++;
    if (a->latch.rank != SSC_RANK_NONE) return;
    if (!(a->options & SLUICE_SCTP_CLOSE_ON_ICMP)) {
        probe(a);
        return;
    }
    bool before_up = !a->latch.up;
    ssc_abort_now(a, before_up ? SLUICE_SCTP_CLOSED_REFUSED : SLUICE_SCTP_CLOSED_UNREACHABLE, os_errno, NULL, 0);
}

int sluice_sctp_hint(sluice_sctp *s, const sluice_sctp_addr *peer, int32_t os_errno)
{
    if (!s || !peer || os_errno <= 0 || !ssc_addr_valid(peer)) return -SLUICE_EINVAL;
    int code = ssc_enter(s);
    if (code) return code;
    ssc_count(s, SLUICE_SCTP_CTR_HINTS, 1);
    int found = 0;
    ssc_path *p = ssc_path_find(s, ssc_path_value(s, peer));
    for (ssc_assoc *a = p ? p->assocs : NULL; a; a = a->path_next) {
        hinted(a, os_errno);
        found++;
    }
    ssc_pump(s);
    return ssc_leave(s, found);
}
