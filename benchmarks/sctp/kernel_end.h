/*
 * The kernel's SCTP as the floor and the load generator use it: one-to-one sockets, plain system calls, no libsctp.
 */
#ifndef SLUICE_BENCH_KERNEL_END_H
#define SLUICE_BENCH_KERNEL_END_H

#include <stddef.h>
#include <stdint.h>
#include <sys/types.h>

enum { MAX_MESSAGE_BYTES = 64 << 10, ACCEPT_BACKLOG = 128 };

/* Stream and payload protocol id, as the kernel has them (the id is the application's, in its byte order). */
struct message_info {
    uint16_t stream;
    uint32_t ppid;
};

_Noreturn void kernel_die(const char *what, int err);

/* One-to-one, does not block, without Nagle's algorithm, tells stream and protocol id, closes by ABORT. */
int kernel_socket(void);

/* Tells the kernel to reach 127.0.0.1 in UDP datagrams to that port (RFC 6951). */
void kernel_in_udp(int fd, int udp_port);

/* The bytes of a whole message; 0 at the end of the association, -1 with errno. Notifications are not asked for. */
ssize_t kernel_receive(int fd, void *buffer, size_t bytes, struct message_info *info);

ssize_t kernel_send(int fd, const void *message, size_t bytes, const struct message_info *info);

#endif
