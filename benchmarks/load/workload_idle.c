/* Idle: opens all connections, echoes one message on each so that the server has seen them, then holds them. */
#include "clock.h"
#include "transport.h"
#include "workloads.h"

#include <stdio.h>
#include <unistd.h>

static uint32_t echoed;

static void received(void *context, connection *c, const uint8_t *bytes, uint32_t count) {
    const options *o = context;
    connection_verify(c, o, bytes, count);
    if (c->received == o->message_bytes) echoed++;
}

void run_idle(const options *o) {
    uint64_t began = now_ns();
    connection *all = connections_open(o);
    TRANSPORT_EPOLL.start(o, all, received, (void *)o);
    for (uint32_t i = 0; i < o->connections; i++) {
        connection_queue(&all[i], o, began);
        TRANSPORT_EPOLL.send(&all[i]);
    }
    while (echoed < o->connections) TRANSPORT_EPOLL.poll(true);
    printf("HOLDING\n");
    fflush(stdout);
    char sink[64];
    while (read(STDIN_FILENO, sink, sizeof sink) > 0) {}
    connections_close(all, o->connections);
    printf("{\"name\":\"%s\",\"mode\":\"idle\",\"transport\":\"%s\",\"connections\":%u,\"open_ns\":%llu}\n", o->name,
           o->unix_path ? "unix" : "tcp", o->connections, (unsigned long long)(now_ns() - began));
}
