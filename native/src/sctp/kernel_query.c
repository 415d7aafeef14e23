/* kernel_query.c: what can be asked about an association of the kernel. */
#include <arpa/inet.h>
#include <netinet/in.h>
#include <string.h>

#include "sctp/kernel_stack.h"

int sluice_ksctp_query_close(sluice_ksctp *s, uint64_t id, sluice_sctp_close_info *out)
{
    int code = s && out ? ssk_enter(s) : -SLUICE_EINVAL;
    if (code) return code;
    const ssk_end *e = ssk_find(s, id, &code);
    if (!e || e->kind != SSK_ASSOC) return ssk_leave(s, -SLUICE_ESTALE);
    const ssc_latch *l = &e->latch;
    if (l->rank == SSC_RANK_NONE) return ssk_leave(s, -SLUICE_SCTP_ENOTUP);
    *out = (sluice_sctp_close_info){ .kind = l->kind, .flags = l->flags, .cause = l->cause, .os_errno = l->os_errno,
                                     .reason_bytes = l->reason_bytes, .at_ms = l->at_ms };
    memcpy(out->reason, l->reason, l->reason_bytes);
    return ssk_leave(s, 0);
}

static uint32_t state_of(const ssk_end *e)
{
    if (e->latch.rank != SSC_RANK_NONE) return SLUICE_SCTP_STATE_LATCHED;
    if (!e->latch.up) return SLUICE_SCTP_STATE_CONNECTING;
    if (e->latch.closing) return SLUICE_SCTP_STATE_CLOSING;
    return e->latch.shutdown_seen ? SLUICE_SCTP_STATE_PEER_SHUTDOWN : SLUICE_SCTP_STATE_OPEN;
}

int sluice_ksctp_query_info(sluice_ksctp *s, uint64_t id, sluice_sctp_info *out)
{
    int code = s && out ? ssk_enter(s) : -SLUICE_EINVAL;
    if (code) return code;
    const ssk_end *e = ssk_find(s, id, &code);
    if (!e || e->kind != SSK_ASSOC) return ssk_leave(s, -SLUICE_ESTALE);
    *out = (sluice_sctp_info){ .state = state_of(e), .streams_in = e->streams_in, .streams_out = e->streams_out, .tag = e->tag,
                               .listener = e->listener };
    ksctp_status st = { .assoc = e->kernel_id };
    socklen_t bytes = sizeof st;
    if (e->fd < 0 || !e->kernel_id || getsockopt(e->fd, KSCTP_PROTOCOL, KSCTP_STATUS, &st, &bytes)) return ssk_leave(s, 0);
    out->unacknowledged = st.unacknowledged;
    out->pending = st.pending;
    out->peer_window_bytes = st.window;
    out->srtt_ms = st.primary.srtt;
    out->rto_ms = st.primary.rto;
    out->cwnd_bytes = st.primary.cwnd;
    return ssk_leave(s, 0);
}
