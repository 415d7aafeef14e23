/* sctp_kernel_abi: what src/sctp/kernel_abi.h says about the kernel's SCTP is what the installed <linux/sctp.h> says. */
#include "check.h"

#if !__has_include(<linux/sctp.h>)
int main(void)
{
    SKIP("<linux/sctp.h> is not installed (Debian: linux-libc-dev)");
}
#else
#include <stddef.h>
#include <sys/socket.h>

#include <linux/sctp.h>

#include "sctp/kernel_abi.h"

#define SAME(ours, theirs) _Static_assert((long long)(ours) == (long long)(theirs), #ours " is " #theirs)
#define SIZE(ours, theirs) SAME(sizeof(ours), sizeof(theirs))
#define FIELD(ours, a, theirs, b) SAME(offsetof(ours, a), offsetof(theirs, b))

SAME(KSCTP_RTOINFO, SCTP_RTOINFO);
SAME(KSCTP_ASSOCINFO, SCTP_ASSOCINFO);
SAME(KSCTP_INITMSG, SCTP_INITMSG);
SAME(KSCTP_NODELAY, SCTP_NODELAY);
SAME(KSCTP_PEER_ADDR_PARAMS, SCTP_PEER_ADDR_PARAMS);
SAME(KSCTP_FRAGMENT_INTERLEAVE, SCTP_FRAGMENT_INTERLEAVE);
SAME(KSCTP_PEER_ADDR_THLDS, SCTP_PEER_ADDR_THLDS);
SAME(KSCTP_RECVRCVINFO, SCTP_RECVRCVINFO);
SAME(KSCTP_CONNECTX3, SCTP_SOCKOPT_CONNECTX3);
SAME(KSCTP_RECONFIG_SUPPORTED, SCTP_RECONFIG_SUPPORTED);
SAME(KSCTP_ENABLE_STREAM_RESET, SCTP_ENABLE_STREAM_RESET);
SAME(KSCTP_RESET_STREAMS, SCTP_RESET_STREAMS);
SAME(KSCTP_PEELOFF_FLAGS, SCTP_SOCKOPT_PEELOFF_FLAGS);
SAME(KSCTP_EVENT, SCTP_EVENT);
SAME(KSCTP_REMOTE_UDP_PORT, SCTP_REMOTE_UDP_ENCAPS_PORT);
SIZE(ksctp_udp_port, struct sctp_udpencaps);
FIELD(ksctp_udp_port, port, struct sctp_udpencaps, sue_port);
SAME(KSCTP_CMSG_SNDINFO, SCTP_SNDINFO);
SAME(KSCTP_CMSG_RCVINFO, SCTP_RCVINFO);
SAME(KSCTP_CMSG_PRINFO, SCTP_PRINFO);
SAME(KSCTP_UNORDERED, SCTP_UNORDERED);
SAME(KSCTP_ABORT, SCTP_ABORT);
SAME(KSCTP_EOF, SCTP_EOF);
SAME(KSCTP_PR_TTL, SCTP_PR_SCTP_TTL);
SAME(KSCTP_PR_RTX, SCTP_PR_SCTP_RTX);
SAME(KSCTP_MSG_NOTIFICATION, SCTP_NOTIFICATION);
SAME(KSCTP_RESET_REQ, SCTP_ENABLE_RESET_STREAM_REQ);
SAME(KSCTP_RESET_OUTGOING, SCTP_STREAM_RESET_OUTGOING);
SAME(KSCTP_SPP_HB_ENABLE, SPP_HB_ENABLE);
SAME(KSCTP_NOTE_ASSOC_CHANGE, SCTP_ASSOC_CHANGE);
SAME(KSCTP_NOTE_PATH_CHANGE, SCTP_PEER_ADDR_CHANGE);
SAME(KSCTP_NOTE_SHUTDOWN, SCTP_SHUTDOWN_EVENT);
SAME(KSCTP_NOTE_PARTIAL, SCTP_PARTIAL_DELIVERY_EVENT);
SAME(KSCTP_NOTE_SENDER_DRY, SCTP_SENDER_DRY_EVENT);
SAME(KSCTP_NOTE_STREAM_RESET, SCTP_STREAM_RESET_EVENT);
SAME(KSCTP_NOTE_SEND_FAILED, SCTP_SEND_FAILED_EVENT);
SIZE(ksctp_rtoinfo, struct sctp_rtoinfo);
SIZE(ksctp_assocparams, struct sctp_assocparams);
SIZE(ksctp_initmsg, struct sctp_initmsg);
SIZE(ksctp_paddrparams, struct sctp_paddrparams);
FIELD(ksctp_paddrparams, flags, struct sctp_paddrparams, spp_flags);
SIZE(ksctp_paddrthlds, struct sctp_paddrthlds);
FIELD(ksctp_paddrthlds, pf_threshold, struct sctp_paddrthlds, spt_pathpfthld);
SAME(KSCTP_STATUS, SCTP_STATUS);
SIZE(ksctp_paddrinfo, struct sctp_paddrinfo);
FIELD(ksctp_paddrinfo, rto, struct sctp_paddrinfo, spinfo_rto);
SIZE(ksctp_status, struct sctp_status);
FIELD(ksctp_status, pending, struct sctp_status, sstat_penddata);
FIELD(ksctp_status, primary, struct sctp_status, sstat_primary);
SIZE(ksctp_event, struct sctp_event);
SIZE(ksctp_assoc_value, struct sctp_assoc_value);
FIELD(ksctp_reset_streams, streams, struct sctp_reset_streams, srs_stream_list);
SIZE(ksctp_peeloff, sctp_peeloff_flags_arg_t);
SIZE(ksctp_sndinfo, struct sctp_sndinfo);
FIELD(ksctp_sndinfo, assoc, struct sctp_sndinfo, snd_assoc_id);
SIZE(ksctp_prinfo, struct sctp_prinfo);
SIZE(ksctp_rcvinfo, struct sctp_rcvinfo);
FIELD(ksctp_rcvinfo, assoc, struct sctp_rcvinfo, rcv_assoc_id);
/* Where kernel_input.c looks for the association in a notification. */
SAME(16, offsetof(struct sctp_assoc_change, sac_assoc_id));
SAME(144, offsetof(struct sctp_paddr_change, spc_assoc_id));
SAME(8, offsetof(struct sctp_shutdown_event, sse_assoc_id));
SAME(12, offsetof(struct sctp_pdapi_event, pdapi_assoc_id));
SAME(28, offsetof(struct sctp_send_failed_event, ssf_assoc_id));
SAME(8, offsetof(struct sctp_stream_reset_event, strreset_assoc_id));
SAME(8, offsetof(struct sctp_sender_dry_event, sender_dry_assoc_id));

int main(void)
{
    return 0;
}
#endif
