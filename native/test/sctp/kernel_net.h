/*
 * kernel_net.h: a loop and a stack over the kernel's SCTP, for tests: plays the caller that sluice_sctp_kernel.h describes.
 *
 * Both ends of the associations live in one stack, on loopback. Ends the test with "skipped" where the kernel has no SCTP.
 */
#ifndef SLUICE_TEST_KERNEL_NET_H
#define SLUICE_TEST_KERNEL_NET_H

#include "drive_dgram.h"
#include "sluice_sctp_kernel.h"

#define KN_SOCKETS  512
#define KN_EVENTS   4096
#define KN_MESSAGES 4096

typedef struct kn_socket { uint64_t id, handle, token; int fd; bool used; } kn_socket;
typedef struct kn_event {
    sluice_sctp_event e;
    uint8_t           payload[SLUICE_KSCTP_PAYLOAD];
    bool              taken;
} kn_event;
typedef struct kn_message {
    uint64_t assoc;
    uint32_t ppid, bytes;
    uint16_t stream, flags;
    uint8_t *data;
    bool     taken;
} kn_message;

typedef struct kn {
    drive         d;
    sluice_ksctp *stack;
    sluice_sctp_header *header;
    uint8_t      *base;
    kn_socket     sockets[KN_SOCKETS];
    kn_event      events[KN_EVENTS];
    kn_message    messages[KN_MESSAGES];
    uint32_t      socket_count, event_count, message_count;
    uint16_t      port; /* of the listener */
    uint64_t      listener, next_token;
} kn;

void     kn_open(kn *n, const char *engine);
void     kn_close(kn *n); /* checks that nothing lives */
void     kn_turn(kn *n);
uint64_t kn_listen(kn *n, uint32_t profile);
uint64_t kn_connect_to(kn *n, uint16_t port, uint32_t profile);
/* An association that is up on both sides. */
void     kn_pair(kn *n, uint32_t profile, uint64_t *client, uint64_t *server);

/* The next event of that type (of that association, 0: of any); waits. */
kn_event *kn_event_of(kn *n, uint8_t type, uint64_t assoc);
kn_event *kn_find(kn *n, uint8_t type, uint64_t assoc); /* NULL: none has come */
kn_event *kn_closed(kn *n, uint64_t assoc, uint16_t kind); /* waits, checks the kind, closes the handle, checks that the id is stale */
uint32_t  kn_count(const kn *n, uint8_t type, uint64_t assoc);

void     kn_pause(kn *n, uint64_t assoc, bool paused); /* its RECVMSG is cancelled, or armed again */
uint64_t kn_handle(kn *n, uint64_t assoc);
void     kn_send(kn *n, uint64_t assoc, uint16_t stream, uint32_t ppid, uint16_t flags, const void *bytes, uint32_t count);
kn_message *kn_message_of(kn *n, uint64_t assoc); /* waits for a whole one */

#endif
