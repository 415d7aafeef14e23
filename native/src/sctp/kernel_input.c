/*
 * kernel_input.c: what the loop received: notifications become events, messages find their association.
 *
 * Everything is found by the kernel's association id, not by the socket: what came in before an association was peeled off comes
 * through the socket it was made on.
 *
 *   COMM_LOST is not yet the end. It is followed by the SEND_FAILED of what was not acknowledged, and last by the socket's errno, which
 *   the kernel gives when nothing else is left to read. With that the cause is settled (ssk_settle), or after SSK_SETTLE_MS when a SEND
 *   took the errno.
 */
#include <arpa/inet.h>
#include <errno.h>
#include <netinet/in.h>
#include <string.h>
#include <unistd.h>

#include "sctp/kernel_stack.h"

#define IDS_PER_EVENT (SLUICE_KSCTP_PAYLOAD / 2)

/* Where each notification has the association's id. */
static int32_t kernel_id_of(const uint8_t *data, uint32_t bytes)
{
    uint16_t type;
    uint32_t at;
    int32_t id;
    if (bytes < 12) return 0;
    memcpy(&type, data, sizeof type);
    switch (type) {
    case KSCTP_NOTE_ASSOC_CHANGE: at = 16; break;
    case KSCTP_NOTE_PATH_CHANGE: at = 144; break;
    case KSCTP_NOTE_PARTIAL: at = 12; break;
    case KSCTP_NOTE_SEND_FAILED: at = 28; break;
    default: at = 8; break;
    }
    if (bytes < at + sizeof id) return 0;
    memcpy(&id, data + at, sizeof id);
    return id;
}

static int take_errno(int fd)
{
    int err = 0;
    socklen_t bytes = sizeof err;
    return fd < 0 || getsockopt(fd, SOL_SOCKET, SO_ERROR, &err, &bytes) ? 0 : err;
}

/* ------------------------------------------------------------------------------------------------------ up */

static uint32_t ports(int fd, const struct sockaddr_storage *peer)
{
    struct sockaddr_storage local;
    socklen_t bytes = sizeof local;
    struct sockaddr_in in4;
    uint32_t own = 0, theirs;
    if (!getsockname(fd, (struct sockaddr *)&local, &bytes)) {
        memcpy(&in4, &local, sizeof in4); /* the port lies at the same place in both families */
        own = ntohs(in4.sin_port);
    }
    memcpy(&in4, peer, sizeof in4);
    theirs = ntohs(in4.sin_port);
    return theirs << 16 | own;
}

static void tell_up(sluice_ksctp *s, ssk_end *e, uint8_t flags)
{
    struct sockaddr_storage peer = { 0 };
    socklen_t bytes = sizeof peer;
    sluice_sctp_addr a = { 0 };
    getpeername(e->fd, (struct sockaddr *)&peer, &bytes);
    if (peer.ss_family == AF_INET) {
        a.family = SLUICE_FAMILY_INET4;
        memcpy(a.bytes, (const uint8_t *)&peer + offsetof(struct sockaddr_in, sin_addr), 4);
    } else if (peer.ss_family == AF_INET6) {
        a.family = SLUICE_FAMILY_INET6;
        memcpy(a.bytes, (const uint8_t *)&peer + offsetof(struct sockaddr_in6, sin6_addr), 16);
    }
    sluice_sctp_event *ev = ssk_event(s, e, SLUICE_SCTP_EV_UP);
    ev->flags = flags;
    ev->value = ports(e->fd, &peer);
    a.port = (uint16_t)(ev->value >> 16);
    ev->context = (uint32_t)e->streams_in << 16 | e->streams_out;
    ev->os_errno = e->fd;
    ssk_payload(s, ev, &a, sizeof a);
    ssk_count(s, SLUICE_SCTP_CTR_UPS);
}

/*
 * A socket of its own for an association that is up. EINVAL: it has ended meanwhile. Then an accepted one was never told and is
 * forgotten, and of one that this side began the end is told by the notification that follows.
 */
static void up(sluice_ksctp *s, ssk_end *e, int from, const ssc_note *n, uint8_t flags)
{
    int fd = ssk_peel_off(from, e->kernel_id);
    if (fd == -EINVAL) {
        if (e->accepted) ssk_free(s, e);
        return;
    }
    if (e->accepted) ssk_count(s, SLUICE_SCTP_CTR_OPENED);
    if (fd < 0) {
        ssk_signal(from, e->kernel_id, KSCTP_ABORT, NULL, 0);
        ssc_latch_local(&e->latch, SLUICE_SCTP_CLOSED_ERROR, -fd, NULL, 0);
        ssk_settle(s, e);
        return;
    }
    e->fd = fd;
    e->latch.up = true;
    e->streams_in = n->streams_in;
    e->streams_out = n->streams_out;
    tell_up(s, e, flags);
}

static void accepted(sluice_ksctp *s, const ssk_end *listener, int32_t kernel_id, const ssc_note *n)
{
    int code;
    ssk_end *e = s->shutting_down ? NULL : ssk_new(s, SSK_ASSOC, &code);
    if (!e) {
        ssk_signal(listener->fd, kernel_id, KSCTP_ABORT, NULL, 0);
        ssk_count(s, SLUICE_SCTP_CTR_ACCEPTS_REFUSED);
        return;
    }
    e->tag = listener->tag;
    e->listener = ssk_id(s, listener);
    e->options = listener->options;
    e->accepted = true;
    ssk_map(s, e, kernel_id);
    up(s, e, listener->fd, n, SLUICE_SCTP_UP_ACCEPTED);
}

/* The peer began anew on the same ports: the old association has ended, the kernel goes on with a new one on the same socket. */
static void restarted(sluice_ksctp *s, ssk_end *e, const ssc_note *n)
{
    int fd = e->fd, code;
    int32_t kernel_id = e->kernel_id;
    ssk_end old = *e;
    ssc_latch_note(&e->latch, n, false);
    ssk_count(s, SLUICE_SCTP_CTR_RESTARTS);
    ssk_end *next = old.accepted && !s->shutting_down ? ssk_new(s, SSK_ASSOC, &code) : NULL;
    if (!next) ssk_signal(fd, kernel_id, KSCTP_ABORT, NULL, 0);
    ssk_settle(s, e);
    if (!next) return;
    next->tag = old.tag;
    next->listener = old.listener;
    next->options = old.options;
    next->accepted = true;
    next->fd = fd;
    next->latch.up = true;
    next->streams_in = n->streams_in ? n->streams_in : old.streams_in;
    next->streams_out = n->streams_out ? n->streams_out : old.streams_out;
    ssk_map(s, next, kernel_id);
    ssk_count(s, SLUICE_SCTP_CTR_OPENED);
    tell_up(s, next, SLUICE_SCTP_UP_ACCEPTED | SLUICE_SCTP_UP_RESTARTED);
}

/* ------------------------------------------------------------------------------------------ notifications */

static void lost(sluice_ksctp *s, ssk_end *e, ssc_note *n)
{
    int err = n->type == SSC_NOTE_LOST ? take_errno(e->fd) : 0;
    bool timers = err != ECONNABORTED; /* that one: this side gave up, because the peer violated the protocol */
    if (err == ECONNRESET) n->has_abort = true;
    /* Before UP there is no errno on a one-to-many socket. A refusal is an answer, so it comes before the last INIT has timed out. */
    if (n->type == SSC_NOTE_CANT_START && ssk_now_ms() - e->since_ms < e->init_limit_ms * 9 / 10) n->has_abort = true;
    if (n->has_abort && !n->has_cause && n->cause) n->has_cause = true;
    if (!ssc_latch_note(&e->latch, n, timers)) ssk_count(s, SLUICE_SCTP_CTR_SIGNALS_AFTER_LATCH);
    e->since_ms = ssk_now_ms();
    if (n->type == SSC_NOTE_CANT_START || err) ssk_settle(s, e);
}

static void peer_shutdown(sluice_ksctp *s, ssk_end *e)
{
    e->latch.shutdown_seen = true;
    if (e->peer_shutdown_told || e->latch.rank != SSC_RANK_NONE) return;
    e->peer_shutdown_told = true;
    ssk_event(s, e, SLUICE_SCTP_EV_PEER_SHUTDOWN);
}

static void stream_reset(sluice_ksctp *s, ssk_end *e, const ssc_note *n)
{
    uint32_t done = 0;
    do {
        uint32_t ids = n->id_count - done < IDS_PER_EVENT ? n->id_count - done : IDS_PER_EVENT;
        if (!ssk_room(s, 1)) break;
        sluice_sctp_event *ev = ssk_event(s, e, SLUICE_SCTP_EV_STREAM_RESET);
        ev->flags = n->flags;
        ssk_payload(s, ev, ids ? n->ids + (size_t)done * 2 : NULL, ids * 2);
        done += ids;
    } while (done < n->id_count);
    ssk_count(s, n->flags & SLUICE_SCTP_RESET_IN ? SLUICE_SCTP_CTR_RESETS_IN : SLUICE_SCTP_CTR_RESETS_OUT);
    ssk_reset_answer(e, n);
}

static void send_failed(sluice_ksctp *s, ssk_end *e, const ssc_note *n)
{
    sluice_sctp_event *ev = ssk_event(s, e, SLUICE_SCTP_EV_SEND_FAILED);
    ev->flags = n->flags;
    ev->stream = n->stream;
    ev->ppid = n->ppid;
    ev->value = n->cause;
    ev->context = n->context;
    ssk_count(s, SLUICE_SCTP_CTR_SENDS_FAILED);
}

static void notification(sluice_ksctp *s, ssk_end *source, const uint8_t *data, uint32_t bytes)
{
    ssc_note n;
    int32_t kernel_id = kernel_id_of(data, bytes);
    if (!ssc_note_kernel(data, bytes, &n) || n.type == SSC_NOTE_NONE) {
        ssk_count(s, SLUICE_SCTP_CTR_BAD_NOTIFICATIONS);
        return;
    }
    ssk_end *e = ssk_by_kernel_id(s, kernel_id);
    if (!e) {
        if (n.type == SSC_NOTE_UP && source->kind == SSK_LISTENER) accepted(s, source, kernel_id, &n);
        return; /* of an association that was refused, or has ended */
    }
    if (e->latch.rank != SSC_RANK_NONE) e->since_ms = ssk_now_ms(); /* it goes on telling what failed */
    switch (n.type) {
    case SSC_NOTE_UP:
        if (!e->latch.up && e->latch.rank == SSC_RANK_NONE) up(s, e, e->fd, &n, 0);
        break;
    case SSC_NOTE_LOST: case SSC_NOTE_CANT_START: lost(s, e, &n); break;
    case SSC_NOTE_SHUTDOWN_COMPLETE:
        ssc_latch_note(&e->latch, &n, false);
        ssk_settle(s, e);
        break;
    case SSC_NOTE_RESTART: restarted(s, e, &n); break;
    case SSC_NOTE_PEER_SHUTDOWN: peer_shutdown(s, e); break;
    case SSC_NOTE_PATH:
        if (n.path_state && e->latch.up) ssk_event(s, e, SLUICE_SCTP_EV_PATH)->value = n.path_state;
        break;
    case SSC_NOTE_SEND_FAILED: send_failed(s, e, &n); break;
    case SSC_NOTE_STREAM_RESET: stream_reset(s, e, &n); break;
    case SSC_NOTE_SENDER_DRY: ssk_event(s, e, SLUICE_SCTP_EV_SEND_DRY); break;
    default: break;
    }
}

/* ------------------------------------------------------------------------------------------------- the calls */

static int64_t message(sluice_ksctp *s, const sluice_meta *meta, uint32_t bytes)
{
    ssk_end *e = ssk_by_kernel_id(s, (int32_t)meta->assoc);
    if (!e || e->latch.rank >= SSC_RANK_LOCAL_ABORT) {
        ssk_count(s, SLUICE_SCTP_CTR_DISCARDED_IN);
        return 0;
    }
    if (meta->stream < SLUICE_SCTP_STREAMS_MAX) e->resets_done[meta->stream / 64] &= ~(1ull << meta->stream % 64);
    ssk_count(s, SLUICE_SCTP_CTR_MESSAGES_IN);
    s->counters[SLUICE_SCTP_CTR_MESSAGE_BYTES_IN] += bytes;
    return (int64_t)ssk_id(s, e);
}

int64_t sluice_ksctp_input(sluice_ksctp *s, uint64_t id, const sluice_meta *meta, const void *payload, uint32_t bytes)
{
    int code = s && meta && (payload || !bytes) ? ssk_enter(s) : -SLUICE_EINVAL;
    if (code) return code;
    ssk_end *source = ssk_find(s, id, &code);
    if (!source) return ssk_leave(s, code);
    if (!(meta->flags & SLUICE_META_NOTIFICATION)) {
        int64_t assoc = message(s, meta, bytes);
        ssk_leave(s, 0);
        return assoc;
    }
    if (!ssk_room(s, SLUICE_KSCTP_ROOM)) return ssk_leave(s, -SLUICE_SCTP_EAGAIN);
    /* SEND_FAILED carries the message. What the rest of it looks like must not be taken for a notification. */
    bool rest = source->in_note;
    source->in_note = meta->flags & SLUICE_META_PARTIAL;
    if (!rest) notification(s, source, payload, bytes);
    return ssk_leave(s, 0);
}

int sluice_ksctp_failed(sluice_ksctp *s, uint64_t id, int32_t os_errno)
{
    int code = s ? ssk_enter(s) : -SLUICE_EINVAL;
    if (code) return code;
    ssk_end *e = ssk_find(s, id, &code);
    if (!e) return ssk_leave(s, code);
    if (!ssk_room(s, SLUICE_KSCTP_ROOM)) return ssk_leave(s, -SLUICE_SCTP_EAGAIN);
    /* Before UP the socket is not the association's own, and what is wrong is told by CANT_START. */
    if (e->kind != SSK_ASSOC || !e->latch.up || e->settled) return ssk_leave(s, 0);
    ssc_note n = { .type = SSC_NOTE_LOST, .has_abort = true };
    /* The errno came through the loop, before COMM_LOST was looked at. */
    if (os_errno == ECONNRESET && e->latch.rank == SSC_RANK_TIMER) ssc_latch_note(&e->latch, &n, true);
    else ssc_latch_errno(&e->latch, os_errno);
    ssk_settle(s, e);
    return ssk_leave(s, 0);
}
