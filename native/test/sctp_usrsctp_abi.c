/* sctp_usrsctp_abi: what src/sctp/usrsctp_abi.h says about usrsctp is what the installed <usrsctp.h> says. */
#include "check.h"

#if !__has_include(<usrsctp.h>)
int main(void)
{
    SKIP("<usrsctp.h> is not installed (Debian: libusrsctp-dev)");
}
#else
#include <usrsctp.h>

#include "sctp/usrsctp_abi.h"

#define SAME(ours, theirs) _Static_assert((ours) == (theirs), #ours " is " #theirs)
#define SIZE(ours, theirs) SAME(sizeof(ours), sizeof(theirs))
#define FIELD(ours, a, theirs, b) SAME(offsetof(ours, a), offsetof(theirs, b))
#define STAT(ours, field) SAME(ours, offsetof(struct sctpstat, field) / sizeof(uint32_t))

SAME(USR_AF_CONN, AF_CONN);
SAME(USR_IPPROTO_SCTP, IPPROTO_SCTP);
SAME(USR_MSG_NOTIFICATION, MSG_NOTIFICATION);
SAME(USR_RTOINFO, SCTP_RTOINFO);
SAME(USR_ASSOCINFO, SCTP_ASSOCINFO);
SAME(USR_INITMSG, SCTP_INITMSG);
SAME(USR_NODELAY, SCTP_NODELAY);
SAME(USR_PEER_ADDR_PARAMS, SCTP_PEER_ADDR_PARAMS);
SAME(USR_EVENT, SCTP_EVENT);
SAME(USR_RECVRCVINFO, SCTP_RECVRCVINFO);
SAME(USR_RECONFIG_SUPPORTED, SCTP_RECONFIG_SUPPORTED);
SAME(USR_STATUS, SCTP_STATUS);
SAME(USR_ENABLE_STREAM_RESET, SCTP_ENABLE_STREAM_RESET);
SAME(USR_RESET_STREAMS, SCTP_RESET_STREAMS);
SAME(USR_ENABLE_RESET_STREAM_REQ, SCTP_ENABLE_RESET_STREAM_REQ);
SAME(USR_STREAM_RESET_OUTGOING, SCTP_STREAM_RESET_OUTGOING);
SAME(USR_FUTURE_ASSOC, SCTP_FUTURE_ASSOC);
SAME(USR_SPP_HB_ENABLE, SPP_HB_ENABLE);
SAME(USR_SPP_HB_DEMAND, SPP_HB_DEMAND);
SAME(USR_SPP_PMTUD_DISABLE, SPP_PMTUD_DISABLE);
SAME(USR_EVENT_READ, SCTP_EVENT_READ);
SAME(USR_EVENT_WRITE, SCTP_EVENT_WRITE);
SAME(USR_EOF, SCTP_EOF);
SAME(USR_ABORT, SCTP_ABORT);
SAME(USR_UNORDERED, SCTP_UNORDERED);
SAME(USR_SENDV_SNDINFO, SCTP_SENDV_SNDINFO);
SAME(USR_SENDV_SPA, SCTP_SENDV_SPA);
SAME(USR_SEND_SNDINFO_VALID, SCTP_SEND_SNDINFO_VALID);
SAME(USR_SEND_PRINFO_VALID, SCTP_SEND_PRINFO_VALID);
SAME(USR_RECVV_RCVINFO, SCTP_RECVV_RCVINFO);
SAME(USR_PR_TTL, SCTP_PR_SCTP_TTL);
SAME(USR_PR_RTX, SCTP_PR_SCTP_RTX);
SAME(USR_ASSOC_CHANGE, SCTP_ASSOC_CHANGE);
SAME(USR_PEER_ADDR_CHANGE, SCTP_PEER_ADDR_CHANGE);
SAME(USR_SHUTDOWN_EVENT, SCTP_SHUTDOWN_EVENT);
SAME(USR_PARTIAL_DELIVERY_EVENT, SCTP_PARTIAL_DELIVERY_EVENT);
SAME(USR_STREAM_RESET_EVENT, SCTP_STREAM_RESET_EVENT);
SAME(USR_SENDER_DRY_EVENT, SCTP_SENDER_DRY_EVENT);
SAME(USR_SEND_FAILED_EVENT, SCTP_SEND_FAILED_EVENT);
SAME(USR_COMM_UP, SCTP_COMM_UP);
SAME(USR_COMM_LOST, SCTP_COMM_LOST);
SAME(USR_RESTART, SCTP_RESTART);
SAME(USR_SHUTDOWN_COMP, SCTP_SHUTDOWN_COMP);
SAME(USR_CANT_STR_ASSOC, SCTP_CANT_STR_ASSOC);
SAME(USR_ADDR_AVAILABLE, SCTP_ADDR_AVAILABLE);
SAME(USR_ADDR_UNREACHABLE, SCTP_ADDR_UNREACHABLE);
SAME(USR_ADDR_CONFIRMED, SCTP_ADDR_CONFIRMED);
SAME(USR_RESET_INCOMING_SSN, SCTP_STREAM_RESET_INCOMING_SSN);
SAME(USR_RESET_OUTGOING_SSN, SCTP_STREAM_RESET_OUTGOING_SSN);
SAME(USR_RESET_DENIED, SCTP_STREAM_RESET_DENIED);
SAME(USR_RESET_FAILED, SCTP_STREAM_RESET_FAILED);
SAME(USR_DATA_SENT, SCTP_DATA_SENT);
SAME(USR_CHUNK_ABORT, SCTP_ABORT_ASSOCIATION);

SIZE(usr_sockaddr_conn, struct sockaddr_conn);
FIELD(usr_sockaddr_conn, port, struct sockaddr_conn, sconn_port);
FIELD(usr_sockaddr_conn, addr, struct sockaddr_conn, sconn_addr);
SIZE(usr_initmsg, struct sctp_initmsg);
FIELD(usr_initmsg, attempts, struct sctp_initmsg, sinit_max_attempts);
SIZE(usr_rtoinfo, struct sctp_rtoinfo);
FIELD(usr_rtoinfo, min, struct sctp_rtoinfo, srto_min);
FIELD(usr_rtoinfo, max, struct sctp_rtoinfo, srto_max);
SIZE(usr_assocparams, struct sctp_assocparams);
FIELD(usr_assocparams, max_rxt, struct sctp_assocparams, sasoc_asocmaxrxt);
SIZE(usr_paddrparams, struct sctp_paddrparams);
FIELD(usr_paddrparams, hb_interval, struct sctp_paddrparams, spp_hbinterval);
FIELD(usr_paddrparams, path_mtu, struct sctp_paddrparams, spp_pathmtu);
FIELD(usr_paddrparams, flags, struct sctp_paddrparams, spp_flags);
FIELD(usr_paddrparams, max_rxt, struct sctp_paddrparams, spp_pathmaxrxt);
SIZE(usr_event, struct sctp_event);
FIELD(usr_event, on, struct sctp_event, se_on);
SIZE(usr_assoc_value, struct sctp_assoc_value);
SIZE(usr_reset_streams, struct sctp_reset_streams);
FIELD(usr_reset_streams, list, struct sctp_reset_streams, srs_stream_list);
SIZE(usr_sndinfo, struct sctp_sndinfo);
FIELD(usr_sndinfo, context, struct sctp_sndinfo, snd_context);
SIZE(usr_prinfo, struct sctp_prinfo);
SIZE(usr_sendv_spa, struct sctp_sendv_spa);
FIELD(usr_sendv_spa, prinfo, struct sctp_sendv_spa, sendv_prinfo);
SIZE(usr_rcvinfo, struct sctp_rcvinfo);
FIELD(usr_rcvinfo, flags, struct sctp_rcvinfo, rcv_flags);
FIELD(usr_rcvinfo, ppid, struct sctp_rcvinfo, rcv_ppid);
SIZE(usr_status, struct sctp_status);
FIELD(usr_status, instrms, struct sctp_status, sstat_instrms);
FIELD(usr_status, primary, struct sctp_status, sstat_primary);
FIELD(usr_paddrinfo, cwnd, struct sctp_paddrinfo, spinfo_cwnd);
FIELD(usr_paddrinfo, rto, struct sctp_paddrinfo, spinfo_rto);

STAT(USR_STAT_OUT_OF_BLUE, sctps_outoftheblue);
STAT(USR_STAT_BADSUM, sctps_badsum);
STAT(USR_STAT_BADVTAG, sctps_badvtag);
STAT(USR_STAT_BADSID, sctps_badsid);
_Static_assert(sizeof(struct sctpstat) <= USR_STAT_WORDS_MAX * sizeof(uint32_t), "statistics fit");

/* Where notification_usrsctp.c looks. */
SAME(offsetof(struct sctp_assoc_change, sac_state), 8);
SAME(offsetof(struct sctp_assoc_change, sac_info), 20);
SAME(offsetof(struct sctp_assoc_change, sac_outbound_streams), 12);
SAME(offsetof(struct sctp_paddr_change, spc_state), 136);
SAME(offsetof(struct sctp_stream_reset_event, strreset_stream_list), 12);
SAME(offsetof(struct sctp_send_failed_event, ssfe_error), 8);
SAME(offsetof(struct sctp_send_failed_event, ssfe_info), 12);
SAME(offsetof(struct sctp_send_failed_event, ssfe_data), 32);

int main(void)
{
    puts("all compared at compile time");
    return 0;
}
#endif
