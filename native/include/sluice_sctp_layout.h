/*
 * sluice_sctp_layout.h: what an SCTP stack and its caller both see: limits, datagrams, events, the shared region, configuration and
 * arguments. Included by sluice_sctp.h, which has the rules (S1 to S9) and the functions.
 */
#ifndef SLUICE_SCTP_LAYOUT_H
#define SLUICE_SCTP_LAYOUT_H

#include "sluice_layout.h"

/* -------------------------------------------------------------------------------------------------- limits */

#define SLUICE_SCTP_REASON_MAX      504u   /* bytes of an abort reason, sent and received                          */
#define SLUICE_SCTP_DATAGRAM_MAX    1472u  /* bytes of a datagram handed out; those of usrsctp stay below the MTU  */
#define SLUICE_SCTP_PATH_MTU        1200u  /* bytes of an SCTP packet; path MTU discovery is off                   */
#define SLUICE_SCTP_SLOT_BYTES      1536u  /* header of a slot and datagram                                        */
#define SLUICE_SCTP_SLOT_DATA       64u    /* where the datagram begins in its slot                                */
#define SLUICE_SCTP_STREAMS_MAX     1024u  /* of one direction; more would cost 115 KiB and up per association     */
#define SLUICE_SCTP_MESSAGE_MAX     16777216u /* upper end of config.max_message_bytes                             */
#define SLUICE_SCTP_DEADLINE_MAX_MS 86400000u /* of sluice_sctp_close                                              */
#define SLUICE_SCTP_CAUSE_USER      12u    /* User-Initiated Abort, RFC 9260 section 3.3.10.12                     */

/* --------------------------------------------------------------------------------------------------- peers */

/*
 * The UDP address of a peer and the socket it is reached through. 32 bytes. Two peers are the same when all fields
 * are. "link" is the caller's own number for one of its UDP sockets (or any other carrier of datagrams: with family
 * 0, link alone names the peer); it comes back with every datagram, so that the caller knows through which socket to
 * send.
 */
typedef struct sluice_sctp_addr {
    uint16_t family;    /*  0 SLUICE_FAMILY_INET4, SLUICE_FAMILY_INET6, or 0: the link is the peer                 */
    uint16_t port;      /*  2 UDP, host byte order                                                                 */
    uint32_t scope_id;  /*  4 IPv6                                                                                 */
    uint8_t  bytes[16]; /*  8 4 or 16 address bytes in network order, the rest zero                                */
    uint64_t link;      /* 24                                                                                      */
} sluice_sctp_addr;

/* One datagram that was received. 64 bytes. */
typedef struct sluice_sctp_datagram {
    uint64_t         data;     /*  0 address of the bytes                                                          */
    uint32_t         bytes;    /*  8                                                                               */
    uint32_t         ecn;      /* 12 ECN bits of the IP header, 0..3, or 0                                          */
    sluice_sctp_addr peer;     /* 16                                                                               */
    uint64_t         reserved[2]; /* 48 zero                                                                       */
} sluice_sctp_datagram;

/* The header of a slot. The datagram itself begins at SLUICE_SCTP_SLOT_DATA. 64 bytes. */
typedef struct sluice_sctp_slot {
    sluice_sctp_addr peer;     /*  0                                                                               */
    uint32_t         bytes;    /* 32 of the datagram                                                               */
    uint32_t         tos;      /* 36 for IP_TOS / IPV6_TCLASS, 0: as the socket has it                             */
    uint64_t         reserved[3]; /* 40                                                                            */
} sluice_sctp_slot;

/* --------------------------------------------------------------------------------------------------- events */

#define SLUICE_SCTP_EV_UP            1u
#define SLUICE_SCTP_EV_MESSAGE       2u
#define SLUICE_SCTP_EV_WRITABLE      3u /* after EAGAIN: there is room again, perhaps not yet enough          */
#define SLUICE_SCTP_EV_SEND_DRY      4u /* all messages were acknowledged (SLUICE_SCTP_TELL_DRY)                   */
#define SLUICE_SCTP_EV_SEND_FAILED   5u
#define SLUICE_SCTP_EV_STREAM_RESET  6u
#define SLUICE_SCTP_EV_PATH          7u
#define SLUICE_SCTP_EV_PEER_SHUTDOWN 8u /* the peer sends no more; it has taken everything that was sent before    */
#define SLUICE_SCTP_EV_CLOSED        9u

#define SLUICE_SCTP_UP_ACCEPTED        0x01u
#define SLUICE_SCTP_UP_RESTARTED       0x02u /* with ACCEPTED: the new life of a peer that restarted               */
#define SLUICE_SCTP_MSG_UNORDERED      0x01u /* also sluice_sctp_message.flags                                     */
#define SLUICE_SCTP_FAILED_SENT        0x01u /* was on the wire: the peer may have it. Without: it was never sent  */
#define SLUICE_SCTP_RESET_IN           0x01u /* the peer's sending direction was reset                             */
#define SLUICE_SCTP_RESET_OUT          0x02u /* ours                                                               */
#define SLUICE_SCTP_RESET_DENIED       0x04u /* the peer refused                                                   */
#define SLUICE_SCTP_RESET_FAILED       0x08u
#define SLUICE_SCTP_RESET_ALL          0x10u /* no ids follow: all streams                                         */
#define SLUICE_SCTP_PATH_AVAILABLE     1u
#define SLUICE_SCTP_PATH_UNREACHABLE   2u
#define SLUICE_SCTP_PATH_CONFIRMED     3u

#define SLUICE_SCTP_CLOSED_LOCAL           1u  /* close() here, SHUTDOWN completed                                  */
#define SLUICE_SCTP_CLOSED_LOCAL_ABORT     2u  /* abort() here, or close() before UP                               */
#define SLUICE_SCTP_CLOSED_LOCAL_DEADLINE  3u  /* close() here, and the deadline came first: ABORT was sent        */
#define SLUICE_SCTP_CLOSED_STACK_SHUTDOWN  4u  /* sluice_sctp_shutdown()                                           */
#define SLUICE_SCTP_CLOSED_PEER_SHUTDOWN   5u
#define SLUICE_SCTP_CLOSED_PEER_ABORT      6u  /* cause and reason are the peer's                                  */
#define SLUICE_SCTP_CLOSED_PATH_LOST       7u  /* heartbeats or retransmissions were not answered                  */
#define SLUICE_SCTP_CLOSED_REFUSED         8u  /* connect: answered with ABORT                                     */
#define SLUICE_SCTP_CLOSED_CONNECT_TIMEOUT 9u
#define SLUICE_SCTP_CLOSED_RESTARTED       10u /* the peer began a new association on the same ports               */
#define SLUICE_SCTP_CLOSED_UNREACHABLE     11u /* ICMP, with SLUICE_SCTP_CLOSE_ON_ICMP                             */
#define SLUICE_SCTP_CLOSED_LIMIT           12u /* the peer sent a message above max_message_bytes: ABORT was sent  */
#define SLUICE_SCTP_CLOSED_PROTOCOL        13u /* the peer violated the protocol: ABORT was sent                   */
#define SLUICE_SCTP_CLOSED_ERROR           14u /* usrsctp failed: see os_errno                                     */

#define SLUICE_SCTP_CLOSE_BY_PEER          0x01u
#define SLUICE_SCTP_CLOSE_BEFORE_UP        0x02u
#define SLUICE_SCTP_CLOSE_SHUTDOWN_SEEN    0x04u /* a SHUTDOWN of the peer had come                                */
#define SLUICE_SCTP_CLOSE_REASON_TRUNCATED 0x08u /* the peer's reason was longer than SLUICE_SCTP_REASON_MAX       */
#define SLUICE_SCTP_CLOSE_HAS_CAUSE        0x10u /* the ABORT carried a cause                                      */

/*
 * One event: 64 bytes. Fields that a type does not use are zero. payload_* names bytes in the shared region.
 *
 *  type           flags        kind    stream  ppid     value          context   os_errno  payload
 *  UP             UP_*         -       -       -        ports(1)       streams(2) -        sluice_sctp_addr of the peer
 *  MESSAGE        MSG_*        -       id      ppid     -              -         -         the message, never empty
 *  WRITABLE       -            -       -       -        -              -         -         -
 *  SEND_DRY       -            -       -       -        -              -         -         -
 *  SEND_FAILED    FAILED_*     -       id      ppid     error(3)       context   -         -
 *  STREAM_RESET   RESET_*      -       -       -        -              -         -         uint16 ids, host byte order
 *  PATH           -            -       -       -        PATH_*         -         -         -
 *  PEER_SHUTDOWN  -            -       -       -        -              -         -         -
 *  CLOSED         CLOSE_*      CLOSED_* -      -        cause code     -         errno(4)  the reason, 0..504 bytes
 *
 *  (1) peer's SCTP port << 16 | own   (2) incoming streams << 16 | outgoing   (3) SCTP error cause of the failure, or 0
 *  (4) errno where one was involved, in the numbers of Linux
 *
 * SEND_FAILED of one message comes once, however many pieces it was sent in. FAILED_SENT: some of them were sent.
 */
typedef struct sluice_sctp_event {
    uint8_t  type;           /*  0 SLUICE_SCTP_EV_*                                                                */
    uint8_t  flags;          /*  1                                                                                 */
    uint16_t kind;           /*  2 SLUICE_SCTP_CLOSED_*                                                            */
    uint16_t stream;         /*  4                                                                                 */
    uint16_t reserved;       /*  6                                                                                 */
    uint64_t assoc;          /*  8                                                                                 */
    uint64_t tag;            /* 16 of the connect, or of the listener                                              */
    uint64_t listener;       /* 24 that accepted it, or 0                                                          */
    uint32_t ppid;           /* 32 host byte order                                                                 */
    uint32_t value;          /* 36                                                                                 */
    uint32_t context;        /* 40                                                                                 */
    int32_t  os_errno;       /* 44                                                                                 */
    uint32_t payload_offset; /* 48 from the start of the region                                                    */
    uint32_t payload_bytes;  /* 52                                                                                 */
    uint64_t at_ms;          /* 56 sum of the elapsed times told by tick                                           */
} sluice_sctp_event;         /* 64 bytes */

/* --------------------------------------------------------------------------------------------- shared region */

/*
 * A ring word counts entries ever written or read (it wraps at 2^32); an entry's place is word & (entries - 1).
 *
 *   event ring    sluice_sctp_event: C writes, then ev_tail; the caller advances ev_head.
 *   out ring      uint32 slot numbers: C writes, then out_tail; the caller advances out_head and owns the slot.
 *   return ring   uint32 slot numbers: the caller writes, then ret_tail; C advances ret_head. A number that is not out
 *                 is ignored and counted (SLUICE_SCTP_CTR_BAD_RETURNS).
 *
 * Out and return ring have config.slots entries: they cannot overflow.
 */
typedef struct sluice_sctp_header {
    uint32_t magic;           /*   0 SLUICE_SCTP_MAGIC                                                             */
    uint32_t abi;             /*   4                                                                               */
    uint64_t bytes;           /*   8 of the whole region                                                           */
    uint32_t event_entries;   /*  16                                                                               */
    uint32_t slots;           /*  20                                                                               */
    uint32_t slot_bytes;      /*  24 SLUICE_SCTP_SLOT_BYTES                                                        */
    uint32_t counter_count;   /*  28                                                                               */
    uint32_t event_offset;    /*  32 bytes from the start of the region                                            */
    uint32_t out_offset;      /*  36                                                                               */
    uint32_t return_offset;   /*  40                                                                               */
    uint32_t slots_offset;    /*  44                                                                               */
    uint32_t counters_offset; /*  48                                                                               */
    uint32_t arena_offset;    /*  52                                                                               */
    uint32_t arena_bytes;     /*  56                                                                               */
    int32_t  next_tick_ms;    /*  60 call tick after at most so many ms; -1: no tick is needed. As of the last call */
    uint32_t ev_tail;         /*  64 C                                                                             */
    uint32_t ev_head;         /*  68 caller                                                                        */
    uint32_t out_tail;        /*  72 C                                                                             */
    uint32_t out_head;        /*  76 caller                                                                        */
    uint32_t ret_tail;        /*  80 caller                                                                        */
    uint32_t ret_head;        /*  84 C                                                                             */
    uint32_t waiting;         /*  88 1: events wait for room in the ring or arena: enter again after reading        */
    uint32_t pad[9];          /*  92                                                                               */
} sluice_sctp_header;         /* 128 bytes */

#define SLUICE_SCTP_MAGIC 0x50544353u /* "SCTP" read as a little-endian word */

/* Counters: uint64 each. */
#define SLUICE_SCTP_CTR_IN                  0u  /* datagrams handed in                                             */
#define SLUICE_SCTP_CTR_IN_BYTES            1u
#define SLUICE_SCTP_CTR_OUT                 2u  /* datagrams handed out                                            */
#define SLUICE_SCTP_CTR_OUT_BYTES           3u
#define SLUICE_SCTP_CTR_OUT_DROPPED         4u  /* no free slot                                                    */
#define SLUICE_SCTP_CTR_OUT_TOO_LONG        5u  /* did not fit into a slot                                         */
#define SLUICE_SCTP_CTR_GARBAGE             6u  /* no SCTP packet by form: short, chunk lengths that lie, port 0   */
#define SLUICE_SCTP_CTR_BAD_CHECKSUM        7u  /* as usrsctp counts them, so also 8 to 10                         */
#define SLUICE_SCTP_CTR_BAD_TAG             8u  /* wrong verification tags                                         */
#define SLUICE_SCTP_CTR_OUT_OF_THE_BLUE     9u  /* belong to no association                                        */
#define SLUICE_SCTP_CTR_BAD_STREAM          10u /* DATA for a stream that does not exist                           */
#define SLUICE_SCTP_CTR_INIT_REFUSED        11u /* INITs to a port on which nobody listens                         */
#define SLUICE_SCTP_CTR_OPENED              12u /* associations that got an id                                     */
#define SLUICE_SCTP_CTR_UPS                 13u
#define SLUICE_SCTP_CTR_CLOSED              14u /* live = opened - closed                                          */
#define SLUICE_SCTP_CTR_ABORTS_SENT         15u /* abort(), deadlines, limits, shutdown of the stack               */
#define SLUICE_SCTP_CTR_RESTARTS            16u
#define SLUICE_SCTP_CTR_RESETS_IN           17u /* streams                                                         */
#define SLUICE_SCTP_CTR_RESETS_OUT          18u
#define SLUICE_SCTP_CTR_MESSAGES_IN         19u
#define SLUICE_SCTP_CTR_MESSAGE_BYTES_IN    20u
#define SLUICE_SCTP_CTR_MESSAGES_OUT        21u
#define SLUICE_SCTP_CTR_MESSAGE_BYTES_OUT   22u
#define SLUICE_SCTP_CTR_SENDS_FAILED        23u
#define SLUICE_SCTP_CTR_SENDS_FULL          24u /* EAGAIN                                                          */
#define SLUICE_SCTP_CTR_TOO_LONG_IN         25u /* messages above max_message_bytes                                */
#define SLUICE_SCTP_CTR_DISCARDED_IN        26u /* messages read after a local abort, or cut off by the peer       */
#define SLUICE_SCTP_CTR_HINTS               27u /* ICMP errors told                                                */
#define SLUICE_SCTP_CTR_PROBES              28u /* heartbeats sent because of one                                  */
#define SLUICE_SCTP_CTR_SIGNALS_AFTER_LATCH 29u /* further signs of an end that was known                          */
#define SLUICE_SCTP_CTR_BAD_NOTIFICATIONS   30u /* notifications that could not be decoded                         */
#define SLUICE_SCTP_CTR_BAD_RETURNS         31u
#define SLUICE_SCTP_CTR_ACCEPTS_REFUSED     32u /* handshakes completed and aborted: max_associations, or no listener */
#define SLUICE_SCTP_CTR_SLOTS_OUT           33u /* gauge: slots the caller owns now or has not read yet            */
#define SLUICE_SCTP_CTR_PATHS               34u /* gauge: peers with an association                                */
#define SLUICE_SCTP_CTR_INITS_ANSWERED      35u /* INITs of strangers to a listener: a cookie went out, nothing is kept */
#define SLUICE_SCTP_CTR_BAD_COOKIES         36u /* COOKIE ECHOs that were worth no answer: forged, or from another address */
#define SLUICE_SCTP_CTR_CLOSED_BY_KIND      48u /* + SLUICE_SCTP_CLOSED_*: 48..63                                  */
#define SLUICE_SCTP_CTR_COUNT               64u

/* --------------------------------------------------------------------------------------------- configuration */

#define SLUICE_SCTP_PRIVATE_FILE 0x01u /* the library's file is this stack's own copy: load it as it is. Where files
                                          cannot be loaded from memory, the caller copies, opens and then deletes  */
#define SLUICE_SCTP_SILENT       0x02u /* answer nothing to packets that belong to no association. By default a peer
                                          that knocks at a port on which nobody listens, or goes on after this side
                                          restarted, is told with an ABORT                                         */

/* Values outside their range are EINVAL; 0 takes the default. 96 bytes. */
typedef struct sluice_sctp_config {
    uint32_t size;              /*  0 sizeof(sluice_sctp_config)                                                   */
    uint32_t flags;             /*  4 SLUICE_SCTP_PRIVATE_FILE, SLUICE_SCTP_SILENT                                 */
    uint32_t event_entries;     /*  8 power of two 16..65536, default 1024                                         */
    uint32_t slots;             /* 12 power of two 8..65536, default 512: datagrams on their way out               */
    uint32_t arena_bytes;       /* 16 multiple of 4096, 64 KiB..256 MiB, default 4 times max_message_bytes; at
                                      least twice max_message_bytes + 4096                                        */
    uint32_t max_message_bytes; /* 20 1..16 MiB, default 262144: received and sent                                 */
    uint32_t max_associations;  /* 24 1..65536, default 4096. A stack looks at all its timers in each tick (about
                                      0.1 us each) and at all its peers for each packet: shard by loop             */
    uint32_t max_listeners;     /* 28 1..1024, default 64                                                          */
    uint32_t recv_buffer_bytes; /* 32 4096..64 MiB, default 262144: of an association, its receive window          */
    uint32_t send_buffer_bytes; /* 36 4096..64 MiB, default 524288; at least max_message_bytes                     */
    uint32_t tick_ms;           /* 40 1..100, default 10                                                           */
    uint32_t probe_interval_ms; /* 44 1..60000, default 100: an association is probed at most so often for ICMP    */
    uint64_t shared_base;       /* 48 address of the caller's memory, 64-byte aligned; 0: C takes its own          */
    uint64_t shared_bytes;      /* 56 its size; 0 with shared_base 0                                               */
    uint64_t reserved[4];       /* 64 zero                                                                         */
} sluice_sctp_config;

/*
 * Liveness profiles: how soon a peer that is silent is given up. The bound is 2 * heartbeat + 1.5 * rto_max *
 * (assoc_max_rtx + 2): the first miss shows after at most two heartbeats, then every probe waits at most 1.5 RTO
 * (jitter).
 *
 *            rto_min/max/initial    max_rtx      heartbeat  pf_threshold  init           silent peer found
 *                                   assoc path                            attempts/max   measured / bound
 *   FAST     200 / 250 / 250        4     4      300        0             5 / 500        1.4-2.0 s / 2.9 s
 *   DEFAULT  250 / 500 / 500        4     4      1000       0             5 / 1000       3.0-4.3 s / 6.5 s
 *   WAN      1000 / 10000 / 3000    8     8      5000       off           8 / 10000      -         / 160 s
 *   RFC      1000 / 60000 / 3000    10    5      30000      off           8 / 60000      776 s, by the RFC's own timers
 *
 * Measured idle. While data waits to be acknowledged, about five retransmission timeouts are enough: 1.1-1.3 s with FAST
 * and DEFAULT. These two take five misses in a row for an end, which 10 % of random loss in each direction bring about in
 * 6 and 3 of 100 minutes; WAN takes nine.
 */
#define SLUICE_SCTP_PROFILE_DEFAULT 0u
#define SLUICE_SCTP_PROFILE_FAST    1u
#define SLUICE_SCTP_PROFILE_WAN     2u
#define SLUICE_SCTP_PROFILE_RFC     3u

#define SLUICE_SCTP_PF_OFF          0xffffu /* pf_threshold: no potentially-failed state (RFC 7829)                */

#define SLUICE_SCTP_CLOSE_ON_ICMP   0x01u /* sluice_sctp_hint may close: for loopback and trusted networks          */
#define SLUICE_SCTP_NO_RESET_ANSWER 0x02u /* do not reset our direction when the peer resets its own               */
#define SLUICE_SCTP_TELL_DRY        0x04u /* SEND_DRY events                                                       */
#define SLUICE_SCTP_NAGLE           0x08u /* bundle small messages (SCTP_NODELAY is set by default)                */

/* Options of an association. 0 takes the profile's or the default value, except where said. 64 bytes. */
typedef struct sluice_sctp_options {
    uint32_t size;               /*  0 sizeof(sluice_sctp_options)                                                 */
    uint32_t flags;              /*  4                                                                             */
    uint32_t profile;            /*  8 SLUICE_SCTP_PROFILE_*                                                       */
    uint32_t rto_initial_ms;     /* 12 10..60000                                                                   */
    uint32_t rto_min_ms;         /* 16 10..60000                                                                   */
    uint32_t rto_max_ms;         /* 20 10..60000; min <= initial <= max                                            */
    uint32_t heartbeat_ms;       /* 24 50..3600000                                                                 */
    uint16_t assoc_max_rtx;      /* 28 1..255                                                                      */
    uint16_t path_max_rtx;       /* 30 1..255, at most assoc_max_rtx                                               */
    uint16_t init_attempts;      /* 32 1..255                                                                      */
    uint16_t pf_threshold_plus1; /* 34 misses until "potentially failed", plus 1; 0: the profile's; PF_OFF: never  */
    uint32_t init_rto_max_ms;    /* 36 10..60000                                                                   */
    uint16_t streams_out;        /* 40 1..1024, default 16: asked for; UP tells what the peer allows               */
    uint16_t streams_in;         /* 42 1..1024, default 16: allowed to the peer                                    */
    uint32_t reserved[5];        /* 44 zero                                                                        */
} sluice_sctp_options;

/* 128 bytes */
typedef struct sluice_sctp_connect_args {
    uint32_t            size;       /*   0 sizeof(sluice_sctp_connect_args)                                        */
    uint16_t            local_port; /*   4 SCTP port; 0: any free one. Must be free on this path                   */
    uint16_t            peer_port;  /*   6 SCTP port, > 0                                                          */
    uint64_t            tag;        /*   8 opaque, in every event                                                  */
    sluice_sctp_addr    peer;       /*  16                                                                         */
    sluice_sctp_options options;    /*  48                                                                         */
    uint64_t            reserved[2]; /* 112 zero                                                                   */
} sluice_sctp_connect_args;

/* 128 bytes */
typedef struct sluice_sctp_listen_args {
    uint32_t            size;       /*   0 sizeof(sluice_sctp_listen_args)                                         */
    uint16_t            port;       /*   4 SCTP port, > 0                                                          */
    uint16_t            reserved16; /*   6 zero                                                                    */
    uint64_t            tag;        /*   8 opaque, in every event of what it accepts                               */
    uint64_t            link;       /*  16 accepts only what comes through this link                               */
    uint64_t            reserved2[3]; /* 24 zero                                                                   */
    sluice_sctp_options options;    /*  48 of the accepted associations                                            */
    uint64_t            reserved[2]; /* 112 zero                                                                   */
} sluice_sctp_listen_args;

#define SLUICE_SCTP_PR_NONE 0u /* reliable                                                                         */
#define SLUICE_SCTP_PR_TTL  1u /* given up after pr_value ms                                                       */
#define SLUICE_SCTP_PR_RTX  2u /* given up after pr_value retransmissions                                          */

/* One message to be sent. 48 bytes. */
typedef struct sluice_sctp_message {
    uint64_t assoc;     /*  0                                                                                      */
    uint64_t data;      /*  8 address of the bytes                                                                 */
    uint32_t bytes;     /* 16 1..max_message_bytes: SCTP has no empty messages                                     */
    uint16_t stream;    /* 20 below the negotiated count                                                           */
    uint16_t flags;     /* 22 SLUICE_SCTP_MSG_UNORDERED                                                            */
    uint32_t ppid;      /* 24 host byte order                                                                      */
    uint32_t context;   /* 28 opaque, in SEND_FAILED                                                               */
    uint16_t pr_policy; /* 32 SLUICE_SCTP_PR_*                                                                     */
    uint16_t reserved;  /* 34 zero                                                                                 */
    uint32_t pr_value;  /* 36                                                                                      */
    uint64_t reserved2; /* 40 zero                                                                                 */
} sluice_sctp_message;

typedef struct sluice_sctp_probe_info {
    uint32_t size;        /*   0 sizeof(sluice_sctp_probe_info), set by the caller                                 */
    uint32_t usable;      /*   4 1 or 0                                                                            */
    int32_t  os_errno;    /*   8 of the step that failed, or 0                                                     */
    uint32_t from_memory; /*  12 1: libraries can be loaded from memory; 0: SLUICE_SCTP_PRIVATE_FILE is needed     */
    char     reason[496]; /*  16 "" when usable, else one sentence that names cause and remedy                     */
} sluice_sctp_probe_info; /* 512 bytes */

SLUICE_STATIC_ASSERT(sizeof(sluice_sctp_addr) == 32, "peer");
SLUICE_STATIC_ASSERT(sizeof(sluice_sctp_datagram) == 64, "datagram");
SLUICE_STATIC_ASSERT(sizeof(sluice_sctp_slot) == SLUICE_SCTP_SLOT_DATA, "slot header");
SLUICE_STATIC_ASSERT(SLUICE_SCTP_SLOT_DATA + SLUICE_SCTP_DATAGRAM_MAX == SLUICE_SCTP_SLOT_BYTES, "slot");
SLUICE_STATIC_ASSERT(sizeof(sluice_sctp_event) == 64, "event is one cache line");
SLUICE_STATIC_ASSERT(sizeof(sluice_sctp_header) == 128, "header");
SLUICE_STATIC_ASSERT(sizeof(sluice_sctp_config) == 96, "config");
SLUICE_STATIC_ASSERT(sizeof(sluice_sctp_options) == 64, "options");
SLUICE_STATIC_ASSERT(sizeof(sluice_sctp_connect_args) == 128, "connect");
SLUICE_STATIC_ASSERT(sizeof(sluice_sctp_listen_args) == 128, "listen");
SLUICE_STATIC_ASSERT(sizeof(sluice_sctp_message) == 48, "message");
SLUICE_STATIC_ASSERT(sizeof(sluice_sctp_probe_info) == 512, "probe");

#endif /* SLUICE_SCTP_LAYOUT_H */
