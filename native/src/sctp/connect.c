/* connect.c: associations that this side begins. */
#include <arpa/inet.h>
#include <errno.h>
#include <string.h>

#include "sctp/stack.h"

/* A socket of its own for each association, bound to its path: any SCTP port may be used once towards every peer. */
static int start(sluice_sctp *s, struct socket *so, const sluice_sctp_connect_args *args, uint64_t value)
{
    usr_sockaddr_conn own = { .family = USR_AF_CONN, .port = htons(args->local_port), .addr = (void *)(uintptr_t)value };
    usr_sockaddr_conn peer = { .family = USR_AF_CONN, .port = htons(args->peer_port), .addr = (void *)(uintptr_t)value };
    if (s->lib.bind(so, &own, sizeof own)) return -ssc_code(errno);
    if (s->lib.connect(so, &peer, sizeof peer) && errno != EINPROGRESS) return -ssc_code(errno);
    return 0;
}

static int64_t connect_checked(sluice_sctp *s, const sluice_sctp_connect_args *args, const sluice_sctp_options *o)
{
    if (s->shutting_down) return -SLUICE_EALREADY;
    if (s->assoc_count >= s->max_assocs) return -SLUICE_SCTP_ELIMIT;
    uint64_t value = ssc_path_value(s, &args->peer);
    ssc_path *path = ssc_path_get(s, value, &args->peer);
    if (!path) return -SLUICE_ENOMEM;
    struct socket *so = ssc_socket(s, o);
    ssc_assoc *a = so ? ssc_assoc_new(s, path, so) : NULL;
    if (!a) {
        if (so) s->lib.close(so);
        ssc_path_drop_unused(s, path);
        return -SLUICE_ENOMEM;
    }
    a->tag = args->tag;
    a->options = o->flags;
    a->peer_port = args->peer_port;
    a->local_port = args->local_port;
    s->lib.set_upcall(so, ssc_upcall, a);
    int code = start(s, so, args, value);
    if (code == 0) return (int64_t)a->id;
    ssc_assoc_clean(a);
    ssc_assoc_detach(a, true);
    ssc_count(s, SLUICE_SCTP_CTR_CLOSED, 1);
    ssc_assoc_free(a);
    return code;
}

int64_t sluice_sctp_connect(sluice_sctp *s, const sluice_sctp_connect_args *args)
{
    sluice_sctp_options o;
    if (!s || !args || args->size != sizeof *args || args->peer_port == 0) return -SLUICE_EINVAL;
    if (args->reserved[0] || args->reserved[1] || !ssc_addr_valid(&args->peer)) return -SLUICE_EINVAL;
    if (ssc_options_fill(&args->options, &o)) return -SLUICE_EINVAL;
    int code = ssc_enter(s);
    if (code) return code;
    int64_t id = connect_checked(s, args, &o);
    ssc_leave(s, 0);
    return id;
}
