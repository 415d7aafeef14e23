/*
 * kernel_abi.h: SCTP of the Linux kernel as seen from user space: the numbers and structures of <linux/sctp.h> that are used
 * here, by our own names. No header of the system is needed, which older and foreign toolchains do not have, and libsctp (which
 * only wraps these) is not needed either. The test sctp_kernel_abi compares them with the installed header.
 */
#ifndef SSK_KERNEL_ABI_H
#define SSK_KERNEL_ABI_H

#include <stdint.h>
#include <sys/socket.h>

#define KSCTP_PROTOCOL 132

/* Socket options, level KSCTP_PROTOCOL */
#define KSCTP_RTOINFO             0
#define KSCTP_ASSOCINFO           1
#define KSCTP_INITMSG             2
#define KSCTP_NODELAY             3
#define KSCTP_PEER_ADDR_PARAMS    9
#define KSCTP_STATUS              14
#define KSCTP_FRAGMENT_INTERLEAVE 18
#define KSCTP_PEER_ADDR_THLDS     31
#define KSCTP_RECVRCVINFO         32
#define KSCTP_CONNECTX3           111
#define KSCTP_RECONFIG_SUPPORTED  117
#define KSCTP_ENABLE_STREAM_RESET 118
#define KSCTP_RESET_STREAMS       119
#define KSCTP_PEELOFF_FLAGS       122
#define KSCTP_EVENT               127 /* Linux 5.0 */
#define KSCTP_REMOTE_UDP_PORT     132 /* Linux 5.11 */

/* Control messages */
#define KSCTP_CMSG_SNDINFO 2
#define KSCTP_CMSG_RCVINFO 3
#define KSCTP_CMSG_PRINFO  5

#define KSCTP_UNORDERED 0x0001u
#define KSCTP_ABORT     0x0004u
#define KSCTP_EOF       0x0200u /* MSG_FIN */
#define KSCTP_PR_TTL    0x0010u
#define KSCTP_PR_RTX    0x0020u
#define KSCTP_MSG_NOTIFICATION 0x8000u

#define KSCTP_RESET_REQ      0x01u
#define KSCTP_RESET_OUTGOING 0x02u

#define KSCTP_SPP_HB_ENABLE     0x01u
#define KSCTP_SPP_PMTUD_DISABLE 0x10u

#define KSCTP_NOTE_ASSOC_CHANGE 0x8001u
#define KSCTP_NOTE_PATH_CHANGE  0x8002u
#define KSCTP_NOTE_SHUTDOWN     0x8005u
#define KSCTP_NOTE_PARTIAL      0x8006u
#define KSCTP_NOTE_SENDER_DRY   0x8009u
#define KSCTP_NOTE_STREAM_RESET 0x800au
#define KSCTP_NOTE_SEND_FAILED  0x800du

typedef struct ksctp_rtoinfo { int32_t assoc; uint32_t initial, max, min; } ksctp_rtoinfo;
typedef struct ksctp_assocparams {
    int32_t assoc;
    uint16_t max_rxt, peers;
    uint32_t peer_window, local_window, cookie_life;
} ksctp_assocparams;
typedef struct ksctp_initmsg { uint16_t out_streams, in_streams, attempts, max_timeo; } ksctp_initmsg;
typedef struct __attribute__((packed, aligned(4))) ksctp_paddrparams {
    int32_t assoc;
    struct sockaddr_storage address;
    uint32_t hb_interval;
    uint16_t max_rxt;
    uint32_t path_mtu, sack_delay, flags, flow_label;
    uint8_t dscp;
} ksctp_paddrparams;
typedef struct ksctp_paddrthlds {
    int32_t assoc;
    struct sockaddr_storage address;
    uint16_t max_rxt, pf_threshold;
} ksctp_paddrthlds;
typedef struct __attribute__((packed, aligned(4))) ksctp_paddrinfo {
    int32_t assoc;
    struct sockaddr_storage address;
    int32_t state;
    uint32_t cwnd, srtt, rto, mtu;
} ksctp_paddrinfo;
typedef struct ksctp_status {
    int32_t assoc, state;
    uint32_t window;
    uint16_t unacknowledged, pending, streams_in, streams_out;
    uint32_t fragment_bytes;
    ksctp_paddrinfo primary;
} ksctp_status;
typedef struct ksctp_event { int32_t assoc; uint16_t type; uint8_t on; } ksctp_event;
typedef struct ksctp_assoc_value { int32_t assoc; uint32_t value; } ksctp_assoc_value;
typedef struct ksctp_reset_streams { int32_t assoc; uint16_t flags, count, streams[]; } ksctp_reset_streams;
typedef struct ksctp_peeloff { int32_t assoc; int fd; unsigned flags; } ksctp_peeloff;
typedef struct ksctp_connectx { int32_t assoc; int bytes; void *addresses; } ksctp_connectx;
typedef struct ksctp_udp_port { int32_t assoc; struct sockaddr_storage address; uint16_t port; } ksctp_udp_port; /* network order */
typedef struct ksctp_sndinfo { uint16_t stream, flags; uint32_t ppid, context; int32_t assoc; } ksctp_sndinfo;
typedef struct ksctp_prinfo { uint16_t policy; uint32_t value; } ksctp_prinfo;
typedef struct ksctp_rcvinfo {
    uint16_t stream, ssn, flags;
    uint32_t ppid, tsn, cumtsn, context;
    int32_t assoc;
} ksctp_rcvinfo;

#endif /* SSK_KERNEL_ABI_H */
