/*
 * sluice.h: the ABI between a Sluice event loop written in C and whoever drives it (Java, a test, a fuzzer).
 *
 * This is the only public header of the native library. Everything a caller has to know is written here.
 *
 * THE IDEA
 *   A loop is a proactor. The caller writes fixed-size submission entries (sluice_sqe) into a ring in a shared memory
 *   region, crosses into C once per turn with sluice_enter(), and finds fixed-size completion entries (sluice_cqe) in
 *   a second ring. A third ring carries received buffers back to their pool. The engines (io_uring and epoll on Linux,
 *   kqueue on macOS and the BSDs) fulfil the same contract; a pure Java engine over NIO fulfils it too, with the same layouts.
 *
 * THREADS
 *   The first sluice_enter() makes the calling thread the owner of the loop. Every function is for the owner only,
 *   except sluice_abi, sluice_probe, sluice_shared_bytes, sluice_open, sluice_wake and sluice_strerror (any thread) and sluice_shared
 *   (any thread, the result never changes). A call from a thread that is not the owner answers -SLUICE_EOWNER and
 *   does nothing. Because caller and C run on the same thread, the call itself is the hand-over: ring words are plain
 *   memory. Only the wake word is atomic.
 *
 * THE CONTRACT (tests cite these numbers)
 *   C1  Every consumed submission yields exactly one terminal completion (without SLUICE_CQE_MORE), after zero or more
 *       completions with SLUICE_CQE_MORE.
 *   C2  The terminal completion of the CLOSE (or DETACH) that ends a handle is the last completion that mentions the
 *       handle; all other operations on it have ended before.
 *   C3  Then the generation is bumped. A submission with an old handle completes with ESTALE and does no system call.
 *   C4  SENDs of one handle run in submission order. Each completes when all its bytes are accepted by the kernel, or
 *       at the first error, together with the count accepted before it (sluice_cqe.accepted). There is never a silent
 *       short write. Later queued SENDs then complete with ECANCELED.
 *   C5  Received data of one handle arrives in order. A completion with SLUICE_CQE_BUFFER moves ownership of the
 *       buffer (group, id) to the caller until it is written to the return ring.
 *   C6  End of stream is delivered exactly once per RECV and is terminal (SLUICE_CQE_EOF, result 0). All data that
 *       arrived before it comes first.
 *   C7  Malformed submissions complete with EINVAL. Nothing a caller writes into the rings crashes the process.
 *   C8  An engine may lose and re-arm kernel multishots as it likes: the caller sees only C1.
 *   C9  Running out of receive buffers is no error: the handle is parked and goes on when buffers come back.
 *   C10 A socket produced by a CONNECT that was cancelled too late, or accepted by a listener that is closing, is closed
 *       here, never leaked. What a cancelled ACCEPT still accepts is delivered before its terminal completion: pausing
 *       a listener resets nobody.
 *   C11 After sluice_wake() returned, the running or the next blocking sluice_enter() returns promptly. Wakes
 *       coalesce. None is lost.
 *   C12 sluice_enter() handles EINTR itself, with the remaining time.
 *
 * DATAGRAM SOCKETS (made by DATAGRAM): C1 to C3 and C7 to C12 hold as they stand; of C4 to C6 this takes the place:
 *   D1  One datagram is one completion in one buffer: never split, never joined (but for UDP_GRO, which the caller asks
 *       for and which says so). A datagram of zero bytes is one, too. One that is longer than the room in the buffer is
 *       delivered once, cut, with SLUICE_META_TRUNCATED.
 *   D2  A datagram is handed to the kernel whole, or not at all: its SEND completes with all its bytes, or with an error
 *       and accepted 0.
 *   D3  Datagrams of one handle are handed over in submission order, also when one finds the socket full or is tried again:
 *       those behind it wait. One that fails takes no other with it: those behind it are sent all the same.
 *   D4  No error of the network ends anything. What ICMP tells comes as a notification (NOTE) of the RECVMSG, which
 *       goes on. On a connected socket without IP_RECVERR the kernel may tell it to the next SEND instead (udp(7)): that
 *       one fails with ECONNREFUSED or the like, although its own datagram has not left. It is told to one of the two,
 *       once.
 *   D5  With IP_RECVERR no SEND fails for the error of another datagram.
 *   D6  What arrives while no RECVMSG is armed, or while it is parked (C9), waits in the socket's receive buffer; what
 *       does not fit there is dropped by the kernel, and counted for those who ask (SO_RXQ_OVFL).
 *
 * MEMORY
 *   Payload memory (SEND) is the caller's and must stay valid and unchanged until the terminal completion. Small
 *   structures that a submission refers to (addresses, options, iovecs) are passed as OFFSETS into the shared region's
 *   scratch area and are copied when the submission is consumed: they may be reused as soon as sluice_enter() returns.
 *   No function allocates memory in steady state.
 *
 * VERSIONING
 *   Numbers are append-only; reserved fields must be zero and are checked. sluice_abi() is major << 16 | minor: a
 *   caller refuses another major and a smaller minor than it was built for.
 */
#ifndef SLUICE_H
#define SLUICE_H

#include <stddef.h>
#include <stdint.h>

#ifdef __cplusplus
extern "C" {
#endif

#if defined(__GNUC__)
#define SLUICE_API __attribute__((visibility("default")))
#else
#define SLUICE_API
#endif

#define SLUICE_ABI_MAJOR 1u
#define SLUICE_ABI_MINOR 1u /* 1: datagram sockets */
#define SLUICE_ABI (SLUICE_ABI_MAJOR << 16 | SLUICE_ABI_MINOR)

/* ------------------------------------------------------------------------------------------------ engines */

#define SLUICE_ENGINE_IO_URING 1u
#define SLUICE_ENGINE_EPOLL    2u
#define SLUICE_ENGINE_KQUEUE   3u /* macOS and the BSDs */

/*
 * Optional features of the io_uring engine. Each is probed live, reported in sluice_probe_info.features, and can be
 * switched off with sluice_config.features_off. The engine works with every subset; below the feature set of Linux
 * 5.19 (buffer rings) it is unavailable.
 */
#define SLUICE_FEAT_SINGLE_ISSUER    (1u << 0)  /* 6.0  IORING_SETUP_SINGLE_ISSUER                               */
#define SLUICE_FEAT_DEFER_TASKRUN    (1u << 1)  /* 6.1  IORING_SETUP_DEFER_TASKRUN (needs SINGLE_ISSUER)          */
#define SLUICE_FEAT_COOP_TASKRUN     (1u << 2)  /* 5.19 IORING_SETUP_COOP_TASKRUN, used without DEFER_TASKRUN     */
#define SLUICE_FEAT_NO_SQARRAY       (1u << 3)  /* 6.6  IORING_SETUP_NO_SQARRAY                                   */
#define SLUICE_FEAT_REGISTERED_RING  (1u << 4)  /* 5.18 IORING_REGISTER_RING_FDS                                  */
#define SLUICE_FEAT_MULTISHOT_ACCEPT (1u << 5)  /* 5.19 IORING_ACCEPT_MULTISHOT                                   */
#define SLUICE_FEAT_MULTISHOT_RECV   (1u << 6)  /* 6.0  IORING_RECV_MULTISHOT                                     */
#define SLUICE_FEAT_INLINE_SEND      (1u << 7)  /* 6.1  MSG_DONTWAIT|MSG_WAITALL send with IOSQE_CQE_SKIP_SUCCESS */
#define SLUICE_FEAT_RECV_BUNDLE      (1u << 8)  /* 6.10 IORING_RECVSEND_BUNDLE on receive                         */
#define SLUICE_FEAT_BUFFER_INC       (1u << 9)  /* 6.12 IOU_PBUF_RING_INC                                         */
#define SLUICE_FEAT_SEND_ZC          (1u << 10) /* 6.0  IORING_OP_SEND_ZC                                         */
#define SLUICE_FEAT_MIN_WAIT         (1u << 11) /* 6.12 IORING_FEAT_MIN_TIMEOUT                                   */
#define SLUICE_FEAT_SEND_TO          (1u << 12) /* 6.1  IORING_OP_SEND with an address                            */
#define SLUICE_FEAT_ALL              0x00001fffu

/* -------------------------------------------------------------------------------------------- error codes */

/*
 * Portable error codes. Functions return them negated; so does sluice_cqe.result. The operating system's own errno is
 * in sluice_cqe.detail where one was involved.
 */
#define SLUICE_EINVAL        1  /* malformed argument or submission                                              */
#define SLUICE_ESTALE        2  /* the handle has ended                                                          */
#define SLUICE_ECANCELED     3  /* cancelled by CANCEL, by CLOSE, or because an earlier SEND failed              */
#define SLUICE_EOWNER        4  /* called by a thread that does not own the loop                                 */
#define SLUICE_ENOMEM        5  /* no memory, or a configured limit (max_handles, max_ops) is reached            */
#define SLUICE_EBUSY         6  /* operation of that kind already in flight; handles still live                  */
#define SLUICE_EALREADY      7  /* the handle is closing already                                                 */
#define SLUICE_ENOENT        8  /* no such victim, file or path                                                  */
#define SLUICE_ENOTSUP       9  /* this engine, kernel or socket type cannot do it                               */
#define SLUICE_ENOSYS        10 /* the system call does not exist or is filtered                                 */
#define SLUICE_EPERM         11 /* not permitted (EPERM, EACCES)                                                 */
#define SLUICE_EMFILE        12 /* out of descriptors (EMFILE, ENFILE)                                           */
#define SLUICE_EADDRINUSE    13
#define SLUICE_EADDRNOTAVAIL 14
#define SLUICE_ECONNREFUSED  15
#define SLUICE_ECONNRESET    16
#define SLUICE_ECONNABORTED  17
#define SLUICE_EPIPE         18 /* the sending direction is shut down                                            */
#define SLUICE_ETIMEDOUT     19
#define SLUICE_ENETUNREACH   20 /* ENETUNREACH, ENETDOWN                                                         */
#define SLUICE_EHOSTUNREACH  21 /* EHOSTUNREACH, EHOSTDOWN                                                       */
#define SLUICE_ENOTCONN      22
#define SLUICE_EFAULT        23 /* payload address not readable                                                  */
#define SLUICE_EIO           24 /* reading the file of a SENDFILE failed, or it ended early                      */
#define SLUICE_EOTHER        25 /* anything else: see the errno in detail                                        */
#define SLUICE_EMSGSIZE      26 /* datagram: larger than the path, the interface or the protocol takes            */
#define SLUICE_ENOBUFS       27 /* datagram: the kernel or the interface's queue has no room for it just now      */

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
 * DATAGRAM socket, options, bind to the address; with len 2 a second address lies behind the first, and the socket is
 *          connected to it. IPv4 and IPv6; the wildcard address and port 0 are allowed for the first. Completes at once
 *          with the new handle, or with an error; when an option was refused, .accepted is its number (SLUICE_OPT_*).
 * RECVMSG  for datagram sockets only. Each datagram is a completion with BUFFER: result = bytes of payload (0 is a
 *          datagram of no bytes), detail = offset of a sluice_meta in the buffer, and right behind that the payload. Room
 *          for payload in a buffer: its size less SLUICE_MSG_ROOM; smaller pools are EINVAL. One RECVMSG per handle at a
 *          time (EBUSY). Without MULTISHOT the first datagram ends it; notifications do not.
 *          Notifications have NOTE and MORE, and come in two forms:
 *            with BUFFER     an error from the socket's error queue (IP_RECVERR): the meta has SLUICE_META_ERROR and says
 *                            what, who told it and for which destination; the payload (result bytes) is as much of
 *                            the failed datagram as the kernel kept.
 *            without BUFFER  result = -SLUICE_E*, detail = errno: an error on a connected socket without IP_RECVERR; or
 *                            one from the error queue while no buffer was free to carry more.
 *          At most SLUICE_NOTES_MAX of them per handle and turn. Only CANCEL, CLOSE and a broken socket end a RECVMSG, and
 *          EOF where a system tells that somebody who shares the descriptor shut it down (Linux seldom does).
 * SEND, SENDMSG on a datagram socket: one submission is one datagram (or one UDP_SEGMENT train). aux: a sluice_meta in
 *          the scratch area with destination, source, TOS, segment size; 0 on a connected socket that wants none of these.
 *          EMSGSIZE, ENOBUFS, ECONNREFUSED, EHOSTUNREACH, ENETUNREACH, EPERM (a firewall; a broadcast without SO_BROADCAST),
 *          ENOTCONN (no destination), EADDRNOTAVAIL (source), and what else the kernel says. A full socket is waited for.
 *          MSG_MORE is EINVAL: it would join datagrams.
 * ADOPT    takes bound UDP sockets, too, and the SCTP sockets of sluice_sctp_kernel.h: they are datagram sockets with two
 *          differences. A message longer than a buffer comes in pieces (PARTIAL), never truncated; and notifications of the
 *          kernel come as messages with SLUICE_META_NOTIFICATION. SHUTDOWN, SENDFILE, RECV and WATCH on a datagram socket are EINVAL. ABORT
 *          changes nothing about its CLOSE.
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
/* Datagram sockets. On an IPv6 socket that takes IPv4, too, each is set for both where Linux has both. */
#define SLUICE_OPT_SO_BROADCAST         20u
#define SLUICE_OPT_IP_TTL               21u /* 1..255, also IPV6_UNICAST_HOPS                             */
#define SLUICE_OPT_IP_MULTICAST_TTL     22u /* 0..255, also IPV6_MULTICAST_HOPS                           */
#define SLUICE_OPT_IP_MULTICAST_LOOP    23u /* own groups' datagrams come back to this host               */
#define SLUICE_OPT_IP_MULTICAST_IF      24u /* interface index, 0 = the routing table's; also IPv6. IPv4
                                               sockets cannot be asked for it (ENOTSUP)                    */
#define SLUICE_OPT_IP_MULTICAST_ALL     25u /* 1 (the kernel's default): also groups that others joined   */
#define SLUICE_OPT_IP_PKTINFO           26u /* meta tells local address and interface; also IPv6          */
#define SLUICE_OPT_IP_RECVTOS           27u /* meta tells TOS or traffic class; also IPV6_RECVTCLASS      */
#define SLUICE_OPT_IP_RECVERR           28u /* ICMP errors as notifications (D4, D5); also IPv6. Not while a RECVMSG
                                               is armed (EBUSY)                                            */
#define SLUICE_OPT_IP_MTU_DISCOVER      29u /* 0 may fragment, 1 kernel decides, 2 DF and EMSGSIZE beyond the path's
                                               known MTU, 3 DF whatever is known of the path; also IPv6    */
#define SLUICE_OPT_UDP_SEGMENT          30u /* bytes per datagram of a larger SEND (GSO, Linux 4.18); 0 off */
#define SLUICE_OPT_UDP_GRO              31u /* several datagrams of a flow in one buffer; needs buffers for 64 KiB,
                                               else what does not fit is lost (TRUNCATED). Linux 5.0       */
#define SLUICE_OPT_SO_RXQ_OVFL          32u /* meta counts datagrams dropped for want of room             */
#define SLUICE_OPT_COUNT                33u

#define SLUICE_MAX_OPTVALS 16u
#define SLUICE_MAX_IOV     64u

/*
 * What belongs to one message besides its bytes: with a received one in front of the payload, with one to be sent in
 * the scratch area. Multi-byte fields in host order, addresses in network order. 64 bytes.
 *
 * Received: family, port, scope_id, addr = the sender. The other fields as flags say, else 0.
 * To be sent: family 0 = the socket's peer, else the destination (an IPv4 address on an IPv6 socket is mapped). local with
 * HAS_LOCAL: send from this address of the host (the port is the socket's); interface: through this one, 0 = as
 * routed. tos with HAS_TOS. segment > 0: cut the bytes into datagrams of that size (UDP_SEGMENT). The rest must be zero.
 * Error notification: family, port, scope_id, addr = destination of the datagram that failed (family 0: not told);
 * local = with HAS_LOCAL the host that told it; code, os_errno, icmp_*; info = with EMSGSIZE the MTU of the path.
 *
 * SCTP (sluice_sctp_kernel.h), received: stream, ppid, assoc (the kernel's id), UNORDERED; PARTIAL: more of this message follows;
 * NOTIFICATION: the payload is a notification of the kernel. To be sent: stream, ppid, UNORDERED, PR_TTL or PR_RTX with pr_value, and
 * context, which SEND_FAILED brings back; the rest must be zero.
 */
typedef struct sluice_meta {
    uint16_t family;      /*  0 SLUICE_FAMILY_INET4, INET6 or 0                                                   */
    uint16_t port;        /*  2                                                                                   */
    uint32_t scope_id;    /*  4 IPv6                                                                              */
    uint8_t  addr[16];    /*  8 4 or 16 bytes, the rest zero                                                      */
    uint8_t  local[16];   /* 24 HAS_LOCAL: same family as addr                                                    */
    union {
        uint32_t interface; /* 40 HAS_LOCAL (received): index of the interface it came in by                      */
        uint32_t context;   /* 40 SCTP, to be sent: opaque                                                        */
    };
    uint16_t flags;       /* 44 SLUICE_META_*                                                                     */
    uint8_t  tos;         /* 46 HAS_TOS: TOS or traffic class; the low two bits are ECN (RFC 3168)                */
    uint8_t  origin;      /* 47 error: SLUICE_ORIGIN_*                                                            */
    uint16_t segment;     /* 48 received with UDP_GRO: payload holds datagrams of that size, the last one may be
                                smaller; 0: one datagram                                                          */
    union {
        uint16_t stream;  /* 50 SCTP                                                                              */
        uint16_t code;    /* 50 error: SLUICE_E*, positive                                                        */
    };
    union {
        uint32_t ppid;     /* 52 SCTP: payload protocol id, host byte order                                       */
        uint32_t os_errno; /* 52 error                                                                            */
    };
    union {
        uint32_t assoc;    /* 56 SCTP, received                                                                   */
        struct {
            uint8_t icmp_type, icmp_code; /* 56, 57 error, with an ICMP origin                                    */
            uint16_t reserved;
        };
    };
    union {
        uint32_t drops;   /* 60 HAS_DROPS: datagrams this socket has lost so far (wraps)                          */
        uint32_t info;    /* 60 error: MTU, or 0                                                                  */
        uint32_t pr_value; /* 60 SCTP, to be sent: lifetime in ms, or number of retransmissions                   */
    };
} sluice_meta;

#define SLUICE_META_HAS_LOCAL 0x01u
#define SLUICE_META_HAS_TOS   0x02u
#define SLUICE_META_HAS_DROPS 0x04u
#define SLUICE_META_TRUNCATED 0x08u /* the datagram was longer than the payload given here (D1)                    */
#define SLUICE_META_ERROR     0x10u /* an error notification                                                      */
#define SLUICE_META_TO_MANY   0x20u /* received, with HAS_LOCAL: a group or a broadcast address, nobody can send from it.
                                       IPv4 broadcasts of a network: Linux's IPv4 sockets only                     */

/* SCTP */
#define SLUICE_META_UNORDERED    0x0100u
#define SLUICE_META_PARTIAL      0x0200u /* not the last piece of its message                                      */
#define SLUICE_META_NOTIFICATION 0x0400u
#define SLUICE_META_PR_TTL       0x0800u /* to be sent: given up after pr_value ms                                 */
#define SLUICE_META_PR_RTX       0x1000u /* to be sent: given up after pr_value retransmissions                    */

#define SLUICE_ORIGIN_LOCAL 1u /* this host found out                                                             */
#define SLUICE_ORIGIN_ICMP  2u
#define SLUICE_ORIGIN_ICMP6 3u

#define SLUICE_MSG_ROOM     160u /* bytes of a buffer in front of a message's payload: what engines need to work   */
#define SLUICE_NOTES_MAX    64u
#define SLUICE_MSG_MAX      65535u /* bytes of a SEND on a datagram socket; more is EMSGSIZE                       */
#define SLUICE_MSG_MAX_SCTP 16777216u /* of a SEND on an SCTP socket; the send buffer may allow less               */

/* A multicast group: sluice_control(JOIN ...). Linux limits memberships (net.ipv4.igmp_max_memberships: ENOBUFS). 40 bytes. */
typedef struct sluice_group {
    uint16_t family;    /*  0 SLUICE_FAMILY_INET4 or INET6                                                        */
    uint16_t sourced;   /*  2 1: only datagrams of source; 0: of anybody, source must be zero                     */
    uint32_t interface; /*  4 index; 0: the routing table's choice (not for IPv6 with a source on the BSDs)       */
    uint8_t  group[16]; /*  8 4 or 16 bytes, the rest zero                                                        */
    uint8_t  source[16]; /* 24                                                                                    */
} sluice_group;

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

/* ------------------------------------------------------------------------------------------------ functions */

/* Unknown values, and values outside the range, are EINVAL; 0 takes the default. 64 bytes. */
typedef struct sluice_config {
    uint32_t size;            /*  0 sizeof(sluice_config)                                                         */
    uint32_t engine;          /*  4 SLUICE_ENGINE_*                                                               */
    uint32_t sq_entries;      /*  8 power of two 8..65536, default 1024                                           */
    uint32_t cq_entries;      /* 12 power of two 8..262144, default 4096                                          */
    uint32_t rq_entries;      /* 16 power of two 8..65536, default 4096                                           */
    uint32_t scratch_bytes;   /* 20 multiple of 4096, 4096..1 MiB, default 64 KiB                                 */
    uint32_t max_handles;     /* 24 1..4194304, default 1048576 (address space only, 128 bytes each once used)    */
    uint32_t max_ops;         /* 28 64..1048576, default 65536: queued send pieces of the loop                    */
    uint32_t features_off;    /* 32 SLUICE_FEAT_* not to be used (tests of older kernels' paths)                  */
    uint32_t throttle_ms;     /* 36 1..60000, default 100: pause of an ACCEPT that ran out of descriptors         */
    uint32_t read_budget;     /* 40 4096..16777216 bytes, default 262144: per handle and turn, so that one flood
                                   does not starve the others. epoll, kqueue; under io_uring the kernel bounds one round of
                                   a multishot receive itself, and the supply of buffers bounds it here          */
    uint32_t uring_entries;   /* 44 power of two 8..32768, default 1024: the kernel's submission ring             */
    uint64_t shared_base;     /* 48 address of the caller's memory for the shared region, 64-byte aligned; 0: C maps
                                    its own. With its own memory a caller may go on reading counters and ringing the
                                    wake word after sluice_destroy().                                             */
    uint32_t shared_bytes;    /* 56 its size, at least sluice_shared_bytes(config); 0 with shared_base 0          */
    uint32_t reserved;        /* 60 zero                                                                          */
} sluice_config;

typedef struct sluice_probe_info {
    uint32_t size;        /*   0 sizeof(sluice_probe_info), set by the caller                                      */
    uint32_t usable;      /*   4 1 or 0                                                                            */
    int32_t  os_errno;    /*   8 of the step that failed, or 0                                                     */
    uint32_t features;    /*  12 SLUICE_FEAT_*                                                                     */
    char     reason[240]; /*  16 "" when usable, else one sentence that names cause and remedy                     */
} sluice_probe_info;      /* 256 bytes */

typedef struct sluice_loop sluice_loop;

/* The version of this library: SLUICE_ABI. Any thread. */
SLUICE_API uint32_t sluice_abi(void);

/*
 * Is an engine usable here and now? Really sets one up (a ring and a NOP; an epoll set; a kqueue), under the present limits and
 * filters, and tears it down. 0 = out is filled; -SLUICE_EINVAL: unknown engine or wrong size. Any thread.
 */
SLUICE_API int sluice_probe(uint32_t engine, sluice_probe_info *out);

/* Bytes the shared region of such a loop needs (shared_base and shared_bytes are not looked at); 0: invalid. Any thread. */
SLUICE_API uint64_t sluice_shared_bytes(const sluice_config *config);

/* A new loop. 0, or -SLUICE_E* (EINVAL, ENOMEM, EMFILE, EPERM, ENOSYS). Any thread. */
SLUICE_API int sluice_open(const sluice_config *config, sluice_loop **out);

/* Start of the shared region, stable until sluice_destroy(). */
SLUICE_API void *sluice_shared(sluice_loop *loop, uint64_t *bytes);

/*
 * Registers a receive pool: count buffers (a power of two, 2..32768) of buf_bytes (64..1 MiB) each, back to back from
 * base. group 0..15. The memory is the caller's and must outlive the loop. Before the first enter, or by the owner.
 */
SLUICE_API int sluice_pool(sluice_loop *loop, uint16_t group, void *base, uint32_t buf_bytes, uint32_t count);

/*
 * One turn: takes returned buffers, consumes submissions (as many as there is room to answer), makes progress, and
 * when no completion is ready waits for one. timeout_ns: 0 = do not wait, < 0 = without limit. flags must be 0.
 * Returns the number of unread completions (0: timed out, woken, or nothing to tell after all: turn again), or a negative code: EOWNER; EINVAL when flags are
 * set, or when a ring word of the caller is impossible (more entries than the ring has: nothing was consumed); any other
 * when the loop itself is broken.
 * Unread LAZY completions alone do not end a wait, unless they fill half of the ring or a RECV waits for a buffer.
 */
SLUICE_API int sluice_enter(sluice_loop *loop, int64_t timeout_ns, uint32_t flags);

/* Makes the running or the next enter return. Any thread, async-signal-safe, until sluice_destroy() begins. */
SLUICE_API int sluice_wake(sluice_loop *loop);

#define SLUICE_QUERY_LOCAL_ADDR 1u /* out: sluice_addr                                                            */
#define SLUICE_QUERY_PEER_ADDR  2u /* out: sluice_addr                                                            */
#define SLUICE_QUERY_OPTION     3u /* in/out: sluice_optval, .option given, .value filled                         */
#define SLUICE_QUERY_TCP_INFO   4u /* out: sluice_tcp_info                                                        */
#define SLUICE_QUERY_UNSENT     5u /* out: uint64, bytes in the kernel's send buffer not yet acknowledged/read    */

/* Asks about a handle. *len: size of out, then bytes written. 0, ESTALE, EINVAL, ENOTSUP or another code. Owner. */
SLUICE_API int sluice_query(sluice_loop *loop, uint64_t handle, uint32_t what, void *out, uint32_t *len);

#define SLUICE_CONTROL_SET_OPTION 1u /* in: sluice_optval                                                         */
#define SLUICE_CONTROL_OPEN_FILE  2u /* handle 0; in: path, len bytes, no zero byte; returns a file for SENDFILE:
                                     an id, not a descriptor. Regular files only         */
#define SLUICE_CONTROL_CLOSE_FILE 3u /* handle 0; in: int32 file. Queued SENDFILEs still finish                   */

#define SLUICE_CONTROL_JOIN       4u /* in: sluice_group. Datagram sockets. EADDRINUSE: joined already            */
#define SLUICE_CONTROL_LEAVE      5u /* in: sluice_group, as joined. EADDRNOTAVAIL: not joined (EINVAL if sourced) */
#define SLUICE_CONTROL_BLOCK      6u /* in: sluice_group, sourced: drop this source's of a group joined for anybody */
#define SLUICE_CONTROL_UNBLOCK    7u
#define SLUICE_CONTROL_CLOSE_SOCKET 8u /* handle 0; in: int32 descriptor of a socket that is no handle, of a DETACH or for an
                                     ADOPT that was refused or never consumed: closed, with RST. Also when the loop is broken */

/* Changes something about a handle. >= 0 or -SLUICE_E*. Owner. */
SLUICE_API int sluice_control(sluice_loop *loop, uint64_t handle, uint32_t what, const void *in, uint32_t len);

#define SLUICE_DESTROY_FORCE 1u /* reset what still lives; cancels and waits first, leaks memory rather than free
                                   what the kernel may still write to                                             */

/*
 * Ends the loop. -SLUICE_EBUSY while handles live, unless FORCE; with FORCE: the loop has ended, but the kernel may still
 * write to the pools, so their memory must not be freed. By the owner, or by any thread when no enter ever
 * ran. No other thread may be inside sluice_wake().
 */
SLUICE_API int sluice_destroy(sluice_loop *loop, uint32_t flags);

/* A short English sentence for a code, positive or negative. Never NULL, static storage. Any thread. */
SLUICE_API const char *sluice_strerror(int code);

#ifdef __cplusplus
}
#endif

#if defined(__cplusplus)
#define SLUICE_STATIC_ASSERT(c, m) static_assert(c, m)
#else
#define SLUICE_STATIC_ASSERT(c, m) _Static_assert(c, m)
#endif
SLUICE_STATIC_ASSERT(sizeof(sluice_sqe) == 64, "submission is one cache line");
SLUICE_STATIC_ASSERT(sizeof(sluice_cqe) == 32, "completion is half a cache line");
SLUICE_STATIC_ASSERT(sizeof(sluice_addr) == 128, "address");
SLUICE_STATIC_ASSERT(sizeof(sluice_optval) == 16, "option");
SLUICE_STATIC_ASSERT(sizeof(sluice_meta) == 64, "meta");
SLUICE_STATIC_ASSERT(sizeof(sluice_group) == 40, "group");
SLUICE_STATIC_ASSERT(sizeof(sluice_header) == 192, "header");
SLUICE_STATIC_ASSERT(sizeof(sluice_config) == 64, "config");
SLUICE_STATIC_ASSERT(sizeof(sluice_probe_info) == 256, "probe");
SLUICE_STATIC_ASSERT(sizeof(sluice_tcp_info) == 96, "tcp info");

#endif /* SLUICE_H */
