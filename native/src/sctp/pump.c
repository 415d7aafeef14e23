/*
 * pump.c: what associations have to tell becomes events.
 *
 *   upcall, accept, abort --> list of associations to serve --> for each: UP, then reads until nothing is left, then
 *   whatever follows from what was read (the end, WRITABLE). One that finds no room stays in the list.
 */
#include <arpa/inet.h>
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "sctp/stack.h"

enum { READ_MORE, READ_EMPTY, READ_END };

/* ------------------------------------------------------------------------------------------------------- UP */

static uint16_t own_port(ssc_assoc *a)
{
    ssc_library *lib = &a->stack->lib;
    struct sockaddr *list = NULL;
    usr_sockaddr_conn own;
    if (lib->getladdrs(a->so, 0, &list) < 1) return 0;
    memcpy(&own, list, sizeof own);
    lib->freeladdrs(list);
    return ntohs(own.port);
}

static bool tell_up(ssc_assoc *a)
{
    sluice_sctp *s = a->stack;
    uint8_t *payload = ssc_room(s, SSC_READ_EVENTS) ? ssc_arena_reserve(s, sizeof(sluice_sctp_addr)) : NULL;
    if (!payload) return false;
    if (a->local_port == 0) a->local_port = own_port(a);
    sluice_sctp_event *e = ssc_event(a, SLUICE_SCTP_EV_UP);
    if (a->listener) e->flags = SLUICE_SCTP_UP_ACCEPTED;
    if (a->restarted) e->flags |= SLUICE_SCTP_UP_RESTARTED;
    e->value = (uint32_t)a->peer_port << 16 | a->local_port;
    e->context = (uint32_t)a->streams_in << 16 | a->streams_out;
    memcpy(payload, &a->path->peer, sizeof a->path->peer);
    ssc_arena_commit(s, e, payload, sizeof a->path->peer);
    a->up_untold = false;
    ssc_count(s, SLUICE_SCTP_CTR_UPS, 1);
    return true;
}

/*
 * The peer began anew on the socket of its old life. The old life ends here; a listener's goes on under a new id with the
 * socket, another one is closed towards the peer.
 */
static void restart(ssc_assoc *old, const ssc_note *note)
{
    sluice_sctp *s = old->stack;
    ssc_listener *l = ssc_listener_find(s, old->listener);
    ssc_count(s, SLUICE_SCTP_CTR_RESTARTS, 1);
    ssc_latch_note(&old->latch, note, SSC_AT_PACKET);
    if (!l || s->shutting_down || old->latch.kind != SLUICE_SCTP_CLOSED_RESTARTED) return; /* the settling closes it */

    ssc_assoc *a = ssc_assoc_new(s, old->path, old->so);
    if (!a) return;
    a->tag = l->tag;
    a->listener = l->id;
    a->options = l->options;
    a->local_port = old->local_port;
    a->peer_port = old->peer_port;
    a->streams_in = note->streams_in;
    a->streams_out = note->streams_out;
    a->latch.up = a->up_untold = a->restarted = true;
    s->lib.set_upcall(a->so, ssc_upcall, a);
    ssc_assoc_detach(old, false);
    ssc_assoc_dirty(a);
}

/* -------------------------------------------------------------------------------------------- notifications */

static void stream_reset(ssc_assoc *a, const ssc_note *n)
{
    sluice_sctp *s = a->stack;
    uint32_t bytes = n->id_count * 2;
    bool refused = n->flags & (SLUICE_SCTP_RESET_DENIED | SLUICE_SCTP_RESET_FAILED);
    uint32_t count = n->id_count ? n->id_count : 1;
    sluice_sctp_event *e = ssc_event(a, SLUICE_SCTP_EV_STREAM_RESET);
    e->flags = n->flags;
    if (bytes) {
        /* The ids lie in the stretch that was reserved for the read: they stay where they are. */
        ssc_arena_commit(s, e, n->ids, bytes);
    }
    if (!refused && (n->flags & SLUICE_SCTP_RESET_IN)) ssc_count(s, SLUICE_SCTP_CTR_RESETS_IN, count);
    if (!refused && (n->flags & SLUICE_SCTP_RESET_OUT)) ssc_count(s, SLUICE_SCTP_CTR_RESETS_OUT, count);
    ssc_reset_answer(a, n);
}

static void up(ssc_assoc *a, const ssc_note *n)
{
    if (a->latch.up) return; /* accepted: known before it was told */
    a->latch.up = a->up_untold = true;
    a->streams_in = n->streams_in;
    a->streams_out = n->streams_out;
    tell_up(a); /* the reader made sure that there is room for the event */
}

static void peer_shutdown(ssc_assoc *a)
{
    if (ssc_latch_peer_shutdown(&a->latch)) ssc_event(a, SLUICE_SCTP_EV_PEER_SHUTDOWN);
}

static void ending(ssc_assoc *a, const ssc_note *n)
{
    bool known = a->latch.rank != SSC_RANK_NONE;
    ssc_latch_note(&a->latch, n, a->moment);
    if (known) ssc_count(a->stack, SLUICE_SCTP_CTR_SIGNALS_AFTER_LATCH, 1);
}

/* The memory goes, too: a long message now and then must not cost an association that for the rest of its life. */
static void part_over(ssc_assoc *a)
{
    free(a->part);
    a->part = NULL;
    a->part_bytes = a->part_room = 0;
}

static void partial_aborted(ssc_assoc *a)
{
    if (a->part_bytes) ssc_count(a->stack, SLUICE_SCTP_CTR_DISCARDED_IN, 1);
    part_over(a);
}

static void notified(ssc_assoc *a, const uint8_t *data, size_t bytes)
{
    ssc_note n;
    if (!ssc_note_usrsctp(data, bytes, &n)) {
        ssc_count(a->stack, SLUICE_SCTP_CTR_BAD_NOTIFICATIONS, 1);
        return;
    }
    if (n.type != SSC_NOTE_SEND_FAILED) ssc_failed_pieces_end(a);
    switch (n.type) {
    case SSC_NOTE_UP: up(a, &n); break;
    case SSC_NOTE_LOST: case SSC_NOTE_CANT_START: case SSC_NOTE_SHUTDOWN_COMPLETE: ending(a, &n); break;
    case SSC_NOTE_RESTART: restart(a, &n); break;
    case SSC_NOTE_PEER_SHUTDOWN: peer_shutdown(a); break;
    case SSC_NOTE_SEND_FAILED: ssc_failed_piece(a, &n); break;
    case SSC_NOTE_STREAM_RESET: stream_reset(a, &n); break;
    case SSC_NOTE_SENDER_DRY: ssc_event(a, SLUICE_SCTP_EV_SEND_DRY); break;
    case SSC_NOTE_PARTIAL_ABORTED: partial_aborted(a); break;
    case SSC_NOTE_PATH:
        if (n.path_state) ssc_event(a, SLUICE_SCTP_EV_PATH)->value = n.path_state;
        break;
    case SSC_NOTE_NONE: break;
    }
}

/* -------------------------------------------------------------------------------------------------- messages */

static void too_long(ssc_assoc *a)
{
    static const char reason[] = "message longer than the limit";
    ssc_count(a->stack, SLUICE_SCTP_CTR_TOO_LONG_IN, 1);
    ssc_abort_now(a, SLUICE_SCTP_CLOSED_LIMIT, 0, reason, sizeof reason - 1);
}

/* Keeps a piece of a message. False: the message is too long, or there is no memory for it. */
static bool keep_part(ssc_assoc *a, const uint8_t *data, uint32_t bytes)
{
    uint32_t limit = a->stack->max_message, need = a->part_bytes + bytes;
    if (need > limit) return false;
    if (need > a->part_room) {
        uint64_t room = (uint64_t)need * 2 < limit ? (uint64_t)need * 2 : limit;
        uint8_t *grown = realloc(a->part, (size_t)room);
        if (!grown) return false;
        a->part = grown;
        a->part_room = (uint32_t)room;
    }
    memcpy(a->part + a->part_bytes, data, bytes);
    a->part_bytes = need;
    return true;
}

static void message(ssc_assoc *a, uint8_t *data, uint32_t bytes, const usr_rcvinfo *info)
{
    sluice_sctp *s = a->stack;
    if (a->part_bytes) {
        if (!keep_part(a, data, bytes)) {
            too_long(a);
            return;
        }
        bytes = a->part_bytes;
        memcpy(data, a->part, bytes); /* what was reserved holds the longest message */
        part_over(a);
    }
    if (bytes > s->max_message) {
        too_long(a);
        return;
    }
    sluice_sctp_event *e = ssc_event(a, SLUICE_SCTP_EV_MESSAGE);
    e->stream = info->sid;
    e->ppid = ntohl(info->ppid);
    e->flags = info->flags & USR_UNORDERED ? SLUICE_SCTP_MSG_UNORDERED : 0;
    ssc_arena_commit(s, e, data, bytes);
    ssc_stream_used(a, info->sid);
    ssc_count(s, SLUICE_SCTP_CTR_MESSAGES_IN, 1);
    ssc_count(s, SLUICE_SCTP_CTR_MESSAGE_BYTES_IN, bytes);
}

static void received(ssc_assoc *a, uint8_t *data, uint32_t bytes, const usr_rcvinfo *info, bool complete)
{
    if (a->latch.rank == SSC_RANK_LOCAL_ABORT) {
        if (complete) ssc_count(a->stack, SLUICE_SCTP_CTR_DISCARDED_IN, 1);
        return;
    }
    if (complete) message(a, data, bytes, info);
    else if (!keep_part(a, data, bytes)) too_long(a);
}

/* --------------------------------------------------------------------------------------------------- reading */

static int read_once(ssc_assoc *a, uint8_t *data, uint32_t room)
{
    usr_rcvinfo info;
    socklen_t info_bytes = sizeof info, from_bytes = 0;
    unsigned info_type = 0;
    int flags = 0;
    memset(&info, 0, sizeof info);
    ssize_t n = a->stack->lib.recvv(a->so, data, room, NULL, &from_bytes, &info, &info_bytes, &info_type, &flags);
    if (n < 0) {
        if (errno == EAGAIN) return READ_EMPTY;
        bool known = a->latch.rank != SSC_RANK_NONE;
        ssc_latch_errno(&a->latch, errno);
        if (known) ssc_count(a->stack, SLUICE_SCTP_CTR_SIGNALS_AFTER_LATCH, 1);
        return READ_END;
    }
    bool complete = flags & MSG_EOR;
    if (flags & USR_MSG_NOTIFICATION) {
        /* Only SEND_FAILED can be longer than what is read at once: its message is not needed. */
        if (!a->skip) notified(a, data, (size_t)n);
        a->skip = !complete;
        return READ_MORE;
    }
    if (n == 0) return READ_END;
    received(a, data, (uint32_t)n, &info, complete);
    return READ_MORE;
}

bool ssc_lives(ssc_assoc *a)
{
    usr_status status;
    socklen_t bytes = sizeof status;
    memset(&status, 0, sizeof status);
    return a->stack->lib.getsockopt(a->so, USR_IPPROTO_SCTP, USR_STATUS, &status, &bytes) == 0 && status.state != 0;
}

/* False: no room. */
static bool read_all(ssc_assoc *a)
{
    sluice_sctp *s = a->stack;
    for (;;) {
        uint32_t room = s->max_message + SSC_READ_SLACK;
        uint8_t *data = ssc_room(s, SSC_READ_EVENTS) ? ssc_arena_reserve(s, room) : NULL;
        if (!data) return false;
        int got = read_once(a, data, room);
        if (!a->so) return true; /* restarted: the socket is the new life's */
        if (got == READ_MORE) continue;
        ssc_failed_pieces_end(a);
        /* The end of file comes with the peer's SHUTDOWN already, while this side still delivers what it had taken. */
        if (a->latch.rank == SSC_RANK_NONE && got == READ_END && !ssc_lives(a)) ssc_latch_errno(&a->latch, 0);
        return true;
    }
}

/* True: done with it for now. */
static bool serve(ssc_assoc *a)
{
    if (a->closed_told) return true; /* closing its socket put it into the list once more */
    ssc_failures_written(a);
    if (a->so) {
        if (a->up_untold && !tell_up(a)) return false;
        if (!read_all(a)) return false;
    }
    if (a->so && a->latch.rank != SSC_RANK_NONE) ssc_end_settle(a);
    if (!a->so) {
        ssc_end_settle(a);
        return ssc_end_tell(a);
    }
    if (a->resets_waiting || a->reset_all) ssc_resets_try(a);
    if (a->want_write && a->stack->lib.get_events(a->so) & USR_EVENT_WRITE) {
        if (!ssc_room(a->stack, 1)) return false;
        a->want_write = false;
        ssc_event(a, SLUICE_SCTP_EV_WRITABLE);
    }
    return true;
}

void ssc_pump(sluice_sctp *s)
{
    /* Once around the list as it was, and on with what joined meanwhile (a restart's new life). */
    ssc_assoc *waiting_first = NULL, *waiting_last = NULL;
    while (s->dirty_first) {
        ssc_assoc *a = s->dirty_first;
        s->dirty_first = a->dirty_next;
        if (!s->dirty_first) s->dirty_last = NULL;
        a->dirty = false;
        if (serve(a)) continue;
        if (a->dirty) ssc_assoc_clean(a);
        a->dirty = true;
        a->dirty_next = NULL;
        if (waiting_last) waiting_last->dirty_next = a;
        else waiting_first = a;
        waiting_last = a;
    }
    s->dirty_first = waiting_first;
    s->dirty_last = waiting_last;
}
