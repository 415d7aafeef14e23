/*
 * failed.c: every message that usrsctp took and that was not acknowledged is told as failed, once.
 *
 * Two things stand in the way. usrsctp puts its notices into the association's receive buffer, together with the data of
 * the messages, and where that is full it drops them: 512 KiB that wait to be sent do not fit into 256 KiB, and nothing
 * fits beside messages that nobody has read. So the buffer is opened wide for the moment in which notices are written, and
 * narrowed before anything else happens, because its size is also the window that the peer is told:
 *
 *     the peer's ABORT, or the COOKIE ECHO of its next life --.
 *                                                              +-> wide --> usrsctp writes its notices --> served: narrow
 *     an ABORT goes out: by timers, a violation, or from here -'
 *
 * And it reports each piece of a message that was fragmented. The pieces are reported in their order. Only one message at a
 * time is half on its way, but the piece that was not even a chunk yet comes behind messages of other streams:
 *
 *     [first] [middle] ... [whole message] [whole message] ... [last]        the last piece that is reported tells
 *
 * A message of limited reliability may be given up without its last piece. It is told when nothing more is to be read.
 */
#include <limits.h>
#include <string.h>

#include "sctp/stack.h"

static void set_receive_buffer(ssc_assoc *a, int bytes)
{
    a->stack->lib.setsockopt(a->so, SOL_SOCKET, SO_RCVBUF, &bytes, sizeof bytes);
}

static uint16_t be16(const uint8_t *p) { return (uint16_t)(p[0] << 8 | p[1]); }

/* Also called from within usrsctp: the size of a buffer is behind a lock of its own, which nobody holds who sends. */
void ssc_failures_expected(sluice_sctp *s, uint64_t path_value, const uint8_t *packet, bool outgoing)
{
    uint16_t own = be16(packet + (outgoing ? 0 : 2)), other = be16(packet + (outgoing ? 2 : 0));
    ssc_path *p = ssc_path_find(s, path_value);
    for (ssc_assoc *a = p ? p->assocs : NULL; a; a = a->path_next) {
        /* The own port of one that connects is usrsctp's choice, and known from UP on. */
        if (!a->so || a->widened || a->peer_port != other || (a->local_port && a->local_port != own)) continue;
        a->widened = true;
        set_receive_buffer(a, INT_MAX);
        ssc_assoc_dirty(a); /* whether it ends or not, it is served and narrow again */
    }
}

void ssc_failures_written(ssc_assoc *a)
{
    if (!a->widened) return;
    a->widened = false;
    if (a->so) set_receive_buffer(a, a->stack->recv_buffer);
}

/* --------------------------------------------------------------------------------------------------- pieces */

static void tell(ssc_assoc *a, const ssc_failed *f)
{
    sluice_sctp_event *e = ssc_event(a, SLUICE_SCTP_EV_SEND_FAILED);
    e->flags = f->flags;
    e->stream = f->stream;
    e->ppid = f->ppid;
    e->context = f->context;
    e->value = f->cause;
    ssc_count(a->stack, SLUICE_SCTP_CTR_SENDS_FAILED, 1);
}

void ssc_failed_pieces_end(ssc_assoc *a)
{
    if (!a->failed.open) return;
    a->failed.open = false;
    tell(a, &a->failed);
}

void ssc_failed_piece(ssc_assoc *a, const ssc_note *n)
{
    bool first = n->pieces & SSC_PIECE_FIRST, last = n->pieces & SSC_PIECE_LAST;
    ssc_failed f = { .flags = n->flags, .stream = n->stream, .cause = n->cause, .ppid = n->ppid, .context = n->context };
    if (first && last) {
        tell(a, &f);
        return;
    }
    if (a->failed.open && !first && a->failed.stream == f.stream) f.flags |= a->failed.flags;
    else {
        ssc_failed_pieces_end(a);
        if (!first) f.flags |= SLUICE_SCTP_FAILED_SENT; /* what came before it was acknowledged */
    }
    f.open = !last;
    a->failed = f;
    if (last) tell(a, &f);
}
