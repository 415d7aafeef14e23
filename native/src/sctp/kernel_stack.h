/*
 * kernel_stack.h: what the files of the kernel's SCTP backend share. Everything belongs to the one thread inside the stack.
 *
 *   kernel_open.c     probe, limits, shared region, destroy     kernel_socket.c   sockets and their options
 *   kernel_end.c      ids, events, the end of associations      kernel_input.c    what the loop received
 *   kernel_reset.c    stream resets                             kernel_close.c    close, abort, time
 *   kernel_query.c    close info, state of the path
 */
#ifndef SSK_KERNEL_STACK_H
#define SSK_KERNEL_STACK_H

#include "sctp/kernel_abi.h"
#include "sctp/latch.h"
#include "sctp/notification.h"
#include "sluice_sctp_kernel.h"

#define SSK_NONE       UINT32_MAX
#define SSK_SETTLE_MS  100u /* how long the next notification, or the errno, of a lost association is waited for */
#define SSK_RESET_MS   20u /* a stream reset that the kernel was not ready for is tried again */
#define SSK_RESET_WORDS (SLUICE_SCTP_STREAMS_MAX / 64)

typedef enum ssk_kind { SSK_FREE, SSK_LISTENER, SSK_ASSOC } ssk_kind;

/* A listener or an association: something with an id. */
typedef struct ssk_end {
    ssk_kind kind;
    uint32_t index, generation;
    uint32_t next;              /* in the free list, or in the bucket of the kernel's id */
    uint32_t next_ended;        /* CLOSED was told and may not be read yet */
    int      fd;                /* -1: not to be used any more */
    int32_t  kernel_id;         /* the kernel's association id, 0: none, or gone */
    uint64_t tag, listener;
    uint64_t since_ms;          /* connect: when; latched: since when the errno is waited for */
    uint64_t init_limit_ms;     /* connect: so long the kernel tries */
    uint64_t deadline_ms;
    uint32_t closed_at;         /* place of the CLOSED event */
    uint32_t options;           /* SLUICE_SCTP_* flags */
    uint16_t streams_out, streams_in;
    bool     accepted, deadline_set, settled, closed_told, peer_shutdown_told;
    bool     resets_waiting;
    bool     in_note;           /* of its socket: the rest of a notification that is longer than a buffer follows */
    uint64_t resets_wanted[SSK_RESET_WORDS], resets_done[SSK_RESET_WORDS];
    uint8_t *reason;            /* of close(), for the deadline */
    uint32_t reason_bytes;
    ssc_latch latch;
} ssk_end;

struct sluice_ksctp {
    sluice_ksctp_config cfg;
    uint8_t            *base;
    uint64_t            bytes;
    bool                own_memory, shutting_down;
    sluice_sctp_header *header;
    sluice_sctp_event  *events;
    uint8_t            *payloads;
    uint64_t           *counters;
    uint32_t            ev_tail, ev_head; /* the private truth */
    ssk_end           **ends;             /* by index; allocated when first used, kept */
    uint32_t            end_count, free_first, live_assocs, live_listeners;
    uint32_t           *buckets, bucket_mask; /* kernel's id -> index */
    uint32_t            ended_first, untold;  /* untold: settled, and CLOSED waits for room */
};

/* ---- kernel_end.c ---- */
uint64_t ssk_now_ms(void);
int      ssk_enter(sluice_ksctp *s); /* checks the ring words, frees what was read: 0, EINVAL */
int      ssk_leave(sluice_ksctp *s, int result);
bool     ssk_room(const sluice_ksctp *s, uint32_t events);
sluice_sctp_event *ssk_event(sluice_ksctp *s, const ssk_end *e, uint8_t type);
void     ssk_payload(sluice_ksctp *s, sluice_sctp_event *ev, const void *bytes, uint32_t n);
uint64_t ssk_id(const sluice_ksctp *s, const ssk_end *e);
ssk_end *ssk_new(sluice_ksctp *s, ssk_kind kind, int *code);
void     ssk_free(sluice_ksctp *s, ssk_end *e);
ssk_end *ssk_find(sluice_ksctp *s, uint64_t id, int *code);
ssk_end *ssk_by_kernel_id(sluice_ksctp *s, int32_t kernel_id);
void     ssk_map(sluice_ksctp *s, ssk_end *e, int32_t kernel_id);
void     ssk_unmap(sluice_ksctp *s, ssk_end *e);
void     ssk_settle(sluice_ksctp *s, ssk_end *e); /* the cause is final; CLOSED */
static inline void ssk_count(sluice_ksctp *s, uint32_t counter) { s->counters[counter]++; }

/* ---- kernel_socket.c ---- */
int  ssk_socket(const sluice_ksctp *s, int family, const sluice_sctp_options *o); /* descriptor or -errno */
int  ssk_subscribe(int fd, bool dry);
int  ssk_peel_off(int fd, int32_t kernel_id); /* descriptor or -errno */
int  ssk_signal(int fd, int32_t kernel_id, uint16_t flags, const void *data, uint32_t bytes); /* SCTP_EOF, SCTP_ABORT: 0 or -errno */
int  ssk_addr_to_os(const sluice_addr *a, struct sockaddr_storage *out, socklen_t *bytes);
int  ssk_code(int os_errno);

/* ---- kernel_close.c ---- */
void ssk_abort_now(sluice_ksctp *s, ssk_end *e, uint16_t kind, const void *reason, uint32_t bytes);

/* ---- kernel_reset.c ---- */
void ssk_resets_try(ssk_end *e);
void ssk_reset_answer(ssk_end *e, const ssc_note *n);

#endif /* SSK_KERNEL_STACK_H */
