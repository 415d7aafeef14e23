/*
 * sluice_sctp.h: SCTP over UDP (RFC 6951) for a Sluice event loop: the ABI between one SCTP stack and whoever drives
 * it. Rules and functions; the structures are in sluice_sctp_layout.h, which is included.
 *
 * THE IDEA
 *   A stack has no socket, no thread and no clock. Whoever drives it (a Java loop on any engine, a test, a fuzzer, a
 *   simulation) receives datagrams on any UDP socket and hands them in (sluice_sctp_input), sends the datagrams it
 *   finds in the shared region, and says how much time has passed (sluice_sctp_tick). What happens to associations is
 *   told by fixed-size events in a ring of the shared region. The protocol itself is run by usrsctp, of which every
 *   stack loads a PRIVATE copy: its state is global to a copy, so copies are what makes stacks independent and the
 *   threads that drive them free of each other.
 *
 *         UDP socket --datagrams--> sluice_sctp_input --.            .--> event ring + arena --> UP, MESSAGE, ... CLOSED
 *         elapsed ms -------------> sluice_sctp_tick  ---+- stack --+
 *         send, close, abort, reset_streams ------------'            '--> out ring + slots   --> UDP socket
 *                                                                          ^--- return ring (slots that were sent)
 *
 * THREADS
 *   sluice_sctp_abi, _probe, _profile, _shared_bytes, _open, _strerror: any thread. All others: one thread at a time
 *   for each stack, and a stack is best opened, driven and destroyed by one. Nothing here calls back. Ring words are
 *   plain memory, because the call itself is the hand-over; counters may be read by any thread (a read may be a turn
 *   old). The copy of usrsctp keeps one thread of its own ("SCTP iterator"), which sleeps but for a moment after an
 *   address was deregistered, and touches nothing that is described here.
 *
 * TIME
 *   Milliseconds, told by sluice_sctp_tick. Nothing here reads a clock, but usrsctp asks gettimeofday() when it
 *   measures round trips, the age of a cookie (60 s) and the lifetime of SLUICE_SCTP_PR_TTL messages: a simulation
 *   that wants those virtual as well has to replace that function.
 *
 * RULES (tests cite these numbers)
 *   S1  Every association that came to exist (an id was returned or told by UP) ends with exactly one CLOSED event,
 *       whatever combination of SHUTDOWN, ABORT, end of file and errors arrives. Nothing about its id comes after it.
 *   S2  All messages that were received completely before the peer's terminal chunk come before CLOSED. So do the
 *       SEND_FAILED of every message that was taken and not acknowledged, one of each. After a local abort no MESSAGE
 *       comes any more.
 *   S3  From the moment the cause is known, also before the CLOSED event is read, every call on the association
 *       answers -SLUICE_SCTP_ECLOSED, and SLUICE_SCTP_QUERY_CLOSE tells the cause. Once CLOSED was read (ev_head
 *       advanced past it) and the stack was entered again, the id is stale for ever: -SLUICE_ESTALE. Ids carry a
 *       generation. (With a full event ring the end may be known before its cause: then the query answers
 *       -SLUICE_SCTP_ENOTUP until there is room.)
 *   S4  The first cause wins. Causes that are found in one turn are ranked: the peer's ABORT, then an abort of this
 *       side, then a completed SHUTDOWN, then timers, then the end of file or an error without a notification.
 *   S5  PEER_SHUTDOWN comes at most once, and before CLOSED.
 *   S6  Only cause 12 (user-initiated abort) is ever sent by this side's own decision. Any incoming cause code is
 *       accepted. (usrsctp reports a peer's violation of the protocol with the code of the RFC.)
 *   S7  ICMP never closes an association that did not ask for it (SLUICE_SCTP_CLOSE_ON_ICMP).
 *   S8  No memory is taken for an unknown peer before its COOKIE ECHO was verified. The cookie is bound to the UDP
 *       address.
 *   S9  Nothing a peer sends, and nothing a caller writes into the rings, crashes the process.
 *
 * THE LIFE OF AN ASSOCIATION
 *
 *     connect                         accepted by a listener
 *        |                                   |
 *        v                                   |
 *  +------------+  COMM_UP                   v  UP
 *  | CONNECTING |------------------> +---------------+   SHUTDOWN from the peer    +---------------+
 *  +------------+   UP               |     OPEN      |---------------------------> | PEER_SHUTDOWN |
 *    |     |                         +---------------+    PEER_SHUTDOWN            +---------------+
 *    |     | close                      |        | close(deadline)                      |    |
 *    |     | abort                      |        v                                      |    |
 *    |     |                            |   +---------+   deadline: ABORT(12, reason)    |    |
 *    |     |                            |   | CLOSING |------------------------------.   |    |
 *    |     |                            |   +---------+                              |   |    |
 *    |     |                            |        | SHUTDOWN COMPLETE                 |   |    | SHUTDOWN COMPLETE
 *    v     v                            v        v                                   v   v    v
 *  +--------------------------------------------------------------------------------------------+
 *  | LATCHED: the cause is known and final. Calls answer ECLOSED. What was received before and   |
 *  | the SEND_FAILED events go into the ring, and last CLOSED, as soon as the ring has room.     |
 *  +--------------------------------------------------------------------------------------------+
 *        | CLOSED was read
 *        v
 *     stale: the slot is used again, with the next generation
 *
 *   From any state to LATCHED: ABORT of the peer, abort(), timers (PATH_LOST, CONNECT_TIMEOUT), RESTART of the peer,
 *   a violation of the protocol, a limit, shutdown of the stack. A RESTART ends the association with kind RESTARTED;
 *   a listener's gets a new id and a new UP, with flag RESTARTED, for the peer's new life; one that connect() made is
 *   closed towards the peer.
 *
 *   libdatachannel closes with SHUTDOWN and then ABORT(12) without a reason; that is reported as PEER_SHUTDOWN, cause
 *   12. pion's SHUTDOWN acknowledges a TSN of its own direction: where that was never sent by this side, the peer gets
 *   an ABORT, and this side CLOSED with kind PEER_SHUTDOWN, without the event PEER_SHUTDOWN before it.
 *
 * WHO OWNS MEMORY
 *   The shared region is the caller's (config.shared_base) or C's. Memory named by a call (datagrams, messages,
 *   reasons, options) is copied before the call returns. The payload of an event may be read until ev_head is
 *   advanced past it. A slot of the out ring is the caller's until its number is written to the return ring: it may
 *   be sent from without a copy. usrsctp takes memory for each association: 12 KiB with 16 streams, 115 KiB with
 *   1024.
 *
 * WHEN RINGS ARE FULL
 *   Events: nothing is lost. Messages stay in the association's receive buffer (the peer is held up by its window),
 *   ends wait; they come with a later call. Datagrams: dropped and counted (SLUICE_SCTP_CTR_OUT_DROPPED); SCTP sends
 *   them again.
 */
#ifndef SLUICE_SCTP_H
#define SLUICE_SCTP_H

#include "sluice.h"
#include "sluice_sctp_layout.h"

#ifdef __cplusplus
extern "C" {
#endif

#define SLUICE_SCTP_ABI_MAJOR 1u
#define SLUICE_SCTP_ABI_MINOR 0u
#define SLUICE_SCTP_ABI (SLUICE_SCTP_ABI_MAJOR << 16 | SLUICE_SCTP_ABI_MINOR)

/* -------------------------------------------------------------------------------------------- error codes */

/* Functions return these, or SLUICE_E* of sluice.h, negated. */
#define SLUICE_SCTP_EAGAIN   64 /* the send buffer is full; WRITABLE follows                                       */
#define SLUICE_SCTP_ECLOSED  65 /* the association has ended: SLUICE_SCTP_QUERY_CLOSE (S3)                         */
#define SLUICE_SCTP_ETOOLONG 66 /* message or reason is longer than the limit                                      */
#define SLUICE_SCTP_ESTREAM  67 /* no such stream: the id is not below the negotiated count                        */
#define SLUICE_SCTP_ELIBRARY 68 /* usrsctp cannot be loaded, or is not what it should be                           */
#define SLUICE_SCTP_ELIMIT   69 /* max_associations or max_listeners is reached                                    */
#define SLUICE_SCTP_ENOTUP   70 /* not before UP, or not after a close: there is nothing to send on                */

typedef struct sluice_sctp sluice_sctp;

/* ------------------------------------------------------------------------------------------------ functions */

/* The version of this header: SLUICE_SCTP_ABI. */
SLUICE_API uint32_t sluice_sctp_abi(void);

/*
 * Can stacks be opened with this file of usrsctp? Really loads a copy, starts and ends it. library: a path, or
 * NULL for "libusrsctp.so.2" where the system keeps it. 0 = out is filled; -SLUICE_EINVAL: wrong size.
 */
SLUICE_API int sluice_sctp_probe(const char *library, sluice_sctp_probe_info *out);

/* The values of a profile, written into options (size and the other fields stay). EINVAL: unknown. */
SLUICE_API int sluice_sctp_profile(uint32_t profile, sluice_sctp_options *options);

/* Bytes the shared region of such a stack needs; 0: invalid config. */
SLUICE_API uint64_t sluice_sctp_shared_bytes(const sluice_sctp_config *config);

/*
 * A new stack with a copy of usrsctp of its own. why (may be NULL) is filled in when the library is at fault
 * (-SLUICE_SCTP_ELIBRARY). Else -SLUICE_EINVAL, -SLUICE_ENOMEM, -SLUICE_EMFILE.
 */
SLUICE_API int sluice_sctp_open(const sluice_sctp_config *config, const char *library, sluice_sctp_probe_info *why,
                                sluice_sctp **out);

/* Start of the shared region, stable until sluice_sctp_destroy(). */
SLUICE_API void *sluice_sctp_shared(sluice_sctp *stack, uint64_t *bytes);

/*
 * Accepts associations that arrive through a link at an SCTP port. Returns the listener's id (> 0), or EINVAL,
 * ELIMIT, EADDRINUSE (this link and port has a listener, or an association that was connected from that port is in
 * the way). Of listeners with one port the timers of the first are used for all: usrsctp knows only the port.
 */
SLUICE_API int64_t sluice_sctp_listen(sluice_sctp *stack, const sluice_sctp_listen_args *args);

/* Accepts no more; what it accepted lives on. 0 or ESTALE. */
SLUICE_API int sluice_sctp_unlisten(sluice_sctp *stack, uint64_t listener);

/* Begins an association. Returns its id (> 0): UP or CLOSED follows. Or EINVAL, ELIMIT, EADDRINUSE, ENOMEM, EALREADY. */
SLUICE_API int64_t sluice_sctp_connect(sluice_sctp *stack, const sluice_sctp_connect_args *args);

/*
 * Hands in datagrams that were received, in their order, any number in one call. Afterwards, and with count 0 as
 * well, pumps what waited for room into the event ring. Returns the number of unread events, or EINVAL (an impossible
 * ring word, count above 65536).
 */
SLUICE_API int sluice_sctp_input(sluice_sctp *stack, const sluice_sctp_datagram *list, uint32_t count);

/*
 * Time has passed: ms since the last tick. When no tick was needed since then (next_tick_ms was -1), any number will
 * do. Hand in what was received before telling that time has passed: a peer is not judged by datagrams nobody has
 * looked at. Returns the ms until the next call is needed, -SLUICE_SCTP_NO_TICK: none is needed, or -SLUICE_EINVAL.
 */
SLUICE_API int sluice_sctp_tick(sluice_sctp *stack, uint32_t elapsed_ms);
#define SLUICE_SCTP_NO_TICK 1000 /* a code of its own: the stack has no association                                 */

/*
 * Sends messages, in order. Returns how many were taken from the front of the list; a negative code when the first
 * was refused: ESTALE, ECLOSED, ENOTUP, EAGAIN, ETOOLONG, ESTREAM, EINVAL, ENOMEM. A message is taken whole or not at
 * all.
 */
SLUICE_API int sluice_sctp_send(sluice_sctp *stack, const sluice_sctp_message *list, uint32_t count);

/*
 * Resets the outgoing direction of streams (RFC 6525); count 0: of all. Happens after what was sent before was
 * acknowledged; STREAM_RESET with RESET_OUT follows. 0, or ESTALE, ECLOSED, ENOTUP, ESTREAM, EINVAL, ENOTSUP (the
 * peer cannot do it). A reset by the peer is answered with one of ours, once: again only when the stream has carried
 * a message since.
 */
SLUICE_API int sluice_sctp_reset_streams(sluice_sctp *stack, uint64_t assoc, const uint16_t *streams, uint32_t count);

/*
 * Ends an association in order: what was taken is delivered, then SHUTDOWN. At the deadline
 * (0..SLUICE_SCTP_DEADLINE_MAX_MS, by tick) it is aborted with cause 12 and the reason. Before UP, and with deadline
 * 0, it is aborted at once. Messages of the peer still come. May be called again: a shorter deadline replaces the
 * longer one. 0, or ESTALE, ECLOSED, ETOOLONG, EINVAL.
 */
SLUICE_API int sluice_sctp_close(sluice_sctp *stack, uint64_t assoc, uint32_t deadline_ms, const void *reason,
                                 uint32_t bytes);

/*
 * Ends an association now with an ABORT. cause: 12, or 0 with no reason: both are sent as cause 12, because usrsctp
 * has no other way and a peer could stumble over other codes (S6). 0, or ESTALE, ECLOSED, ETOOLONG, EINVAL.
 */
SLUICE_API int sluice_sctp_abort(sluice_sctp *stack, uint64_t assoc, uint32_t cause, const void *reason, uint32_t bytes);

/*
 * An ICMP error (or ECONNREFUSED of a connected socket) came for a peer. Counted; associations with that peer are
 * probed by a heartbeat, at most one each per probe_interval_ms; those with SLUICE_SCTP_CLOSE_ON_ICMP are closed
 * (UNREACHABLE, or REFUSED before UP). os_errno in the numbers of Linux. Returns the number of associations with that
 * peer.
 */
SLUICE_API int sluice_sctp_hint(sluice_sctp *stack, const sluice_sctp_addr *peer, int32_t os_errno);

#define SLUICE_SCTP_QUERY_CLOSE 1u /* out: sluice_sctp_close_info; -SLUICE_SCTP_ENOTUP while there is no cause      */
#define SLUICE_SCTP_QUERY_INFO  2u /* out: sluice_sctp_info                                                        */

/* 552 bytes */
typedef struct sluice_sctp_close_info {
    uint16_t kind;            /*  0 SLUICE_SCTP_CLOSED_*                                                           */
    uint16_t flags;           /*  2 SLUICE_SCTP_CLOSE_*                                                            */
    uint32_t cause;           /*  4                                                                                */
    int32_t  os_errno;        /*  8                                                                                */
    uint32_t reason_bytes;    /* 12                                                                                */
    uint64_t at_ms;           /* 16                                                                                */
    uint8_t  reason[SLUICE_SCTP_REASON_MAX]; /* 24                                                                 */
    uint64_t reserved[3];     /* 528                                                                               */
} sluice_sctp_close_info;

#define SLUICE_SCTP_STATE_CONNECTING    1u
#define SLUICE_SCTP_STATE_OPEN          2u
#define SLUICE_SCTP_STATE_PEER_SHUTDOWN 3u
#define SLUICE_SCTP_STATE_CLOSING       4u
#define SLUICE_SCTP_STATE_LATCHED       5u

/* 96 bytes */
typedef struct sluice_sctp_info {
    uint32_t         state;           /*  0 SLUICE_SCTP_STATE_*                                                    */
    uint16_t         local_port;      /*  4                                                                        */
    uint16_t         peer_port;       /*  6                                                                        */
    uint16_t         streams_in;      /*  8 negotiated, 0 before UP                                                */
    uint16_t         streams_out;     /* 10                                                                        */
    uint32_t         unacknowledged;  /* 12 chunks on the wire                                                     */
    uint32_t         pending;         /* 16 chunks that wait to be sent                                            */
    uint32_t         peer_window_bytes; /* 20                                                                      */
    uint32_t         srtt_ms;         /* 24                                                                        */
    uint32_t         rto_ms;          /* 28                                                                        */
    uint32_t         cwnd_bytes;      /* 32                                                                        */
    uint32_t         hints;           /* 36 ICMP errors told for this association                                  */
    sluice_sctp_addr peer;            /* 40                                                                        */
    uint64_t         tag;             /* 72                                                                        */
    uint64_t         listener;        /* 80                                                                        */
    uint64_t         reserved;        /* 88                                                                        */
} sluice_sctp_info;

/* Asks about an association. *bytes: size of out, then bytes written. 0, ESTALE, EINVAL, ENOTUP. */
SLUICE_API int sluice_sctp_query(sluice_sctp *stack, uint64_t assoc, uint32_t what, void *out, uint32_t *bytes);

/*
 * Ends all: listeners are closed, every association is aborted with cause 12 and the reason (STACK_SHUTDOWN), as far
 * as slots for the ABORTs are free. Returns the number of associations that remain: send the datagrams, give the
 * slots back and call again until 0. From the first call on connect and listen answer -SLUICE_EALREADY.
 */
SLUICE_API int sluice_sctp_shutdown(sluice_sctp *stack, const void *reason, uint32_t bytes);

#define SLUICE_SCTP_DESTROY_FORCE 1u /* what still lives is dropped, without telling its peers                      */

/*
 * Frees the stack, its copy of usrsctp and the region unless it is the caller's. -SLUICE_EBUSY while associations or
 * listeners live, unless FORCE. -SLUICE_EOTHER: usrsctp did not end; its copy stays loaded, everything else was
 * freed.
 */
SLUICE_API int sluice_sctp_destroy(sluice_sctp *stack, uint32_t flags);

/* As sluice_strerror, for the codes of this header as well. */
SLUICE_API const char *sluice_sctp_strerror(int code);

#ifdef __cplusplus
}
#endif

SLUICE_STATIC_ASSERT(sizeof(sluice_sctp_close_info) == 552, "close info");
SLUICE_STATIC_ASSERT(sizeof(sluice_sctp_info) == 96, "info");

#endif /* SLUICE_SCTP_H */
