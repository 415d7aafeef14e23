/*
 * latch.h: which of several signs of an end becomes the cause. Pure: no stack, no library.
 *
 *   none --offer--> provisional --settle--> final        offer to a final latch: counted by the caller, changes nothing
 *                    ^       |
 *                    +-offer-+  a stronger rank replaces a weaker one: what is found in one turn is ranked
 *
 * Rank of causes (rule S4): peer's ABORT > abort of this side > SHUTDOWN completed > timers > end of file, errno.
 */
#ifndef SSC_LATCH_H
#define SSC_LATCH_H

#include "sctp/notification.h"
#include "sluice_sctp.h"

enum { SSC_RANK_NONE, SSC_RANK_ERRNO, SSC_RANK_TIMER, SSC_RANK_SHUTDOWN, SSC_RANK_LOCAL_ABORT, SSC_RANK_PEER_ABORT };

/* What usrsctp was at when a sign came. */
typedef enum ssc_moment { SSC_AT_PACKET, SSC_AT_TICK, SSC_AT_SHUTDOWN /* a packet that begins with the peer's SHUTDOWN */ } ssc_moment;

typedef struct ssc_latch {
    uint8_t  rank;  /* SSC_RANK_* of what is in it */
    bool     final;
    bool     up;            /* UP was reached */
    bool     shutdown_seen; /* a SHUTDOWN of the peer came */
    bool     shutdown_told;
    bool     closing;       /* this side asked for SHUTDOWN before one of the peer came */
    uint16_t kind, flags;   /* SLUICE_SCTP_CLOSED_*, SLUICE_SCTP_CLOSE_* */
    uint16_t reason_bytes;
    uint32_t cause;
    int32_t  os_errno;
    uint64_t at_ms;
    uint8_t  reason[SLUICE_SCTP_REASON_MAX];
} ssc_latch;

/* All but peer_shutdown return false when the latch is final: the sign came too late. */
/* LOST, CANT_START, SHUTDOWN_COMPLETE, RESTART */
bool ssc_latch_note(ssc_latch *l, const ssc_note *note, ssc_moment moment);
bool ssc_latch_peer_shutdown(ssc_latch *l); /* SHUTDOWN came; true: it is to be told (S5) */
bool ssc_latch_errno(ssc_latch *l, int32_t os_errno); /* 0: end of file without any other sign */
bool ssc_latch_local(ssc_latch *l, uint16_t kind, int32_t os_errno, const void *reason, uint32_t bytes);
void ssc_latch_settle(ssc_latch *l, uint64_t now_ms);

#endif /* SSC_LATCH_H */
