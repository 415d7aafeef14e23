/*
 * notification_kernel.c: the notifications of the Linux kernel's SCTP (<linux/sctp.h>), in the layout of notification.c.
 *
 * Its own are the numbers, and:
 *   ASSOC_CHANGE   states count from 0; error is in NETWORK byte order; info holds only the causes of the peer's ABORT
 *   PATH_CHANGE    states count from 0
 *   SEND_FAILED    the flags are an enumeration: 0 never sent, 1 sent
 *
 * A COMM_LOST without causes does not tell whether the peer did it; the errno of the socket does (ECONNRESET).
 */
#include <arpa/inet.h>

#include "sctp/notification_layout.h"

static void ended(const uint8_t *data, const uint8_t *info, size_t info_bytes, ssc_note *out)
{
    out->has_abort = info_bytes > 0;
    ssc_note_causes(info, info_bytes, out);
    if (!out->has_cause) out->cause = ntohs(ssc_u16(data + 10));
}

static const ssc_note_numbers NUMBERS = {
    .assoc_change = 0x8001, .path_change = 0x8002, .shutdown = 0x8005, .partial = 0x8006, .sender_dry = 0x8009,
    .stream_reset = 0x800a, .send_failed = 0x800d,
    .up = 0, .lost = 1, .restart = 2, .shutdown_complete = 3, .cant_start = 4,
    .path_available = 0, .path_unreachable = 1, .path_confirmed = 5,
    .sent = 1,
    .ended = ended,
};

bool ssc_note_kernel(const uint8_t *data, size_t bytes, ssc_note *out) { return ssc_note_decode(&NUMBERS, data, bytes, out); }
