/*
 * usrsctp as the floor and the load generator of SCTP use it: one thread, AF_CONN, packets through their own UDP sockets. The
 * options are those of a Sluice association: a floor that does something else would be no floor.
 */
#ifndef SLUICE_BENCH_USRSCTP_END_H
#define SLUICE_BENCH_USRSCTP_END_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <usrsctp.h>

enum {
    SCTP_PORT = 5000,
    PACKET_BYTES = 2048, /* paths are told to carry 1200 */
    UDP_SOCKET_BYTES = 4 << 20,
    TICK_MS = 10,
    MAX_MESSAGE_BYTES = 64 << 10,
    REASON_BYTES = 32, /* of an abort: the time of the call, as decimal nanoseconds */
};

typedef int (*output_fn)(void *address, void *packet, size_t bytes, uint8_t tos, uint8_t df);

_Noreturn void sctp_die(const char *what, int err);

/* Starts usrsctp; `output` sends a packet and must not call usrsctp. */
void sctp_start(output_fn output);

/* A UDP socket on 127.0.0.1, connected to `peer_port` unless that is 0; `shared`: one of several on that port. */
int sctp_udp_socket(int port, int peer_port, bool shared);

/* A socket whose every association is set up as Sluice does with the profile DEFAULT. */
struct socket *sctp_socket(void);

/* What an accepted socket does not inherit. */
void sctp_socket_options(struct socket *so);

struct sockaddr_conn sctp_address(void *address, uint16_t port);

/* Runs usrsctp's timers when TICK_MS have passed. */
void sctp_tick(uint64_t now_ns);

/* Aborts with cause 12 and the time of the call as reason, then gives the socket back. */
void sctp_abort_with_time(struct socket *so);

/* The time in the reason of a COMM_LOST notification; 0 when there is none. */
uint64_t sctp_time_of_abort(const struct sctp_assoc_change *change, size_t bytes);

#endif
