/*
 * notification_usrsctp.c: the notifications of usrsctp 0.9.5, in the layout of notification.c.
 *
 * Its own are the numbers, and:
 *   ASSOC_CHANGE   info is of COMM_LOST the peer's whole ABORT chunk, cut at 512 bytes (its length fields still tell the full
 *                  size), in network byte order; nothing for a timeout or a local abort
 */
#include "sctp/notification_layout.h"
#include "sctp/usrsctp_abi.h"

#define CHUNK_HEADER 4u

_Static_assert(USR_DATA_LAST_FRAG == SSC_PIECE_LAST && USR_DATA_FIRST_FRAG == SSC_PIECE_FIRST, "flags of the DATA chunk");
_Static_assert(USR_RESET_INCOMING_SSN == SSC_RESET_IN && USR_RESET_OUTGOING_SSN == SSC_RESET_OUT, "directions of a reset");
_Static_assert(USR_RESET_DENIED == SSC_RESET_DENIED && USR_RESET_FAILED == SSC_RESET_FAILED, "outcomes of a reset");

static void ended(const uint8_t *data, const uint8_t *info, size_t info_bytes, ssc_note *out)
{
    (void)data;
    if (info_bytes == 0) return; /* a timeout, or this side's own abort */
    out->has_abort = true;
    if (info_bytes < CHUNK_HEADER || info[0] != USR_CHUNK_ABORT) return;
    size_t chunk = (size_t)info[2] << 8 | info[3];
    if (chunk < CHUNK_HEADER) return;
    ssc_note_causes(info + CHUNK_HEADER, (chunk < info_bytes ? chunk : info_bytes) - CHUNK_HEADER, out);
}

static const ssc_note_numbers NUMBERS = {
    .assoc_change = USR_ASSOC_CHANGE, .path_change = USR_PEER_ADDR_CHANGE, .shutdown = USR_SHUTDOWN_EVENT,
    .partial = USR_PARTIAL_DELIVERY_EVENT, .sender_dry = USR_SENDER_DRY_EVENT, .stream_reset = USR_STREAM_RESET_EVENT,
    .send_failed = USR_SEND_FAILED_EVENT,
    .up = USR_COMM_UP, .lost = USR_COMM_LOST, .restart = USR_RESTART, .shutdown_complete = USR_SHUTDOWN_COMP,
    .cant_start = USR_CANT_STR_ASSOC,
    .path_available = USR_ADDR_AVAILABLE, .path_unreachable = USR_ADDR_UNREACHABLE, .path_confirmed = USR_ADDR_CONFIRMED,
    .sent = USR_DATA_SENT,
    .ended = ended,
};

bool ssc_note_usrsctp(const uint8_t *data, size_t bytes, ssc_note *out) { return ssc_note_decode(&NUMBERS, data, bytes, out); }
