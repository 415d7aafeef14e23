/*
 * listen.c: listeners and accepting. usrsctp listens on an SCTP port for all paths; a listener of Sluice is a link and a
 * port, and several share one socket of usrsctp.
 */
#include <arpa/inet.h>
#include <errno.h>
#include <string.h>

#include "sctp/stack.h"

#define BACKLOG 128 /* more than one datagram can complete; all are accepted before the next is handed in */

ssc_listener *ssc_listener_at(sluice_sctp *s, uint64_t link, uint16_t port)
{
    for (uint32_t i = 0; i < s->max_listeners && s->listener_count; i++) {
        ssc_listener *l = &s->listeners[i];
        if (l->id && l->port == port && l->link == link) return l;
    }
    return NULL;
}

ssc_listener *ssc_listener_find(sluice_sctp *s, uint64_t id)
{
    uint32_t index = (uint32_t)id;
    return id && index < s->max_listeners && s->listeners[index].id == id ? &s->listeners[index] : NULL;
}

static void pending(struct socket *so, void *arg, int flags)
{
    (void)so, (void)flags;
    ((ssc_port *)arg)->pending = true;
    if (ssc_current()) ssc_current()->accept_pending = true;
}

static int port_open(sluice_sctp *s, ssc_port *p, const sluice_sctp_listen_args *args, const sluice_sctp_options *o)
{
    usr_sockaddr_conn any = { .family = USR_AF_CONN, .port = htons(args->port) };
    struct socket *so = ssc_socket(s, o);
    if (!so) return -ssc_code(errno);
    if (s->lib.bind(so, &any, sizeof any) || s->lib.set_upcall(so, pending, p) || s->lib.listen(so, BACKLOG)) {
        int code = ssc_code(errno);
        s->lib.close(so);
        return -code;
    }
    *p = (ssc_port){ .so = so, .port = args->port };
    return 0;
}

static int port_for(sluice_sctp *s, const sluice_sctp_listen_args *args, const sluice_sctp_options *o, uint32_t *index)
{
    uint32_t unused = UINT32_MAX;
    for (uint32_t i = s->max_listeners; i-- > 0;) {
        if (s->ports[i].port == args->port) {
            *index = i;
            return 0;
        }
        if (s->ports[i].port == 0) unused = i;
    }
    *index = unused; /* there are as many ports as listeners */
    return port_open(s, &s->ports[unused], args, o);
}

static int64_t listen_checked(sluice_sctp *s, const sluice_sctp_listen_args *args, const sluice_sctp_options *o)
{
    uint32_t at = 0, port;
    if (s->shutting_down) return -SLUICE_EALREADY;
    if (ssc_listener_at(s, args->link, args->port)) return -SLUICE_EADDRINUSE;
    while (at < s->max_listeners && s->listeners[at].id) at++;
    if (at == s->max_listeners) return -SLUICE_SCTP_ELIMIT;
    int code = port_for(s, args, o, &port);
    if (code) return code;

    s->ports[port].users++;
    s->listener_generation = s->listener_generation % 0x7fffffff + 1;
    s->listeners[at] = (ssc_listener){
        .id = (uint64_t)s->listener_generation << 32 | at, .tag = args->tag, .link = args->link,
        .options = o->flags, .port = args->port, .port_index = (uint16_t)port };
    s->listener_count++;
    return (int64_t)s->listeners[at].id;
}

int64_t sluice_sctp_listen(sluice_sctp *s, const sluice_sctp_listen_args *args)
{
    sluice_sctp_options o;
    if (!s || !args || args->size != sizeof *args || args->port == 0 || args->reserved16) return -SLUICE_EINVAL;
    if (args->reserved[0] | args->reserved[1] | args->reserved2[0] | args->reserved2[1] | args->reserved2[2])
        return -SLUICE_EINVAL;
    if (ssc_options_fill(&args->options, &o)) return -SLUICE_EINVAL;
    int code = ssc_enter(s);
    if (code) return code;
    int64_t id = listen_checked(s, args, &o);
    ssc_leave(s, 0);
    return id;
}

static void unlisten(sluice_sctp *s, ssc_listener *l)
{
    ssc_port *p = &s->ports[l->port_index];
    l->id = 0;
    s->listener_count--;
    if (--p->users == 0) {
        s->lib.close(p->so);
        memset(p, 0, sizeof *p);
        s->quiet_until_ms = s->now_ms + SSC_QUIET_MS;
    }
}

int sluice_sctp_unlisten(sluice_sctp *s, uint64_t id)
{
    if (!s) return -SLUICE_EINVAL;
    int code = ssc_enter(s);
    if (code) return code;
    ssc_listener *l = ssc_listener_find(s, id);
    if (l) unlisten(s, l);
    return ssc_leave(s, l ? 0 : -SLUICE_ESTALE);
}

void ssc_unlisten_all(sluice_sctp *s)
{
    for (uint32_t i = 0; i < s->max_listeners; i++)
        if (s->listeners[i].id) unlisten(s, &s->listeners[i]);
}

/* ------------------------------------------------------------------------------------------------- accepting */

static ssc_path *path_of(sluice_sctp *s, uint64_t value)
{
    ssc_path *p = ssc_path_find(s, value);
    if (p || value != s->current_value) return p;
    return ssc_path_get(s, value, &s->current_peer);
}

static uint16_t peer_port(sluice_sctp *s, struct socket *so, usr_status *status)
{
    socklen_t bytes = sizeof *status;
    memset(status, 0, sizeof *status);
    if (s->lib.getsockopt(so, USR_IPPROTO_SCTP, USR_STATUS, status, &bytes)) return 0;
    usr_sockaddr_conn peer;
    memcpy(&peer, &status->primary.address, sizeof peer);
    return ntohs(peer.port);
}

static bool take(sluice_sctp *s, ssc_port *port, struct socket *so, uint64_t value)
{
    sluice_sctp_options o = { .size = sizeof o };
    usr_status status;
    ssc_path *path = path_of(s, value);
    ssc_listener *l = path ? ssc_listener_at(s, path->peer.link, port->port) : NULL;
    if (path) path->count++; /* keeps it until it is known whether there is an association */
    o.flags = l ? l->options : 0;
    ssc_assoc *a = l && !ssc_socket_options(s, so, &o) ? ssc_assoc_new(s, path, so) : NULL;
    if (path) path->count--;
    if (!a) {
        s->lib.close(so); /* the handshake was complete: the peer gets an ABORT */
        if (path) ssc_path_drop_unused(s, path);
        return false;
    }
    a->tag = l->tag;
    a->listener = l->id;
    a->options = l->options;
    a->local_port = port->port;
    a->peer_port = peer_port(s, so, &status);
    a->streams_in = status.instrms;
    a->streams_out = status.outstrms;
    a->latch.up = true;
    a->up_untold = true;
    s->lib.set_upcall(so, ssc_upcall, a);
    ssc_assoc_dirty(a);
    return true;
}

void ssc_accept_all(sluice_sctp *s)
{
    if (!s->accept_pending) return;
    s->accept_pending = false;
    for (uint32_t i = 0; i < s->max_listeners; i++) {
        ssc_port *p = &s->ports[i];
        if (!p->pending) continue;
        p->pending = false;
        for (;;) {
            usr_sockaddr_conn peer = { 0 };
            socklen_t bytes = sizeof peer;
            struct socket *so = s->lib.accept(p->so, &peer, &bytes);
            if (!so) break;
            if (!take(s, p, so, (uint64_t)(uintptr_t)peer.addr)) ssc_count(s, SLUICE_SCTP_CTR_ACCEPTS_REFUSED, 1);
        }
    }
}
