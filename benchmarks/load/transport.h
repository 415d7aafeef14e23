/* How the generator itself moves bytes: two interchangeable implementations, so that it can be cheaper than any server. */
#ifndef SLUICE_BENCH_TRANSPORT_H
#define SLUICE_BENCH_TRANSPORT_H

#include "connections.h"

#include <stdbool.h>

/* Called with every piece of received data; `context` is the one given to start. */
typedef void (*received_fn)(void *context, connection *c, const uint8_t *bytes, uint32_t count);

typedef struct transport {
    void (*start)(const options *o, connection *all, received_fn received, void *context);
    /* Sends what is queued on `c`, now or within the next poll. */
    void (*send)(connection *c);
    /* Delivers what has arrived. True when there was anything. Waits for something when may_block. */
    bool (*poll)(bool may_block);
} transport;

extern const transport TRANSPORT_EPOLL, TRANSPORT_URING;

#endif
