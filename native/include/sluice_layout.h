/*
 * sluice_layout.h: what lies in memory that a loop and its caller both see: submissions, completions, what these refer to, and the
 * shared region around them. Included by sluice.h, which has the rules (C1 to C12) and the functions.
 */
#ifndef SLUICE_LAYOUT_H
#define SLUICE_LAYOUT_H

#include <stddef.h>
#include <stdint.h>

#if defined(__cplusplus)
#define SLUICE_STATIC_ASSERT(c, m) static_assert(c, m)
#else
#define SLUICE_STATIC_ASSERT(c, m) _Static_assert(c, m)
#endif

/* ----------------------------------------------------------------------------------------- submission entry */

#define SLUICE_OP_NOP      0u  /* completes with result 0                                                         */
#define SLUICE_OP_LISTEN   1u  /* new listening socket                                                            */
#define SLUICE_OP_ACCEPT   2u  /* accept on a listener; MULTISHOT or once                                         */
#define SLUICE_OP_CONNECT  3u  /* new connected socket                                                            */
#define SLUICE_OP_RECV     4u  /* receive into buffers of a pool; MULTISHOT or once                               */
#define SLUICE_OP_RECVMSG  5u  /* receive datagrams into buffers of a pool; MULTISHOT or once                     */
#define SLUICE_OP_SEND     6u  /* send one piece of memory                                                        */
#define SLUICE_OP_SENDMSG  7u  /* send several pieces of memory as one operation                                  */
#define SLUICE_OP_SHUTDOWN 8u  /* end the sending direction after the queued SENDs                                */
#define SLUICE_OP_CLOSE    9u  /* end a handle                                                                    */
#define SLUICE_OP_CANCEL   10u /* ask another operation to end                                                    */
#define SLUICE_OP_ADOPT    11u /* make a handle of an existing socket descriptor                                  */
#define SLUICE_OP_DETACH   12u /* give the descriptor of a handle away and end the handle                         */
#define SLUICE_OP_SENDFILE 13u /* send a region of a file                                                         */
#define SLUICE_OP_WATCH    14u /* complete when the peer ends its direction or the connection fails, reading nothing */
#define SLUICE_OP_DATAGRAM 15u /* new datagram socket (UDP), connected or not                                     */
#define SLUICE_OP_COUNT    16u

#define SLUICE_SQE_MULTISHOT 0x01u /* ACCEPT, RECV, RECVMSG, WATCH: go on until cancelled, end of stream (not WATCH)
                                      or error                                                                    */
#define SLUICE_SQE_LAZY      0x02u /* SEND*, SHUTDOWN: a successful completion need not make a blocking enter
                                      return: it is posted when enter returns for another reason. Whoever waits
                                      for the completion (back-pressure, a callback) leaves the flag out.         */
#define SLUICE_SQE_ABORT     0x04u /* CLOSE: reset the connection (RST), drop unsent data                         */
#define SLUICE_SQE_DRAIN     0x08u /* CLOSE: hand queued SENDs to the kernel first                                */
#define SLUICE_SQE_ZEROCOPY  0x10u /* SEND: zero-copy where the engine can; completes when memory is free again   */

#define SLUICE_MSG_MORE      0x01u /* SEND*: more data follows soon (MSG_MORE)                                    */

/*
 * One submission: 64 bytes, one cache line. Fields that an operation does not use must be zero (else EINVAL).
 *
 *  op        handle     len          addr             aux               aux32          flags
 *  NOP       0          0            0                0                 0              0
 *  LISTEN    0          backlog      offset: address  offset: optvals   optval count   0
 *  ACCEPT    listener   0            0                offset: optvals   optval count   MULTISHOT
 *  CONNECT   0          0            offset: address  offset: optvals   optval count   0
 *  RECV      socket     0            0                0                 0              MULTISHOT     group = pool
 *  RECVMSG   datagram   0            0                0                 0              MULTISHOT     group = pool
 *  SEND      socket     bytes > 0    memory           0                 0              LAZY ZEROCOPY msg_flags = MORE
 *            datagram   bytes >= 0   memory           offset: meta or 0 0              LAZY ZEROCOPY
 *  SENDMSG   socket     iov count    offset: iovecs   0                 0              LAZY          msg_flags = MORE
 *            datagram   iov count    offset: iovecs   offset: meta or 0 0              LAZY
 *  SENDFILE  socket     bytes > 0    file position    0                 file           LAZY
 *  SHUTDOWN  socket     0            0                0                 0              LAZY
 *  CLOSE     any        0            0                0                 0              ABORT | DRAIN
 *  CANCEL    any or 0   0            0                victim's token    0              0
 *  ADOPT     0          0            0                0                 descriptor     0
 *  DETACH    any        0            0                0                 0              0
 *  WATCH     socket     0            0                0                 0              MULTISHOT
 *  DATAGRAM  0          1 or 2       offset: address  offset: optvals   optval count   0
 *
 * "offset" counts bytes from the start of the shared region and must point into the scratch area, 8-byte aligned.
 *
 * LISTEN   socket, SO_REUSEADDR (TCP), options, bind, listen. Completes at once with the new handle. A path that a Unix
 *          listener made stays when it is closed (unix(7)): the caller removes it.
 * ACCEPT   each connection: result 0, handle = the new socket. The options are set on every accepted socket. Running
 *          out of descriptors does not end it: a completion with MORE|NOTE, result 0, handle 0 and detail = SLUICE_NOTE_THROTTLED
 *          says that accepting waits, another with SLUICE_NOTE_RESUMED that it goes on (after a timer of
 *          sluice_config.throttle_ms or as soon as a handle of this loop was closed). Connections wait in
 *          the kernel's backlog meanwhile (macOS drops the one for which there was no descriptor). One ACCEPT per
 *          listener at a time (EBUSY).
 * CONNECT  completes with the new handle (result 0), or with an error and handle 0. Cancel it with CANCEL, handle 0.
 *          EBUSY with detail EAGAIN: the backlog of the Unix listener is full (connect(2)); try again a little later. That is
 *          Linux; macOS and the BSDs answer ECONNREFUSED.
 *          With all max_handles in use epoll throttles in the same way; io_uring's multishot accept has taken the
 *          connection from the backlog already, so it is closed (SLUICE_CTR_LATE_CLOSED).
 * RECV     completions with data: result > 0, BUFFER, buf_group, buf_id, detail = offset of the data in the buffer.
 *          One RECV or WATCH per handle at a time (EBUSY).
 * SEND*    result = all bytes, or an error with .accepted. At most max_ops queued pieces per loop (ENOMEM).
 *          An iovec list has at most SLUICE_MAX_IOV entries. SENDFILE sends from a file opened by sluice_control, in
 *          shares of 1 MiB between which other handles are served: a peer that drains as fast as this side sends does
 *          not keep the loop to itself.
 *          After a SEND failed or found no room, every later one on the handle completes with ECANCELED: nothing may follow
 *          a gap. So it is with a SHUTDOWN, which takes a piece, too.
 * SHUTDOWN runs behind the queued SENDs (it is the FIN). Later SENDs complete with EPIPE.
 * CLOSE    refuses new work, drops the send queue (or drains it: DRAIN), cancels everything, waits until nothing is in
 *          flight, closes the descriptor, posts its terminal (result 0) and bumps the generation. When bytes of
 *          a SEND are lost, dropped now or failed before, the CLOSE becomes an abort: a FIN would tell the peer that it has
 *          everything. With a closing
 *          handle, a second CLOSE completes with EALREADY, before the first one does; if it carries ABORT it turns the
 *          first into an abort. Other work for a closing handle (not CANCEL) completes with EALREADY, too. ABORT and DRAIN
 *          together are EINVAL.
 * CANCEL   result 0: the victim was asked to end, its own terminal completion tells how it ended (perhaps with
 *          success: a cancel races completion). ENOENT: no such victim. ACCEPT, CONNECT, RECV, RECVMSG, WATCH can be
 *          victims.
 * ADOPT    takes a connected or listening stream socket (TCP or Unix), also one that the peer has reset meanwhile. On
 *          error the descriptor stays the caller's.
 * DETACH   result = the descriptor. EBUSY while any operation on the handle is in flight; ECANCELED after a SEND of a stream
 *          failed: whoever gets the descriptor would not know of the gap.
 * WATCH    result 0 with EOF: the peer has ended its direction (data may be unread). Negative: the connection failed.
 *          The error of a failed connection is told once: a RECV after it may see only the end of the stream.
 *          With MULTISHOT the peer's end carries MORE and is told once; it then goes on until the connection fails, so
 *          that a reset behind the peer's FIN is seen, too. NIO cannot see that one: the JDK tells it to a send only.
 *
 * DATAGRAM, RECVMSG, and SEND, SENDMSG and ADOPT of datagram sockets: see sluice_datagram.h.
 */
typedef struct sluice_sqe {
    uint8_t  op;         /*  0 SLUICE_OP_*                                        */
    uint8_t  flags;      /*  1 SLUICE_SQE_*                                       */
    uint16_t group;      /*  2 receive pool                                       */
    uint32_t len;        /*  4                                                    */
    uint64_t handle;     /*  8 target                                             */
    uint64_t token;      /* 16 opaque, echoed in every completion                 */
    uint64_t addr;       /* 24                                                    */
    uint64_t aux;        /* 32                                                    */
    uint32_t aux32;      /* 40                                                    */
    uint32_t msg_flags;  /* 44 SLUICE_MSG_*                                       */
    uint32_t msg_stream; /* 48 zero in this version (SCTP stream)                 */
    uint32_t msg_ppid;   /* 52 zero in this version (SCTP payload protocol id)    */
    uint64_t reserved;   /* 56 zero                                               */
} sluice_sqe;

/* ----------------------------------------------------------------------------------------- completion entry */

#define SLUICE_CQE_MORE   0x01u /* not the last completion of this submission                                     */
#define SLUICE_CQE_BUFFER 0x02u /* buf_group, buf_id are valid and now the caller's                               */
#define SLUICE_CQE_EOF    0x04u /* the peer ended its direction                                                   */
#define SLUICE_CQE_NOTE   0x08u /* a notification: see detail                                                     */

#define SLUICE_NOTE_THROTTLED 1u
#define SLUICE_NOTE_RESUMED   2u

typedef struct sluice_cqe {
    uint64_t token;             /*  0 of the submission                                                           */
    uint64_t handle;            /*  8 of the submission; the NEW handle for LISTEN, ACCEPT, CONNECT, ADOPT        */
    int32_t  result;            /* 16 >= 0: bytes or 0; < 0: -SLUICE_E*                                           */
    uint16_t flags;             /* 20 SLUICE_CQE_*                                                                */
    uint8_t  op;                /* 22 of the submission                                                           */
    uint8_t  reserved;          /* 23 zero                                                                        */
    union {
        struct {
            uint16_t buf_id;    /* 24 with BUFFER                                                                 */
            uint16_t buf_group; /* 26 with BUFFER                                                                 */
        };
        uint32_t accepted;      /* 24 failed SEND, SENDMSG, SENDFILE: bytes accepted before the error. Failed
                                      DATAGRAM: number of the option that was refused, or 0                       */
    };
    uint32_t detail;            /* 28 errno of a failure; with BUFFER the offset of data or meta; with NOTE of an
                                      ACCEPT SLUICE_NOTE_*                                                        */
} sluice_cqe;

/* handle = generation << 32 | index. Generation 0 is never used, so 0 is no handle. Indexes are dense, from 0. */

/* ------------------------------------------------------------------------------------- referred structures */

#define SLUICE_FAMILY_INET4 1u
#define SLUICE_FAMILY_INET6 2u
#define SLUICE_FAMILY_UNIX  3u
#define SLUICE_PATH_MAX     104u /* bytes of a Unix socket path: the smallest sun_path among supported systems */

/* A socket address, the same on every operating system. 128 bytes. */
typedef struct sluice_addr {
    uint16_t family;                 /*  0 SLUICE_FAMILY_*                                                        */
    uint16_t port;                   /*  2 host byte order                                                        */
    uint32_t scope_id;               /*  4 IPv6                                                                   */
    uint32_t path_len;               /*  8 Unix: bytes of path, no terminating zero counted; 0 = unnamed. A path that
                                           begins with a zero byte is in Linux's abstract namespace.              */
    uint32_t reserved;               /* 12 zero                                                                   */
    uint8_t  bytes[SLUICE_PATH_MAX]; /* 16 4 or 16 address bytes in network order, or the path                    */
    uint64_t reserved2;              /* 120 zero                                                                  */
} sluice_addr;

typedef struct sluice_iovec {
    uint64_t addr; /* memory            */
    uint64_t len;  /* bytes, > 0, the sum at most 2^31-1 */
} sluice_iovec;

/*
 * A socket option with an integer value. Unknown to the engine or the operating system: ENOTSUP. Switches are 0 or 1,
 * sizes bytes. In LISTEN and CONNECT options are set before bind, listen and connect. 16 bytes.
 */
typedef struct sluice_optval {
    uint32_t option; /* SLUICE_OPT_* */
    uint32_t reserved;
    int64_t  value;
} sluice_optval;

#define SLUICE_OPT_TCP_NODELAY          1u
#define SLUICE_OPT_SO_KEEPALIVE         2u
#define SLUICE_OPT_TCP_KEEPIDLE         3u  /* seconds                                       */
#define SLUICE_OPT_TCP_KEEPINTVL        4u  /* seconds                                       */
#define SLUICE_OPT_TCP_KEEPCNT          5u
#define SLUICE_OPT_TCP_USER_TIMEOUT     6u  /* milliseconds                                  */
#define SLUICE_OPT_TCP_QUICKACK         7u
#define SLUICE_OPT_SO_REUSEPORT         8u
#define SLUICE_OPT_SO_RCVBUF            9u  /* the kernel doubles it (socket(7))             */
#define SLUICE_OPT_SO_SNDBUF            10u
#define SLUICE_OPT_TCP_FASTOPEN         11u /* listener: queue length                        */
#define SLUICE_OPT_TCP_FASTOPEN_CONNECT 12u /* client                                        */
#define SLUICE_OPT_TCP_DEFER_ACCEPT     13u /* listener: seconds                             */
#define SLUICE_OPT_TCP_NOTSENT_LOWAT    14u
#define SLUICE_OPT_TCP_CORK             15u
#define SLUICE_OPT_SO_BUSY_POLL         16u /* microseconds                                  */
#define SLUICE_OPT_IPV6_V6ONLY          17u
#define SLUICE_OPT_IP_TOS               18u /* also IPV6_TCLASS                              */
#define SLUICE_OPT_SO_REUSEADDR         19u
/* 20 to 32 are those of datagram sockets: sluice_datagram.h */
#define SLUICE_OPT_COUNT                33u

#define SLUICE_MAX_OPTVALS 16u
#define SLUICE_MAX_IOV     64u

/* sluice_query(TCP_INFO): tcp(7), linux/tcp.h. Times in microseconds. 96 bytes. A value the kernel lacks is 0. */
typedef struct sluice_tcp_info {
    uint32_t state, ca_state, retransmits, probes, backoff, options;
    uint32_t rto_us, ato_us, snd_mss, rcv_mss, unacked, sacked, lost, retrans;
    uint32_t pmtu, rtt_us, rttvar_us, snd_ssthresh, snd_cwnd, total_retrans;
    uint64_t bytes_acked, bytes_received;
} sluice_tcp_info;

/* ------------------------------------------------------------------------------------------- shared region */

/*
 * The shared region begins with this header. Ring entries live at the given byte offsets. A ring word counts entries
 * ever written or read (it wraps at 2^32); an entry's place is word & (entries - 1).
 *
 *   submission ring   the caller writes entries, then sq_tail; C advances sq_head. Full when tail - head == entries.
 *   completion ring   C writes entries, then cq_tail; the caller advances cq_head.
 *   return ring       uint32 entries, group << 16 | id: the caller writes, C advances rq_head. A return of a buffer
 *                     that the caller does not own is ignored and counted (SLUICE_CTR_BAD_RETURNS).
 */
typedef struct sluice_header {
    uint32_t magic;           /*   0 SLUICE_MAGIC                                       */
    uint32_t abi;             /*   4                                                    */
    uint64_t bytes;           /*   8 of the whole region                                */
    uint32_t sq_entries;      /*  16 powers of two                                      */
    uint32_t cq_entries;      /*  20                                                    */
    uint32_t rq_entries;      /*  24                                                    */
    uint32_t counter_count;   /*  28                                                    */
    uint32_t sq_offset;       /*  32 bytes from the start of the region                 */
    uint32_t cq_offset;       /*  36                                                    */
    uint32_t rq_offset;       /*  40                                                    */
    uint32_t scratch_offset;  /*  44                                                    */
    uint32_t scratch_bytes;   /*  48                                                    */
    uint32_t counters_offset; /*  52                                                    */
    uint32_t engine;          /*  56 SLUICE_ENGINE_*                                    */
    uint32_t features;        /*  60 SLUICE_FEAT_* in use                               */
    uint32_t sq_tail;         /*  64 caller                                             */
    uint32_t sq_head;         /*  68 C                                                  */
    uint32_t cq_tail;         /*  72 C                                                  */
    uint32_t cq_head;         /*  76 caller                                             */
    uint32_t rq_tail;         /*  80 caller                                             */
    uint32_t rq_head;         /*  84 C                                                  */
    uint32_t pad1[10];        /*  88                                                    */
    uint32_t wake_word;       /* 128 SLUICE_WAKE_*, atomic: see sluice_wake             */
    uint32_t pad2[15];        /* 132                                                    */
} sluice_header;              /* 192 bytes */

#define SLUICE_MAGIC 0x43554c53u /* "SLUC" read as a little-endian word */

/*
 * The wake word.                 enter about to block: CAS
 *                    +---------+ ------------------------> +----------+
 *                    | RUNNING |                           | SLEEPING |
 *                    +---------+ <------------------------ +----------+
 *                      |     ^      enter came back: store      |
 *        wake: swap    |     |                                  | wake: swap, then ring the bell (eventfd, kqueue)
 *                      v     | enter consumed it                v
 *                    +----------+ <-----------------------------+
 *                    | NOTIFIED |   (an enter that finds NOTIFIED does not block)
 *                    +----------+
 * Any thread may do the swap itself (sequentially consistent) and call sluice_wake() only when the old value was
 * SLEEPING: sluice_wake() always rings the bell if it finds or was told SLEEPING.
 */
#define SLUICE_WAKE_RUNNING  0u
#define SLUICE_WAKE_SLEEPING 1u
#define SLUICE_WAKE_NOTIFIED 2u

/* Counters: uint64 each, written by the owner thread only, readable by anybody (a read may be a turn old). */
#define SLUICE_CTR_TURNS            0u  /* sluice_enter calls                                                     */
#define SLUICE_CTR_SUBMISSIONS      1u  /* submissions consumed                                                   */
#define SLUICE_CTR_COMPLETIONS      2u  /* completions posted                                                     */
#define SLUICE_CTR_SYSCALLS         3u  /* system calls made by the loop, all kinds                               */
#define SLUICE_CTR_WAITS            4u  /* enters that really blocked                                             */
#define SLUICE_CTR_WAKES            5u  /* wake-ups consumed                                                      */
#define SLUICE_CTR_STARVED          6u  /* receives parked for want of a buffer (C9)                              */
#define SLUICE_CTR_STALE            7u  /* submissions with an old handle (C3)                                    */
#define SLUICE_CTR_INVALID          8u  /* malformed submissions (C7)                                             */
#define SLUICE_CTR_THROTTLED        9u  /* times an ACCEPT ran out of descriptors                                 */
#define SLUICE_CTR_BAD_RETURNS      10u /* returns of buffers the caller does not own                             */
#define SLUICE_CTR_OPENED           11u /* handles ever opened                                                    */
#define SLUICE_CTR_CLOSED           12u /* handles ever ended; live = opened - closed                             */
#define SLUICE_CTR_BYTES_RECEIVED   13u
#define SLUICE_CTR_BYTES_SENT       14u
#define SLUICE_CTR_REARMS           15u /* kernel multishots that ended and were armed again (C8)                 */
#define SLUICE_CTR_CQ_OVERFLOWS     16u /* completions that waited because the completion ring was full           */
#define SLUICE_CTR_KERNEL_OVERFLOWS 17u /* overflows of the kernel's own completion ring                          */
#define SLUICE_CTR_INLINE_SENDS     18u /* sends accepted whole within the submitting call                        */
#define SLUICE_CTR_BLOCKED_SENDS    19u /* sends that had to wait for room in the socket                          */
#define SLUICE_CTR_LATE_CLOSED      20u /* sockets closed under C10                                               */
#define SLUICE_CTR_BUFFERS_OUT      21u /* gauge: buffers the caller owns now                                     */
#define SLUICE_CTR_OPS_IN_FLIGHT    22u /* gauge: queued send pieces                                              */
#define SLUICE_CTR_DATAGRAMS_RECEIVED  23u /* completions of RECVMSG with a datagram                              */
#define SLUICE_CTR_DATAGRAMS_SENT      24u /* SENDs on datagram sockets that the kernel took                      */
#define SLUICE_CTR_DATAGRAMS_TRUNCATED 25u /* received, longer than a buffer (D1)                                 */
#define SLUICE_CTR_DATAGRAM_ERRORS     26u /* notifications of errors, and SENDs that failed                      */
#define SLUICE_CTR_COUNT            32u /* length of the array; unused ones are 0                                 */

SLUICE_STATIC_ASSERT(sizeof(sluice_sqe) == 64, "submission is one cache line");
SLUICE_STATIC_ASSERT(sizeof(sluice_cqe) == 32, "completion is half a cache line");
SLUICE_STATIC_ASSERT(sizeof(sluice_addr) == 128, "address");
SLUICE_STATIC_ASSERT(sizeof(sluice_optval) == 16, "option");
SLUICE_STATIC_ASSERT(sizeof(sluice_header) == 192, "header");
SLUICE_STATIC_ASSERT(sizeof(sluice_tcp_info) == 96, "tcp info");

#endif /* SLUICE_LAYOUT_H */
