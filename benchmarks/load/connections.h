/* The connections of one run: sockets, what is outstanding on each, and the check of what comes back. */
#ifndef SLUICE_BENCH_CONNECTIONS_H
#define SLUICE_BENCH_CONNECTIONS_H

#include "options.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/*
 * Messages live in `out`, a ring of `depth` slots of message_bytes each; slot contents differ per connection and slot,
 * and the first 8 bytes carry the message number. The echo of a message must equal its slot, so checking is one
 * memcmp and a slot is reused only after its echo came back.
 *
 *   bytes:   received <= sent <= queued <= received + depth * message_bytes      (totals since the start)
 */
typedef struct connection {
    int fd;
    uint32_t id;
    uint64_t queued, sent, received;
    uint64_t messages_queued, messages_done;
    uint64_t next_due_ns;  /* open loop: intended time of the next message */
    uint64_t *sent_at_ns;  /* per slot: when it was sent, or in the open loop should have been */
    uint8_t *out;
} connection;

typedef struct run_counts {
    uint64_t messages, bytes;
} run_counts;

/* Connects one blocking-mode socket to the server and then makes it non-blocking. Exits with a message on failure. */
int connect_to_server(const options *o, uint32_t id);

/* Contents that differ for each seed. */
void fill_message(uint8_t *bytes, size_t count, uint64_t seed);

/* Opens all connections with their message slots. */
connection *connections_open(const options *o);
void connections_close(connection *all, uint32_t count);

/* Puts one message into its slot with `at_ns` as its start; the caller has checked that a slot is free. */
void connection_queue(connection *c, const options *o, uint64_t at_ns);

static inline uint32_t connection_outstanding(const connection *c) {
    return (uint32_t)(c->messages_queued - c->messages_done);
}

/* Contiguous unsent bytes in `out`: *from is where they start. */
uint32_t connection_unsent(const connection *c, const options *o, const uint8_t **from);

/* Compares received bytes with what was sent. Exits with a message when one byte differs: nothing measured counts then. */
void connection_verify(connection *c, const options *o, const uint8_t *bytes, uint32_t count);

#endif
