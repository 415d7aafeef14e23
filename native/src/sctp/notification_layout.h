/* notification_layout.h: the layout that the notifications of usrsctp and of the kernel share, and the numbers in which they differ. */
#ifndef SSC_NOTIFICATION_LAYOUT_H
#define SSC_NOTIFICATION_LAYOUT_H

#include <string.h>

#include "sctp/notification.h"

static inline uint16_t ssc_u16(const uint8_t *p) { uint16_t v; memcpy(&v, p, sizeof v); return v; }
static inline uint32_t ssc_u32(const uint8_t *p) { uint32_t v; memcpy(&v, p, sizeof v); return v; }

/* Flags of STREAM_RESET, the same everywhere. */
enum { SSC_RESET_IN = 1, SSC_RESET_OUT = 2, SSC_RESET_DENIED = 4, SSC_RESET_FAILED = 8 };

typedef struct ssc_note_numbers {
    uint16_t assoc_change, path_change, stream_reset, send_failed, shutdown, sender_dry, partial; /* types */
    uint16_t up, lost, restart, shutdown_complete, cant_start;                                    /* states of an association */
    uint16_t path_available, path_unreachable, path_confirmed;                                    /* states of a path */
    uint16_t sent;                                                                                /* flag of SEND_FAILED */
    /* LOST, CANT_START: whose doing it was. info: what stands behind the fixed part of the notification, perhaps nothing. */
    void (*ended)(const uint8_t *data, const uint8_t *info, size_t info_bytes, ssc_note *out);
} ssc_note_numbers;

bool ssc_note_decode(const ssc_note_numbers *n, const uint8_t *data, size_t bytes, ssc_note *out);

#endif /* SSC_NOTIFICATION_LAYOUT_H */
