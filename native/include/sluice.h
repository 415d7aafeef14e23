/*
 * sluice.h: the ABI between a Sluice event loop written in C and whoever drives it (Java, a test, a fuzzer).
 *
 * This is the public header of the native library, with two that it includes: sluice_layout.h (the entries, and all else that lies in
 * memory that both sides see) and sluice_datagram.h (UDP). Everything a caller has to know is written there.
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
 * DATAGRAM SOCKETS keep C1 to C3 and C7 to C12, and D1 to D6 of sluice_datagram.h.
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

#include "sluice_datagram.h"
#include "sluice_layout.h"

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

SLUICE_STATIC_ASSERT(sizeof(sluice_config) == 64, "config");
SLUICE_STATIC_ASSERT(sizeof(sluice_probe_info) == 256, "probe");

#endif /* SLUICE_H */
