/*
 * notification.c: what the notifications of usrsctp and of the kernel share: their layout (RFC 6458), and the error causes of an
 * ABORT, as they are on the wire (RFC 9260 section 3.3.10).
 *
 *   all            type u16, flags u16, length u32, then
 *   ASSOC_CHANGE   state u16, error u16, out u16, in u16, assoc u32, info[]
 *   PATH_CHANGE    sockaddr_storage[128], state u32, error u32, assoc u32
 *   STREAM_RESET   assoc u32, ids u16[]
 *   SEND_FAILED    error u32, sid u16, flags u16, ppid u32 (as given), context u32, assoc u32, assoc u32, data[]
 *   PARTIAL        indication u32, stream u32, seq u32, assoc u32
 *
 * Host byte order, except in ppid and where the file of an implementation says so.
 */
#include <arpa/inet.h>

#include "sctp/notification_layout.h"
#include "sluice_sctp.h"

#define HEADER            8u
#define ASSOC_CHANGE_INFO 20u
#define PATH_STATE        136u
#define RESET_IDS         12u
#define SEND_FAILED_DATA  32u
#define CAUSE_HEADER      4u

static bool assoc_change(const ssc_note_numbers *n, const uint8_t *data, size_t bytes, ssc_note *out)
{
    if (bytes < ASSOC_CHANGE_INFO) return false;
    uint16_t state = ssc_u16(data + 8);
    out->streams_out = ssc_u16(data + 12);
    out->streams_in = ssc_u16(data + 14);
    if (state == n->up) out->type = SSC_NOTE_UP;
    else if (state == n->restart) out->type = SSC_NOTE_RESTART;
    else if (state == n->shutdown_complete) out->type = SSC_NOTE_SHUTDOWN_COMPLETE;
    else if (state == n->lost) out->type = SSC_NOTE_LOST;
    else if (state == n->cant_start) out->type = SSC_NOTE_CANT_START;
    else return false;
    if (out->type == SSC_NOTE_LOST || out->type == SSC_NOTE_CANT_START) {
        n->ended(data, data + ASSOC_CHANGE_INFO, bytes - ASSOC_CHANGE_INFO, out);
    }
    return true;
}

static bool path_change(const ssc_note_numbers *n, const uint8_t *data, size_t bytes, ssc_note *out)
{
    if (bytes < PATH_STATE + 4) return false;
    uint32_t state = ssc_u32(data + PATH_STATE);
    out->type = SSC_NOTE_PATH;
    if (state == n->path_available) out->path_state = SLUICE_SCTP_PATH_AVAILABLE;
    else if (state == n->path_unreachable) out->path_state = SLUICE_SCTP_PATH_UNREACHABLE;
    else if (state == n->path_confirmed) out->path_state = SLUICE_SCTP_PATH_CONFIRMED;
    return true;
}

static bool stream_reset(const uint8_t *data, size_t bytes, ssc_note *out)
{
    if (bytes < RESET_IDS) return false;
    uint16_t flags = ssc_u16(data + 2);
    out->type = SSC_NOTE_STREAM_RESET;
    if (flags & SSC_RESET_IN) out->flags |= SLUICE_SCTP_RESET_IN;
    if (flags & SSC_RESET_OUT) out->flags |= SLUICE_SCTP_RESET_OUT;
    if (flags & SSC_RESET_DENIED) out->flags |= SLUICE_SCTP_RESET_DENIED;
    if (flags & SSC_RESET_FAILED) out->flags |= SLUICE_SCTP_RESET_FAILED;
    out->id_count = (uint32_t)((bytes - RESET_IDS) / 2);
    out->ids = out->id_count ? data + RESET_IDS : NULL;
    if (out->id_count == 0) out->flags |= SLUICE_SCTP_RESET_ALL;
    return true;
}

static bool send_failed(const ssc_note_numbers *n, const uint8_t *data, size_t bytes, ssc_note *out)
{
    if (bytes < SEND_FAILED_DATA) return false;
    out->type = SSC_NOTE_SEND_FAILED;
    if (ssc_u16(data + 2) & n->sent) out->flags = SLUICE_SCTP_FAILED_SENT;
    out->cause = (uint16_t)ssc_u32(data + 8);
    out->stream = ssc_u16(data + 12);
    out->pieces = ssc_u16(data + 14) & (SSC_PIECE_FIRST | SSC_PIECE_LAST); /* the flags of the DATA chunk */
    out->ppid = ntohl(ssc_u32(data + 16));
    out->context = ssc_u32(data + 20);
    return true;
}

bool ssc_note_decode(const ssc_note_numbers *n, const uint8_t *data, size_t bytes, ssc_note *out)
{
    memset(out, 0, sizeof *out);
    if (bytes < HEADER) return false;
    uint16_t type = ssc_u16(data);
    size_t length = ssc_u32(data + 4);
    if (length < HEADER) return false;
    if (length < bytes) bytes = length;
    if (type == n->assoc_change) return assoc_change(n, data, bytes, out);
    if (type == n->path_change) return path_change(n, data, bytes, out);
    if (type == n->stream_reset) return stream_reset(data, bytes, out);
    if (type == n->send_failed) return send_failed(n, data, bytes, out);
    if (type == n->shutdown) out->type = SSC_NOTE_PEER_SHUTDOWN;
    else if (type == n->sender_dry) out->type = SSC_NOTE_SENDER_DRY;
    else if (type == n->partial) out->type = SSC_NOTE_PARTIAL_ABORTED;
    return true; /* NONE: well-formed, and nothing that was asked for */
}

/* ----------------------------------------------------------------------------------------- causes of an ABORT */

static uint32_t be16(const uint8_t *p) { return (uint32_t)p[0] << 8 | p[1]; }

void ssc_note_causes(const uint8_t *causes, size_t bytes, ssc_note *out)
{
    if (bytes < CAUSE_HEADER) return;
    uint32_t length = be16(causes + 2);
    uint32_t claimed = length > CAUSE_HEADER ? length - CAUSE_HEADER : 0;
    uint32_t here = (uint32_t)(bytes - CAUSE_HEADER);

    out->has_cause = true;
    out->cause = (uint16_t)be16(causes);
    out->reason_truncated = claimed > here;
    out->reason_bytes = claimed < here ? claimed : here;
    out->reason = out->reason_bytes ? causes + CAUSE_HEADER : NULL;
}
