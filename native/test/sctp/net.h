/*
 * net.h: stacks connected by a network in memory, with virtual time. Nothing waits: a minute of heartbeats takes
 * milliseconds, and every run is the same but for usrsctp's random numbers.
 *
 * Every node is one stack with one UDP address. Events are taken out of the ring and kept, with their payload, in
 * node.list until the test looks for them.
 */
#ifndef SLUICE_TEST_SCTP_NET_H
#define SLUICE_TEST_SCTP_NET_H

#include <stdbool.h>

#include "check.h"
#include "sluice_sctp.h"

#define NET_PORT 5000 /* the SCTP port servers listen on */
#define NET_NODES 3

typedef struct net_event { sluice_sctp_event e; uint8_t *data; } net_event;

typedef struct net_node {
    sluice_sctp        *s;
    sluice_sctp_header *h;
    uint8_t            *base;
    sluice_sctp_addr    addr;   /* as others see it; its link is 0 */
    uint64_t            link;   /* it receives and sends through this one */
    net_event          *list;
    uint32_t            count, room;
    bool                silent; /* nothing it sends arrives */
    bool                deaf;   /* nothing arrives at it */
    bool                no_read; /* events stay in the ring */
    bool                one_by_one; /* one event is read at a time */
} net_node;

typedef struct net_packet { struct net_packet *next; uint32_t from, to, bytes; uint64_t at_ms; uint8_t data[]; } net_packet;

typedef struct net {
    net_node    node[NET_NODES];
    uint32_t    nodes;
    uint64_t    now_ms;
    uint32_t    delay_ms;
    uint32_t    loss_percent; /* of each direction */
    bool        loss_even; /* exactly that share: one of so many, at random; so never more than two in a row */
    uint32_t    sent[NET_NODES], victim[NET_NODES];
    uint32_t    seed;
    bool        twice; /* every packet arrives two times */
    net_packet *first, *last;
    /* Sees every packet before it is queued; false: drop it. */
    bool      (*filter)(struct net *n, net_packet *p);
    void       *arg;
} net;

/* Skips the test with the reason when usrsctp cannot be loaded. */
void net_need_usrsctp(void);

void net_open(net *n, uint32_t nodes, const sluice_sctp_config *config); /* NULL: defaults */
void net_close(net *n); /* forces what still lives, checks that usrsctp ended */
void net_flush(net *n); /* hands packets over until none is on its way (without delay_ms) */
void net_run(net *n, uint32_t ms);
bool net_run_until(net *n, uint32_t node, uint64_t assoc, uint8_t type, uint32_t limit_ms);
void net_pull(net *n, uint32_t node); /* moves packets and events out of the rings */

uint64_t net_listen(net *n, uint32_t node, uint16_t port, uint32_t profile);
uint64_t net_connect(net *n, uint32_t from, uint32_t to, uint16_t port, uint32_t profile);
/* connect and flush; client's id in *client, server's in *server */
void net_pair(net *n, uint32_t from, uint32_t to, uint32_t profile, uint64_t *client, uint64_t *server);

int net_send(net *n, uint32_t node, uint64_t assoc, uint16_t stream, const void *data, uint32_t bytes);
int net_send_ctx(net *n, uint32_t node, uint64_t assoc, uint16_t stream, const void *data, uint32_t bytes, uint32_t context);

/* The nth (0: first) event of that type of the association, or NULL. assoc 0: of any. */
net_event *net_find(net *n, uint32_t node, uint64_t assoc, uint8_t type, uint32_t nth);
net_event *net_need(net *n, uint32_t node, uint64_t assoc, uint8_t type); /* fails the test when there is none */
uint32_t net_count(net *n, uint32_t node, uint64_t assoc, uint8_t type);
void net_forget(net *n, uint32_t node); /* empties the list */
uint64_t net_counter(net *n, uint32_t node, uint32_t counter);

/* S1, S2, S5 for everything in the list: exactly one CLOSED, last; at most one PEER_SHUTDOWN, and so on. */
void net_check_order(net *n, uint32_t node, uint64_t assoc, bool closed);

uint32_t net_random(net *n, uint32_t below);
long net_rss_kb(void);
const char *net_kind(uint32_t kind);

/* Hands a datagram to a node as if it came from another address. */
int net_inject(net *n, uint32_t to, const sluice_sctp_addr *from, const void *data, uint32_t bytes);

/* The right checksum for a packet. */
void net_seal(uint8_t *packet, size_t bytes);

#endif
