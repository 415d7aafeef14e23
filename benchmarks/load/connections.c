#include "connections.h"

#include <arpa/inet.h>
#include <errno.h>
#include <fcntl.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

/* Ports left behind in TIME_WAIT are per source address; sixteen addresses of 127/8 hold some 450,000 of them. */
enum { SOURCE_ADDRESSES = 16 };

static _Noreturn void fail(const char *what) {
    fprintf(stderr, "load generator: %s: %s\n", what, strerror(errno));
    exit(1);
}

static int connect_tcp(const options *o, uint32_t id) {
    int fd = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0), one = 1;
    if (fd < 0) fail("socket");
    setsockopt(fd, IPPROTO_TCP, TCP_NODELAY, &one, sizeof one);
    if (o->mode == MODE_CHURN) {
        setsockopt(fd, IPPROTO_IP, IP_BIND_ADDRESS_NO_PORT, &one, sizeof one);
        struct sockaddr_in source = {.sin_family = AF_INET};
        source.sin_addr.s_addr = htonl(INADDR_LOOPBACK + id % SOURCE_ADDRESSES);
        if (bind(fd, (struct sockaddr *)&source, sizeof source) < 0) fail("bind to a source address in 127/8");
    }
    struct sockaddr_in a = {.sin_family = AF_INET, .sin_port = htons((uint16_t)o->port)};
    a.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    if (connect(fd, (struct sockaddr *)&a, sizeof a) < 0) fail("connect");
    return fd;
}

static int connect_unix(const options *o) {
    struct sockaddr_un a = {.sun_family = AF_UNIX};
    if (strlen(o->unix_path) >= sizeof a.sun_path) {
        errno = ENAMETOOLONG;
        fail("--unix");
    }
    strcpy(a.sun_path, o->unix_path);
    int fd = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);
    if (fd < 0) fail("socket");
    if (connect(fd, (struct sockaddr *)&a, sizeof a) < 0) fail("connect");
    return fd;
}

int connect_to_server(const options *o, uint32_t id) {
    int fd = o->unix_path ? connect_unix(o) : connect_tcp(o, id);
    fcntl(fd, F_SETFL, O_NONBLOCK);
    return fd;
}

/* xorshift64*: any generator does, the contents only have to differ. */
void fill_message(uint8_t *bytes, size_t count, uint64_t seed) {
    uint64_t x = seed * 0x9E3779B97F4A7C15ull + 1;
    for (size_t i = 0; i < count; i++) {
        x ^= x >> 12, x ^= x << 25, x ^= x >> 27;
        bytes[i] = (uint8_t)((x * 0x2545F4914F6CDD1Dull) >> 56);
    }
}

connection *connections_open(const options *o) {
    connection *all = calloc(o->connections, sizeof *all);
    if (!all) fail("memory for connections");
    size_t ring_bytes = (size_t)o->depth * o->message_bytes;
    for (uint32_t i = 0; i < o->connections; i++) {
        connection *c = &all[i];
        c->id = i;
        c->out = malloc(ring_bytes);
        c->sent_at_ns = calloc(o->depth, sizeof *c->sent_at_ns);
        if (!c->out || !c->sent_at_ns) fail("memory for message slots");
        fill_message(c->out, ring_bytes, i + 1);
        c->fd = connect_to_server(o, i);
    }
    return all;
}

void connections_close(connection *all, uint32_t count) {
    for (uint32_t i = 0; i < count; i++) {
        close(all[i].fd);
        free(all[i].out);
        free(all[i].sent_at_ns);
    }
    free(all);
}

void connection_queue(connection *c, const options *o, uint64_t at_ns) {
    uint32_t slot = (uint32_t)(c->messages_queued % o->depth);
    uint64_t header = c->messages_queued++ << 16 ^ c->id;
    memcpy(c->out + (size_t)slot * o->message_bytes, &header, sizeof header);
    c->sent_at_ns[slot] = at_ns;
    c->queued += o->message_bytes;
}

uint32_t connection_unsent(const connection *c, const options *o, const uint8_t **from) {
    uint64_t ring_bytes = (uint64_t)o->depth * o->message_bytes, at = c->sent % ring_bytes;
    uint64_t waiting = c->queued - c->sent, to_end = ring_bytes - at;
    *from = c->out + at;
    return (uint32_t)(waiting < to_end ? waiting : to_end);
}

void connection_verify(connection *c, const options *o, const uint8_t *bytes, uint32_t count) {
    uint64_t ring_bytes = (uint64_t)o->depth * o->message_bytes;
    if (count > c->sent - c->received) {
        fprintf(stderr, "load generator: connection %u received more bytes than it had sent\n", c->id);
        exit(3);
    }
    while (count > 0) {
        uint64_t at = c->received % ring_bytes, to_end = ring_bytes - at;
        uint32_t part = (uint32_t)(count < to_end ? count : to_end);
        if (memcmp(c->out + at, bytes, part) != 0) {
            fprintf(stderr, "load generator: connection %u: the echo differs from what was sent, near byte %llu\n", c->id,
                    (unsigned long long)c->received);
            exit(3);
        }
        c->received += part;
        bytes += part;
        count -= part;
    }
}
