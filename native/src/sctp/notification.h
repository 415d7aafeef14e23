/*
 * notification.h: what an SCTP implementation tells in a notification, in one form. The decoders are pure functions over
 * bytes: usrsctp and the Linux kernel lay them out alike (RFC 6458), and differ in numbers, byte orders and what an end is told with.
 *
 * The bytes may be cut short, and lengths inside may lie: everything is bounds-checked, and reason and ids point into
 * the caller's bytes.
 */
#ifndef SSC_NOTIFICATION_H
#define SSC_NOTIFICATION_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

typedef enum ssc_note_type {
    SSC_NOTE_NONE,       /* a type nobody asked for */
    SSC_NOTE_UP,
    SSC_NOTE_LOST,       /* has_abort tells whether the peer did it */
    SSC_NOTE_RESTART,
    SSC_NOTE_SHUTDOWN_COMPLETE,
    SSC_NOTE_CANT_START,
    SSC_NOTE_PATH,
    SSC_NOTE_PEER_SHUTDOWN,
    SSC_NOTE_SEND_FAILED,
    SSC_NOTE_STREAM_RESET,
    SSC_NOTE_SENDER_DRY,
    SSC_NOTE_PARTIAL_ABORTED
} ssc_note_type;

/* A message that was not fragmented is its first and last piece. */
#define SSC_PIECE_LAST  0x01u
#define SSC_PIECE_FIRST 0x02u

typedef struct ssc_note {
    ssc_note_type type;
    bool     has_abort;        /* LOST, CANT_START: an ABORT of the peer is at hand */
    bool     has_cause;        /* and it carries a cause */
    bool     reason_truncated; /* the reason was longer than what is here */
    uint8_t  flags;            /* SEND_FAILED: SLUICE_SCTP_FAILED_*, STREAM_RESET: SLUICE_SCTP_RESET_* */
    uint16_t cause;            /* of the ABORT; SEND_FAILED: SCTP error */
    uint16_t streams_in, streams_out; /* UP, RESTART */
    uint8_t  pieces;           /* SEND_FAILED: SSC_PIECE_*, of the message */
    uint16_t stream;           /* SEND_FAILED */
    uint32_t ppid, context;    /* SEND_FAILED */
    uint32_t path_state;       /* PATH: SLUICE_SCTP_PATH_*, 0: none of them */
    const uint8_t *reason;     /* LOST, CANT_START: bytes behind the cause's header */
    uint32_t reason_bytes;
    const uint8_t *ids;        /* STREAM_RESET: uint16 each, host byte order, unaligned */
    uint32_t id_count;
} ssc_note;

/* False: too short for its type, or no notification at all. complete: the bytes are all of it. */
bool ssc_note_usrsctp(const uint8_t *data, size_t bytes, ssc_note *out);
bool ssc_note_kernel(const uint8_t *data, size_t bytes, ssc_note *out);

/* The error causes of an ABORT (network byte order): code and reason of the first one. */
void ssc_note_causes(const uint8_t *causes, size_t bytes, ssc_note *out);

#endif /* SSC_NOTIFICATION_H */
