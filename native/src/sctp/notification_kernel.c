/*
 * notification_kernel.c: the notifications of the Linux kernel's SCTP (<linux/sctp.h>).
 *
 * The header is as usrsctp's, the numbers are not. What else differs:
 *   ASSOC_CHANGE   states count from 0; error is in NETWORK byte order; info holds only the causes of the peer's ABORT
 *   PATH_CHANGE    states count from 0
 *   SEND_FAILED    the flags are an enumeration: 0 never sent, 1 sent
 *
 * A COMM_LOST without causes does not tell whether the peer did it; the errno of the socket does (ECONNRESET).
 */
#include <arpa/inet.h>
#include <string.h>

#include "sctp/notification.h"
#include "sluice_sctp.h"

enum {
    TYPE_ASSOC_CHANGE = 0x8001, TYPE_PATH_CHANGE = 0x8002, TYPE_SHUTDOWN = 0x8005, TYPE_PARTIAL = 0x8006,
    TYPE_SENDER_DRY = 0x8009, TYPE_STREAM_RESET = 0x800a, TYPE_SEND_FAILED = 0x800d
};
enum { STATE_UP, STATE_LOST, STATE_RESTART, STATE_SHUTDOWN_COMP, STATE_CANT_START };
enum { PATH_AVAILABLE = 0, PATH_UNREACHABLE = 1, PATH_CONFIRMED = 5 };
enum { RESET_IN = 1, RESET_OUT = 2, RESET_DENIED = 4, RESET_FAILED = 8 };

#define HEADER            8u
#define ASSOC_CHANGE_INFO 20u
#define PATH_STATE        136u
#define RESET_IDS         12u
#define SEND_FAILED_DATA  32u

static uint16_t u16(const uint8_t *p) { uint16_t v; memcpy(&v, p, sizeof v); return v; }
static uint32_t u32(const uint8_t *p) { uint32_t v; memcpy(&v, p, sizeof v); return v; }

static bool assoc_change(const uint8_t *data, size_t bytes, ssc_note *out)
{
    if (bytes < ASSOC_CHANGE_INFO) return false;
    out->streams_out = u16(data + 12);
    out->streams_in = u16(data + 14);
    switch (u16(data + 8)) {
    case STATE_UP: out->type = SSC_NOTE_UP; return true;
    case STATE_RESTART: out->type = SSC_NOTE_RESTART; return true;
    case STATE_SHUTDOWN_COMP: out->type = SSC_NOTE_SHUTDOWN_COMPLETE; return true;
    case STATE_LOST: out->type = SSC_NOTE_LOST; break;
    case STATE_CANT_START: out->type = SSC_NOTE_CANT_START; break;
    default: return false;
    }
    out->has_abort = bytes > ASSOC_CHANGE_INFO;
    ssc_note_causes(data + ASSOC_CHANGE_INFO, bytes - ASSOC_CHANGE_INFO, out);
    if (!out->has_cause) out->cause = ntohs(u16(data + 10));
    return true;
}

static bool path_change(const uint8_t *data, size_t bytes, ssc_note *out)
{
    if (bytes < PATH_STATE + 4) return false;
    out->type = SSC_NOTE_PATH;
    switch (u32(data + PATH_STATE)) {
    case PATH_AVAILABLE: out->path_state = SLUICE_SCTP_PATH_AVAILABLE; break;
    case PATH_UNREACHABLE: out->path_state = SLUICE_SCTP_PATH_UNREACHABLE; break;
    case PATH_CONFIRMED: out->path_state = SLUICE_SCTP_PATH_CONFIRMED; break;
    default: break;
    }
    return true;
}

static bool stream_reset(const uint8_t *data, size_t bytes, ssc_note *out)
{
    if (bytes < RESET_IDS) return false;
    uint16_t flags = u16(data + 2);
    out->type = SSC_NOTE_STREAM_RESET;
    if (flags & RESET_IN) out->flags |= SLUICE_SCTP_RESET_IN;
    if (flags & RESET_OUT) out->flags |= SLUICE_SCTP_RESET_OUT;
    if (flags & RESET_DENIED) out->flags |= SLUICE_SCTP_RESET_DENIED;
    if (flags & RESET_FAILED) out->flags |= SLUICE_SCTP_RESET_FAILED;
    out->id_count = (uint32_t)((bytes - RESET_IDS) / 2);
    out->ids = out->id_count ? data + RESET_IDS : NULL;
    if (out->id_count == 0) out->flags |= SLUICE_SCTP_RESET_ALL;
    return true;
}

static bool send_failed(const uint8_t *data, size_t bytes, ssc_note *out)
{
    if (bytes < SEND_FAILED_DATA) return false;
    out->type = SSC_NOTE_SEND_FAILED;
    if (u16(data + 2) == 1) out->flags = SLUICE_SCTP_FAILED_SENT;
    out->cause = (uint16_t)u32(data + 8);
    out->stream = u16(data + 12);
    out->pieces = u16(data + 14) & (SSC_PIECE_FIRST | SSC_PIECE_LAST); /* the flags of the DATA chunk */
    out->ppid = ntohl(u32(data + 16));
    out->context = u32(data + 20);
    return true;
}

bool ssc_note_kernel(const uint8_t *data, size_t bytes, ssc_note *out)
{
    memset(out, 0, sizeof *out);
    if (bytes < HEADER) return false;
    size_t length = u32(data + 4);
    if (length < HEADER) return false;
    if (length < bytes) bytes = length;
    switch (u16(data)) {
    case TYPE_ASSOC_CHANGE: return assoc_change(data, bytes, out);
    case TYPE_PATH_CHANGE: return path_change(data, bytes, out);
    case TYPE_STREAM_RESET: return stream_reset(data, bytes, out);
    case TYPE_SEND_FAILED: return send_failed(data, bytes, out);
    case TYPE_SHUTDOWN: out->type = SSC_NOTE_PEER_SHUTDOWN; return true;
    case TYPE_SENDER_DRY: out->type = SSC_NOTE_SENDER_DRY; return true;
    case TYPE_PARTIAL: out->type = SSC_NOTE_PARTIAL_ABORTED; return true;
    default: return true;
    }
}
