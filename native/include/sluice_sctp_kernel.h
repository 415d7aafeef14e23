/*
 * sluice_sctp_kernel.h: SCTP of the Linux kernel for a Sluice event loop. The second backend beside sluice_sctp.h: the same
 * events, close reasons, profiles and rules S1 to S7, so that one API above serves both.
 *
 * THE IDEA
 *   The kernel runs the protocol; a loop of sluice.h moves the messages; this stack is what lies between: it makes the sockets,
 *   understands the kernel's notifications, decides why an association ended, and tells it by the events of sluice_sctp.h. It
 *   waits for nothing and reads no socket.
 *
 *     listen, connect --------> descriptor ----ADOPT, RECVMSG multishot---> loop
 *     loop --message or notification (sluice_meta, payload)---> sluice_ksctp_input --> event ring: UP, PEER_SHUTDOWN ... CLOSED
 *                                                                    '--> the id of the association a message belongs to
 *     messages out: SEND on the loop's handle, with stream, ppid and flags in its sluice_meta
 *
 * ONE SOCKET FOR EACH ASSOCIATION
 *   Only a one-to-many socket can send an ABORT with a reason (a one-to-one socket answers EINVAL), and only a socket with one
 *   association has an errno of its own, which is how the kernel tells the peer's ABORT from a lost path when there is no cause. So
 *   sockets are made one-to-many, and as soon as an association is up it is peeled off into a socket of its own:
 *
 *     listen  --COMM_UP--> peel off --> UP with the new descriptor (os_errno of the event)
 *     connect --COMM_UP--> peel off --> UP with the new descriptor; the first one has served its time: CLOSE its handle
 *
 *   The caller ADOPTs the descriptor into the loop (any loop) and arms a RECVMSG on it. What an association received before it
 *   was peeled off may still come through the old handle: hand everything in, in the order of the loop's completions.
 *
 * WHAT THE CALLER DOES WITH COMPLETIONS of a RECVMSG
 *   BUFFER, no NOTE          sluice_ksctp_input(id of the socket, meta, payload). A positive answer is the association that the
 *                            message belongs to: deliver it. 0: it was a notification, or nobody wants it any more.
 *   NOTE, an error, or EOF   sluice_ksctp_failed(id of the socket, detail)
 *   and after each turn      reads the event ring
 *   after CLOSED             CLOSEs the handle. Not before: the stack uses the descriptor until then.
 *   Messages longer than a buffer come in pieces, all but the last with SLUICE_META_PARTIAL.
 *
 * THREADS  One thread at a time for each stack. _probe, _shared_bytes and _open: any thread.
 * TIME     The stack reads the monotonic clock. sluice_ksctp_tick does what waits for time to pass: deadlines.
 * MEMORY   As in sluice_sctp.h: the payload of an event may be read until ev_head is advanced past it. Header and event ring have
 *          the layout of sluice_sctp.h; there are no slots and no datagrams. The arena holds one piece of SLUICE_KSCTP_PAYLOAD bytes
 *          for each entry of the event ring.
 *
 * Linux with the module sctp (5.0 or later, for SCTP_EVENT). Elsewhere _probe says why not.
 */
#ifndef SLUICE_SCTP_KERNEL_H
#define SLUICE_SCTP_KERNEL_H

#include "sluice_sctp.h"

#ifdef __cplusplus
extern "C" {
#endif

#define SLUICE_KSCTP_PAYLOAD 512u /* bytes of payload that an event has room for: a reason, 256 stream ids, an address */
#define SLUICE_KSCTP_ROOM    8u   /* entries that must be free in the event ring before a call that may add some       */

typedef struct sluice_ksctp sluice_ksctp;

/* Values outside their range are EINVAL; 0 takes the default. 64 bytes. */
typedef struct sluice_ksctp_config {
    uint32_t size;              /*  0 sizeof(sluice_ksctp_config)                                                  */
    uint32_t event_entries;     /*  4 power of two 16..65536, default 1024                                         */
    uint32_t max_associations;  /*  8 1..65536, default 4096                                                       */
    uint32_t max_listeners;     /* 12 1..1024, default 64                                                          */
    uint32_t recv_buffer_bytes; /* 16 4096..64 MiB, default 262144: of an association, its receive window          */
    uint32_t send_buffer_bytes; /* 20 4096..64 MiB, default 524288                                                 */
    uint64_t shared_base;       /* 24 address of the caller's memory, 64-byte aligned; 0: C takes its own          */
    uint64_t shared_bytes;      /* 32 its size; 0 with shared_base 0                                               */
    uint64_t reserved[3];       /* 40 zero                                                                         */
} sluice_ksctp_config;

/* 216 bytes */
typedef struct sluice_ksctp_listen_args {
    uint32_t            size;      /*   0 sizeof(sluice_ksctp_listen_args)                                         */
    uint32_t            backlog;   /*   4 1..65535, 0: 128                                                         */
    uint64_t            tag;       /*   8 opaque, in every event of what it accepts                                */
    sluice_addr         local;     /*  16 IPv4 or IPv6 with the SCTP port; 0: any free one                         */
    sluice_sctp_options options;   /* 144 of the accepted associations                                             */
    uint64_t            reserved;  /* 208 zero                                                                     */
} sluice_ksctp_listen_args;

/* 344 bytes */
typedef struct sluice_ksctp_connect_args {
    uint32_t            size;      /*   0 sizeof(sluice_ksctp_connect_args)                                        */
    uint16_t            udp_port;  /*   4 RFC 6951: the peer's UDP port; 0: plain SCTP over IP                     */
    uint16_t            bound;     /*   6 1: bind to local first                                                   */
    uint64_t            tag;       /*   8                                                                          */
    sluice_addr         local;     /*  16                                                                          */
    sluice_addr         peer;      /* 144                                                                          */
    sluice_sctp_options options;   /* 272                                                                          */
    uint64_t            reserved;  /* 336 zero                                                                     */
} sluice_ksctp_connect_args;

/* Are there SCTP sockets here? Really makes one, with the options that are needed. 0: out is filled; EINVAL: wrong size. */
SLUICE_API int sluice_ksctp_probe(sluice_sctp_probe_info *out);

/* Bytes the shared region of such a stack needs; 0: invalid config. */
SLUICE_API uint64_t sluice_ksctp_shared_bytes(const sluice_ksctp_config *config);

/* EINVAL, ENOMEM. Makes no socket. */
SLUICE_API int sluice_ksctp_open(const sluice_ksctp_config *config, sluice_ksctp **out);
SLUICE_API void *sluice_ksctp_shared(sluice_ksctp *stack, uint64_t *bytes);

/*
 * A listening socket. Returns the listener's id (> 0), *fd is the caller's to ADOPT. Or EINVAL, ELIMIT, ENOMEM, or what the kernel
 * said: EADDRINUSE, EADDRNOTAVAIL, EPERM, EMFILE, ENOTSUP (no SCTP here), EOTHER.
 */
SLUICE_API int64_t sluice_ksctp_listen(sluice_ksctp *stack, const sluice_ksctp_listen_args *args, int *fd);

/*
 * Forgets a listener: CLOSE its handle. What it accepted lives on; what comes up afterwards and was told to nobody is shut down by the
 * kernel when the handle is closed. 0 or ESTALE.
 */
SLUICE_API int sluice_ksctp_unlisten(sluice_ksctp *stack, uint64_t listener);

/* Begins an association: its id, and the descriptor to ADOPT until UP. Errors as of listen; a peer's refusal is told by CLOSED. */
SLUICE_API int64_t sluice_ksctp_connect(sluice_ksctp *stack, const sluice_ksctp_connect_args *args, int *fd);

/*
 * A message or notification that the loop received on the socket of a listener or association. > 0: the association that the
 * message belongs to; 0: nothing to deliver. ESTALE: no such id (the message is lost); EINVAL; -SLUICE_SCTP_EAGAIN: read the event
 * ring first (less than SLUICE_KSCTP_ROOM entries are free), and hand it in again.
 */
SLUICE_API int64_t sluice_ksctp_input(sluice_ksctp *stack, uint64_t id, const sluice_meta *meta, const void *payload, uint32_t bytes);

/* The socket failed with this errno, or ended (0). 0, ESTALE, -SLUICE_SCTP_EAGAIN. */
SLUICE_API int sluice_ksctp_failed(sluice_ksctp *stack, uint64_t id, int32_t os_errno);

/* Closes a descriptor of listen, connect or UP that no loop took over; after CLOSED, as far as it is an association's. 0 or EINVAL. */
SLUICE_API int sluice_ksctp_discard(int descriptor);

/* Returns the ms until it wants to be called again, -SLUICE_SCTP_NO_TICK: when another call changed something; -SLUICE_SCTP_EAGAIN. */
SLUICE_API int sluice_ksctp_tick(sluice_ksctp *stack);

/*
 * As sluice_sctp_close, _abort, _reset_streams, _query, _shutdown, _destroy of sluice_sctp.h, with
 * these differences:
 *   close            SENDs that still wait in the loop are behind it and fail: close when they have completed
 *   reset_streams    needs the sysctl or socket option of RFC 6525, which this stack sets; ENOTSUP when the peer lacks it. An
 *                    incoming reset is answered once, again only after a message was received on the stream
 *   query_info       ports and peer are zero (UP tells them), and so are hints
 *   shutdown         closes no handle
 *   destroy          closes no descriptor: they are the caller's
 */
SLUICE_API int sluice_ksctp_close(sluice_ksctp *stack, uint64_t assoc, uint32_t deadline_ms, const void *reason, uint32_t bytes);
SLUICE_API int sluice_ksctp_abort(sluice_ksctp *stack, uint64_t assoc, uint32_t cause, const void *reason, uint32_t bytes);
SLUICE_API int sluice_ksctp_reset_streams(sluice_ksctp *stack, uint64_t assoc, const uint16_t *streams, uint32_t count);
SLUICE_API int sluice_ksctp_query_close(sluice_ksctp *stack, uint64_t assoc, sluice_sctp_close_info *out);
SLUICE_API int sluice_ksctp_query_info(sluice_ksctp *stack, uint64_t assoc, sluice_sctp_info *out);
SLUICE_API int sluice_ksctp_shutdown(sluice_ksctp *stack, const void *reason, uint32_t bytes);
SLUICE_API int sluice_ksctp_destroy(sluice_ksctp *stack, uint32_t flags);

#ifdef __cplusplus
}
#endif

SLUICE_STATIC_ASSERT(sizeof(sluice_ksctp_config) == 64, "config");
SLUICE_STATIC_ASSERT(sizeof(sluice_ksctp_listen_args) == 216, "listen");
SLUICE_STATIC_ASSERT(sizeof(sluice_ksctp_connect_args) == 344, "connect");

#endif /* SLUICE_SCTP_KERNEL_H */
