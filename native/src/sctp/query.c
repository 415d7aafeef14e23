/* query.c: what can be asked about an association, and the sentences of codes. */
#include <string.h>

#include "sctp/stack.h"

static int query_close(const ssc_assoc *a, sluice_sctp_close_info *out)
{
    const ssc_latch *l = &a->latch;
    if (l->rank == SSC_RANK_NONE) return -SLUICE_SCTP_ENOTUP;
    *out = (sluice_sctp_close_info){ .kind = l->kind, .flags = l->flags, .cause = l->cause, .os_errno = l->os_errno,
                                     .reason_bytes = l->reason_bytes, .at_ms = l->at_ms };
    memcpy(out->reason, l->reason, l->reason_bytes);
    return 0;
}

static int query_info(ssc_assoc *a, sluice_sctp_info *out)
{
    usr_status st;
    socklen_t bytes = sizeof st;
    *out = (sluice_sctp_info){ .state = ssc_assoc_state(a), .local_port = a->local_port, .peer_port = a->peer_port,
                               .streams_in = a->streams_in, .streams_out = a->streams_out, .hints = a->hints, .tag = a->tag,
                               .listener = a->listener };
    if (a->path) out->peer = a->path->peer;
    memset(&st, 0, sizeof st);
    if (!a->so || a->stack->lib.getsockopt(a->so, USR_IPPROTO_SCTP, USR_STATUS, &st, &bytes)) return 0;
    out->unacknowledged = st.unackdata;
    out->pending = st.penddata;
    out->peer_window_bytes = st.rwnd;
    out->srtt_ms = st.primary.srtt;
    out->rto_ms = st.primary.rto;
    out->cwnd_bytes = st.primary.cwnd;
    return 0;
}

int sluice_sctp_query(sluice_sctp *s, uint64_t id, uint32_t what, void *out, uint32_t *bytes)
{
    if (!s || !out || !bytes) return -SLUICE_EINVAL;
    uint32_t need = what == SLUICE_SCTP_QUERY_CLOSE ? (uint32_t)sizeof(sluice_sctp_close_info)
        : what == SLUICE_SCTP_QUERY_INFO ? (uint32_t)sizeof(sluice_sctp_info) : UINT32_MAX;
    if (*bytes < need) return -SLUICE_EINVAL;
    int code = ssc_enter(s);
    if (code) return code;
    ssc_assoc *a = ssc_assoc_find(s, id, &code);
    if (a) code = what == SLUICE_SCTP_QUERY_CLOSE ? query_close(a, out) : query_info(a, out);
    if (code == 0) *bytes = need;
    return ssc_leave(s, code);
}

const char *sluice_sctp_strerror(int code)
{
    switch (code < 0 ? -code : code) {
    case SLUICE_SCTP_EAGAIN: return "the send buffer of the association is full";
    case SLUICE_SCTP_ECLOSED: return "the association has ended";
    case SLUICE_SCTP_ETOOLONG: return "longer than the limit for messages or reasons";
    case SLUICE_SCTP_ESTREAM: return "no such stream: the id is not below the negotiated count";
    case SLUICE_SCTP_ELIBRARY: return "usrsctp cannot be loaded";
    case SLUICE_SCTP_ELIMIT: return "the limit of associations or listeners is reached";
    case SLUICE_SCTP_ENOTUP: return "the association is not up, or is closing already";
    case SLUICE_SCTP_NO_TICK: return "no tick is needed: the stack has no association";
    default: return sluice_strerror(code);
    }
}
