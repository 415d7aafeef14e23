/*
 * notification_usrsctp.c: the notifications of usrsctp 0.9.5.
 *
 *   all            type u16, flags u16, length u32, then
 *   ASSOC_CHANGE   state u16, error u16, out u16, in u16, assoc u32, info[]: of COMM_LOST the peer's whole ABORT chunk, cut
 *                  at 512 bytes (its length fields still tell the full size); nothing for a timeout or a local abort
 *   PATH_CHANGE    sockaddr_storage[128], state u32, error u32, assoc u32
 *   STREAM_RESET   assoc u32, ids u16[]
 *   SEND_FAILED    error u32, sid u16, flags u16, ppid u32 (as given), context u32, assoc u32, assoc u32, data[]
 *   PARTIAL        indication u32, stream u32, seq u32, assoc u32
 *
 * Host byte order, except inside ABORT and ppid.
 */
#include <arpa/inet.h>
#include <string.h>

#include "sctp/notification.h"
#include "sctp/usrsctp_abi.h"
#include "sluice_sctp.h"

#define HEADER            8u
#define ASSOC_CHANGE_INFO 20u
#define PATH_STATE        136u
#define RESET_IDS         12u
#define SEND_FAILED_DATA  32u
#define CHUNK_HEADER      4u

static uint16_t u16(const uint8_t *p) { uint16_t v; memcpy(&v, p, sizeof v); return v; }
static uint32_t u32(const uint8_t *p) { uint32_t v; memcpy(&v, p, sizeof v); return v; }

static void abort_chunk(const uint8_t *info, size_t bytes, ssc_note *out)
{
    if (bytes == 0) return; /* a timeout, or this side's own abort */
    out->has_abort = true;
    if (bytes < CHUNK_HEADER || info[0] != USR_CHUNK_ABORT) return;
    size_t chunk = (size_t)info[2] << 8 | info[3];
    if (chunk < CHUNK_HEADER) return;
    ssc_note_causes(info + CHUNK_HEADER, (chunk < bytes ? chunk : bytes) - CHUNK_HEADER, out);
}

static bool assoc_change(const uint8_t *data, size_t bytes, ssc_note *out)
{
    if (bytes < ASSOC_CHANGE_INFO) return false;
    out->streams_out = u16(data + 12);
    out->streams_in = u16(data + 14);
    switch (u16(data + 8)) {
    case USR_COMM_UP: out->type = SSC_NOTE_UP; return true;
    case USR_RESTART: out->type = SSC_NOTE_RESTART; return true;
    case USR_SHUTDOWN_COMP: out->type = SSC_NOTE_SHUTDOWN_COMPLETE; return true;
    case USR_COMM_LOST: out->type = SSC_NOTE_LOST; break;
    case USR_CANT_STR_ASSOC: out->type = SSC_NOTE_CANT_START; break;
    default: return false;
    }
    abort_chunk(data + ASSOC_CHANGE_INFO, bytes - ASSOC_CHANGE_INFO, out);
    return true;
}

static bool path_change(const uint8_t *data, size_t bytes, ssc_note *out)
{
    if (bytes < PATH_STATE + 4) return false;
    out->type = SSC_NOTE_PATH;
    switch (u32(data + PATH_STATE)) {
    case USR_ADDR_AVAILABLE: out->path_state = SLUICE_SCTP_PATH_AVAILABLE; break;
    case USR_ADDR_UNREACHABLE: out->path_state = SLUICE_SCTP_PATH_UNREACHABLE; break;
    case USR_ADDR_CONFIRMED: out->path_state = SLUICE_SCTP_PATH_CONFIRMED; break;
    default: break;
    }
    return true;
}

static bool stream_reset(const uint8_t *data, size_t bytes, ssc_note *out)
{
    if (bytes < RESET_IDS) return false;
    uint16_t flags = u16(data + 2);
    out->type = SSC_NOTE_STREAM_RESET;
    if (flags & USR_RESET_INCOMING_SSN) out->flags |= SLUICE_SCTP_RESET_IN;
    if (flags & USR_RESET_OUTGOING_SSN) out->flags |= SLUICE_SCTP_RESET_OUT;
    if (flags & USR_RESET_DENIED) out->flags |= SLUICE_SCTP_RESET_DENIED;
    if (flags & USR_RESET_FAILED) out->flags |= SLUICE_SCTP_RESET_FAILED;
    out->id_count = (uint32_t)((bytes - RESET_IDS) / 2);
    out->ids = out->id_count ? data + RESET_IDS : NULL;
    if (out->id_count == 0) out->flags |= SLUICE_SCTP_RESET_ALL;
    return true;
}

static bool send_failed(const uint8_t *data, size_t bytes, ssc_note *out)
{
    if (bytes < SEND_FAILED_DATA) return false;
    out->type = SSC_NOTE_SEND_FAILED;
    if (u16(data + 2) & USR_DATA_SENT) out->flags = SLUICE_SCTP_FAILED_SENT;
    out->cause = (uint16_t)u32(data + 8);
    out->stream = u16(data + 12);
    out->pieces = u16(data + 14) & (USR_DATA_FIRST_FRAG | USR_DATA_LAST_FRAG);
    out->ppid = ntohl(u32(data + 16));
    out->context = u32(data + 20);
    return true;
}

bool ssc_note_usrsctp(const uint8_t *data, size_t bytes, ssc_note *out)
{
    memset(out, 0, sizeof *out);
    if (bytes < HEADER) return false;
    size_t length = u32(data + 4);
    if (length < HEADER) return false;
    if (length < bytes) bytes = length;
    switch (u16(data)) {
    case USR_ASSOC_CHANGE: return assoc_change(data, bytes, out);
    case USR_PEER_ADDR_CHANGE: return path_change(data, bytes, out);
    case USR_STREAM_RESET_EVENT: return stream_reset(data, bytes, out);
    case USR_SEND_FAILED_EVENT: return send_failed(data, bytes, out);
    case USR_SHUTDOWN_EVENT: out->type = SSC_NOTE_PEER_SHUTDOWN; return true;
    case USR_SENDER_DRY_EVENT: out->type = SSC_NOTE_SENDER_DRY; return true;
    case USR_PARTIAL_DELIVERY_EVENT: out->type = SSC_NOTE_PARTIAL_ABORTED; return true;
    default: return true; /* NONE: well-formed, and nothing that was asked for */
    }
}
