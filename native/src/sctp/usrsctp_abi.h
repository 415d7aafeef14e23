/*
 * usrsctp_abi.h: the part of usrsctp's ABI (0.9.5.0, <usrsctp.h>) that a stack uses, in our own words, so that nothing of
 * usrsctp is needed to build. The test sctp_usrsctp_abi compares it with the installed header where there is one.
 *
 * The kernel's SCTP has other numbers and layouts for the same names (notification_kernel.c): hence the prefix.
 */
#ifndef SSC_USRSCTP_ABI_H
#define SSC_USRSCTP_ABI_H

#include <stddef.h>
#include <stdint.h>
#include <sys/socket.h>

#define USR_AF_CONN      123
#define USR_IPPROTO_SCTP 132
#define USR_MSG_NOTIFICATION 0x2000

/* socket options */
#define USR_RTOINFO                 0x01
#define USR_ASSOCINFO               0x02
#define USR_INITMSG                 0x03
#define USR_NODELAY                 0x04
#define USR_PEER_ADDR_PARAMS        0x0a
#define USR_EVENT                   0x1e
#define USR_RECVRCVINFO             0x1f
#define USR_RECONFIG_SUPPORTED      0x29
#define USR_STATUS                  0x100
#define USR_ENABLE_STREAM_RESET     0x900
#define USR_RESET_STREAMS           0x901

#define USR_ENABLE_RESET_STREAM_REQ 0x01
#define USR_STREAM_RESET_OUTGOING   0x02
#define USR_FUTURE_ASSOC            0u

#define USR_SPP_HB_ENABLE     0x01
#define USR_SPP_HB_DEMAND     0x04
#define USR_SPP_PMTUD_DISABLE 0x10

/* readiness, usrsctp_get_events */
#define USR_EVENT_READ  0x01
#define USR_EVENT_WRITE 0x02

/* flags of sndinfo and rcvinfo */
#define USR_EOF       0x0100
#define USR_ABORT     0x0200
#define USR_UNORDERED 0x0400

#define USR_SENDV_SNDINFO 1
#define USR_SENDV_SPA     4
#define USR_SEND_SNDINFO_VALID 0x01
#define USR_SEND_PRINFO_VALID  0x02
#define USR_RECVV_RCVINFO 1
#define USR_PR_TTL 0x01
#define USR_PR_RTX 0x03

/* notifications */
#define USR_ASSOC_CHANGE           0x01
#define USR_PEER_ADDR_CHANGE       0x02
#define USR_SHUTDOWN_EVENT         0x05
#define USR_PARTIAL_DELIVERY_EVENT 0x07
#define USR_STREAM_RESET_EVENT     0x09
#define USR_SENDER_DRY_EVENT       0x0a
#define USR_SEND_FAILED_EVENT      0x0e

#define USR_COMM_UP        1
#define USR_COMM_LOST      2
#define USR_RESTART        3
#define USR_SHUTDOWN_COMP  4
#define USR_CANT_STR_ASSOC 5

#define USR_ADDR_AVAILABLE   1
#define USR_ADDR_UNREACHABLE 2
#define USR_ADDR_CONFIRMED   6

#define USR_RESET_INCOMING_SSN 0x01
#define USR_RESET_OUTGOING_SSN 0x02
#define USR_RESET_DENIED       0x04
#define USR_RESET_FAILED       0x08
#define USR_DATA_SENT          0x02
#define USR_DATA_LAST_FRAG     0x01 /* as in the chunk, RFC 9260 section 3.3.1; not in usrsctp's header */
#define USR_DATA_FIRST_FRAG    0x02

#define USR_CHUNK_ABORT 6

/* Where the BSDs put sconn_len, Linux has a wider family. */
typedef struct usr_sockaddr_conn {
#if defined(__APPLE__) || defined(__FreeBSD__) || defined(__OpenBSD__) || defined(__NetBSD__) || defined(__DragonFly__)
    uint8_t  len;
    uint8_t  family;
#else
    uint16_t family;
#endif
    uint16_t port; /* network byte order */
    void    *addr; /* opaque to usrsctp, which only compares and hashes it */
} usr_sockaddr_conn;

typedef struct usr_initmsg { uint16_t out_streams, in_streams, attempts, max_timeo; } usr_initmsg;
typedef struct usr_rtoinfo { uint32_t assoc, initial, max, min; } usr_rtoinfo;
typedef struct usr_assocparams {
    uint32_t assoc, peer_rwnd, local_rwnd, cookie_life;
    uint16_t max_rxt, peer_destinations;
} usr_assocparams;
typedef struct usr_paddrparams {
    struct sockaddr_storage address;
    uint32_t assoc, hb_interval, path_mtu, flags, flowlabel;
    uint16_t max_rxt;
    uint8_t  dscp;
} usr_paddrparams;
typedef struct usr_event { uint32_t assoc; uint16_t type; uint8_t on; } usr_event;
typedef struct usr_assoc_value { uint32_t assoc, value; } usr_assoc_value;
typedef struct usr_reset_streams { uint32_t assoc; uint16_t flags, count; uint16_t list[]; } usr_reset_streams;
typedef struct usr_sndinfo { uint16_t sid, flags; uint32_t ppid, context, assoc; } usr_sndinfo;
typedef struct usr_prinfo { uint16_t policy; uint32_t value; } usr_prinfo;
typedef struct usr_sendv_spa {
    uint32_t flags;
    usr_sndinfo sndinfo;
    usr_prinfo prinfo;
    uint16_t authkey;
} usr_sendv_spa;
typedef struct usr_rcvinfo { uint16_t sid, ssn, flags; uint32_t ppid, tsn, cumtsn, context, assoc; } usr_rcvinfo;
typedef struct usr_paddrinfo {
    struct sockaddr_storage address;
    uint32_t assoc;
    int32_t  state;
    uint32_t cwnd, srtt, rto, mtu;
} usr_paddrinfo;
typedef struct usr_status {
    uint32_t assoc;
    int32_t  state;
    uint32_t rwnd;
    uint16_t unackdata, penddata, instrms, outstrms;
    uint32_t fragmentation_point;
    usr_paddrinfo primary;
} usr_status;

/* usrsctp_get_stat fills a structure of 32-bit words; these are the places of the ones that are counted on. */
#define USR_STAT_WORDS_MAX  1024
#define USR_STAT_OUT_OF_BLUE 9
#define USR_STAT_BADSUM      98
#define USR_STAT_BADVTAG     100
#define USR_STAT_BADSID      101

#endif /* SSC_USRSCTP_ABI_H */
