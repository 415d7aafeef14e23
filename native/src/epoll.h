/* epoll.h: what the files of the epoll engine share. */
#ifndef SL_EPOLL_H
#define SL_EPOLL_H

#include <sys/epoll.h>
#include <sys/socket.h>

#include "engine.h"

#define EP_EVENTS 512          /* taken from the kernel in one wait */
#define EP_BELL   UINT64_MAX   /* data of the bell; no handle has that index */

/* slot.ready: the kernel's EPOLL* bits, and these */
#define EP_REGISTERED (1u << 20)
#define EP_WANTS_OUT  (1u << 21) /* out_on_demand: registered with EPOLLOUT for a blocked send */
#define EP_LISTED     (1u << 22)
/* anything an inbound operation can make progress with */
#define EP_INBOUND ((uint32_t)(EPOLLIN | EPOLLRDHUP | EPOLLHUP | EPOLLERR))

typedef struct sl_epoll {
    int      fd;
    uint32_t list_head, list_tail; /* ready list: linked by slot.ready_next, backwards by slot.engine_word[0] */
    uint32_t listed;               /* its length */
    bool     no_pwait2;            /* epoll_pwait2 (Linux 5.11) is missing or filtered */
    struct epoll_event events[EP_EVENTS];
} sl_epoll;

static inline sl_epoll *sl_epoll_of(const sl_loop *l) { return l->engine_state; }

/* engine_epoll.c */
void sl_epoll_serve(sl_loop *l, sl_slot *s);                       /* the inbound operation; s may be gone afterwards */
bool sl_epoll_unpark(sl_loop *l);                                  /* lists parked receives; true: there were some */
void sl_epoll_events(sl_loop *l, const struct epoll_event *ev, int n);

/* engine_epoll_dgram.c */
void sl_epoll_receive_messages(sl_loop *l, sl_slot *s);

/* engine_epoll_in.c */
void sl_epoll_receive(sl_loop *l, sl_slot *s);
void sl_epoll_accept(sl_loop *l, sl_slot *s);

/* engine_epoll_turn.c */
void sl_epoll_list(sl_loop *l, sl_slot *s);
void sl_epoll_unlist(sl_loop *l, sl_slot *s);
int  sl_epoll_turn(sl_loop *l, int64_t timeout_ns);

#endif
