/*
 * stack.h: what the files of the SCTP stack share. Everything here belongs to the one thread that is inside the stack.
 *
 *   region.c   shared memory: event ring, arena, slots          path.c     peers by address
 *   config.c   limits, profiles, socket options                 assoc.c    associations: ids, slots, life
 *   open.c     open, shutdown, destroy                          listen.c   listeners and accepting
 *   connect.c  connect                                          input.c    datagrams in
 *   pump.c     what associations have to tell becomes events    send.c     messages and stream resets out
 *   failed.c   messages that failed: all of them, each once     tick.c     time, hints
 *   end.c      close, abort, deadlines, the last event
 */
#ifndef SSC_STACK_H
#define SSC_STACK_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "sctp/latch.h"
#include "sctp/library.h"
#include "sctp/notification.h"
#include "sctp/usrsctp_abi.h"
#include "sluice_sctp.h"

/* Beyond a message, a read has to hold what a notification puts in front of one. */
#define SSC_READ_SLACK  256u
/* Events that one read can lead to: RESTART is SEND_FAILED, CLOSED, UP and WRITABLE. */
#define SSC_READ_EVENTS 4u
#define SSC_COMMON_HEADER 12u /* of an SCTP packet: ports, tag, checksum */
#define SSC_PATH_BUCKETS 1024u
/* usrsctp frees addresses and endpoints by timers: the stack goes on ticking for that long after its last association. */
#define SSC_QUIET_MS 200u

typedef struct ssc_assoc ssc_assoc;

/* A peer with associations. usrsctp knows it by value, a keyed hash of the address: that is what binds cookies to it. */
typedef struct ssc_path {
    uint64_t         value;
    sluice_sctp_addr peer;
    struct ssc_path *next; /* in its bucket */
    ssc_assoc       *assocs;
    uint32_t         count;
} ssc_path;

/* A listening socket of usrsctp, which knows ports only. Listeners of several links share it. */
typedef struct ssc_port {
    struct socket *so;
    uint16_t       port; /* 0: the entry is free */
    uint16_t       users;
    bool           pending; /* something to accept */
} ssc_port;

typedef struct ssc_listener {
    uint64_t id; /* 0: the entry is free */
    uint64_t tag, link;
    uint32_t options; /* flags of sluice_sctp_options */
    uint16_t port, port_index;
} ssc_listener;

/* A message of which usrsctp reported a piece. */
typedef struct ssc_failed {
    bool     open; /* more of it may come */
    uint8_t  flags; /* SLUICE_SCTP_FAILED_* */
    uint16_t stream, cause;
    uint32_t ppid, context;
} ssc_failed;

struct ssc_assoc {
    sluice_sctp   *stack;
    struct socket *so; /* NULL: usrsctp has nothing of it any more */
    ssc_path      *path;
    ssc_assoc     *path_next, *dirty_next, *ended_next;
    uint64_t       id, tag, listener;
    uint32_t       options;
    uint16_t       local_port, peer_port, streams_in, streams_out;
    bool           dirty, waiting;  /* in the list of pump.c; it waits for room */
    ssc_moment     moment;          /* of the last upcall */
    bool           up_untold, restarted, want_write, skip, closed_told;
    bool           widened;         /* its receive buffer, for notices of failed messages */
    bool           reset_all;       /* wanted, and usrsctp was busy */
    bool           resets_waiting;  /* some bit of resets_wanted is set */
    bool           deadline_set;
    uint8_t       *part;            /* of a message that came in pieces */
    uint32_t       part_bytes, part_room;
    uint8_t       *resets_wanted, *resets_done, *resets_seen; /* a bit for each outgoing stream, NULL until needed */
    uint8_t       *reason;          /* of close(), for the deadline */
    uint32_t       reason_bytes;
    uint64_t       deadline_ms, probe_ms;
    uint32_t       hints;
    ssc_failed     failed;
    uint32_t       closed_at;       /* place of the CLOSED event */
    ssc_latch      latch;
};

struct sluice_sctp {
    ssc_library  lib;
    uint32_t     config_flags, max_message, max_assocs, max_listeners, tick_ms, probe_interval_ms;
    int          recv_buffer, send_buffer;
    uint64_t     key[2]; /* of the path hash */

    /* shared region, and the private truth behind the words a caller could spoil */
    uint8_t            *base;
    uint64_t            bytes;
    bool                own_memory;
    sluice_sctp_header *header;
    sluice_sctp_event  *events;
    uint32_t           *out_ring, *return_ring;
    uint8_t            *slots, *arena;
    uint64_t           *counters;
    uint64_t           *arena_ends; /* for each entry of the event ring */
    uint64_t            arena_head, arena_tail, arena_bytes;
    uint32_t            event_entries, ev_tail, ev_head, slot_count, out_tail, ret_head, free_slots;
    uint32_t           *free_slot_list;
    bool               *slot_out;

    /* associations */
    ssc_assoc **assocs;      /* by index */
    uint32_t   *generations, *free_next, free_first, free_last, assoc_count;
    ssc_assoc  *dirty_first, *dirty_last, *ended_first, *ended_last;
    uint32_t    deadlines;
    uint32_t    live_sockets; /* associations that usrsctp still runs */

    ssc_path    *paths[SSC_PATH_BUCKETS];
    ssc_port    *ports;
    ssc_listener *listeners;
    uint32_t     listener_generation, listener_count;

    uint64_t now_ms, quiet_until_ms;
    ssc_moment moment; /* of what is being done */
    bool     idle, shutting_down, accept_pending;
    uint32_t seen_badsum, seen_badvtag, seen_badsid, seen_ootb; /* of usrsctp's statistics */

    /* the datagram that is being handed in: its peer may be unknown, and stays so unless an association comes of it */
    uint64_t         current_value;
    sluice_sctp_addr current_peer;
};

/* ---- region.c ---- */
uint64_t ssc_region_bytes(const sluice_sctp_config *c);
int  ssc_region_open(sluice_sctp *s, const sluice_sctp_config *c);
void ssc_region_close(sluice_sctp *s);
int  ssc_enter(sluice_sctp *s); /* checks the ring words, takes back slots and arena: 0 or -SLUICE_EINVAL */
int  ssc_leave(sluice_sctp *s, int result);
sluice_sctp *ssc_current(void); /* the stack this thread is inside of */
bool ssc_room(const sluice_sctp *s, uint32_t events);
sluice_sctp_event *ssc_event(ssc_assoc *a, uint8_t type); /* the caller saw that there is room */
uint8_t *ssc_arena_reserve(sluice_sctp *s, uint32_t bytes); /* NULL: no room; valid until the next reserve */
void ssc_arena_commit(sluice_sctp *s, sluice_sctp_event *e, const uint8_t *data, uint32_t bytes);
int  ssc_output(void *addr, void *data, size_t bytes, uint8_t tos, uint8_t dont_fragment);
static inline void ssc_count(sluice_sctp *s, uint32_t counter, uint64_t n) { s->counters[counter] += n; }

/* ---- path.c ---- */
bool      ssc_addr_valid(const sluice_sctp_addr *a);
uint64_t  ssc_path_value(const sluice_sctp *s, const sluice_sctp_addr *peer);
ssc_path *ssc_path_find(sluice_sctp *s, uint64_t value);
ssc_path *ssc_path_get(sluice_sctp *s, uint64_t value, const sluice_sctp_addr *peer); /* NULL: no memory, or a collision */
void      ssc_path_drop_unused(sluice_sctp *s, ssc_path *p);

/* ---- config.c ---- */
int  ssc_config_fill(const sluice_sctp_config *in, sluice_sctp_config *out);
int  ssc_options_fill(const sluice_sctp_options *in, sluice_sctp_options *out);
int  ssc_socket_options(sluice_sctp *s, struct socket *so, const sluice_sctp_options *o);
struct socket *ssc_socket(sluice_sctp *s, const sluice_sctp_options *o); /* NULL with errno */
int  ssc_code(int os_errno); /* usrsctp's errno as a positive SLUICE_E* */

/* ---- assoc.c ---- */
ssc_assoc *ssc_assoc_new(sluice_sctp *s, ssc_path *path, struct socket *so); /* NULL: limit or memory */
ssc_assoc *ssc_assoc_find(sluice_sctp *s, uint64_t id, int *code);
void ssc_assoc_dirty(ssc_assoc *a);
void ssc_assoc_clean(ssc_assoc *a); /* out of the list */
void ssc_assoc_detach(ssc_assoc *a, bool close_socket); /* usrsctp's part is over */
void ssc_assoc_ended(ssc_assoc *a);   /* CLOSED is in the ring */
void ssc_assoc_free_read(sluice_sctp *s); /* those whose CLOSED was read */
void ssc_assoc_free(ssc_assoc *a);
void ssc_upcall(struct socket *so, void *arg, int flags);
uint32_t ssc_assoc_state(const ssc_assoc *a);
bool ssc_bit(const uint8_t *bits, uint32_t i);
void ssc_bit_set(uint8_t *bits, uint32_t i, bool on);

/* ---- listen.c ---- */
ssc_listener *ssc_listener_at(sluice_sctp *s, uint64_t link, uint16_t port);
ssc_listener *ssc_listener_find(sluice_sctp *s, uint64_t id);
void ssc_accept_all(sluice_sctp *s);
void ssc_unlisten_all(sluice_sctp *s);

/* ---- pump.c ---- */
void ssc_pump(sluice_sctp *s);
bool ssc_lives(ssc_assoc *a); /* usrsctp still runs it */

/* ---- failed.c ---- */
/* A packet may end an association of that peer: its ports name which. */
void ssc_failures_expected(sluice_sctp *s, uint64_t path_value, const uint8_t *packet, bool outgoing);
void ssc_failures_written(ssc_assoc *a);
void ssc_failed_piece(ssc_assoc *a, const ssc_note *note);
void ssc_failed_pieces_end(ssc_assoc *a); /* no more will be reported of the last message */

/* ---- send.c ---- */
void ssc_resets_try(ssc_assoc *a);
void ssc_reset_answer(ssc_assoc *a, const ssc_note *note);
void ssc_stream_used(ssc_assoc *a, uint16_t stream); /* a message went either way */

/* ---- end.c ---- */
void ssc_abort_now(ssc_assoc *a, uint16_t kind, int32_t os_errno, const void *reason, uint32_t bytes);
void ssc_end_settle(ssc_assoc *a);      /* everything was read: the cause is final, the socket goes */
bool ssc_end_tell(ssc_assoc *a);        /* CLOSED; false: no room */
void ssc_deadlines(sluice_sctp *s);

#endif /* SSC_STACK_H */
