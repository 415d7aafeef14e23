/* What both C floors of UDP share: the command line, the socket, the readiness line, fatal errors. */
#ifndef SLUICE_BENCH_UDP_SOCKET_H
#define SLUICE_BENCH_UDP_SOCKET_H

#include <netinet/in.h>
#include <stdbool.h>
#include <stdint.h>
#include <sys/socket.h>

#ifndef UDP_SEGMENT
#define UDP_SEGMENT 103
#endif
#ifndef UDP_GRO
#define UDP_GRO 104
#endif

enum {
    UDP_SOCKET_BYTES = 4 << 20,
    UDP_DATAGRAM_BYTES = 2048,  /* room for one */
    UDP_TRAIN_BYTES = 64 << 10, /* room for a train */
    UDP_CONTROL_BYTES = CMSG_SPACE(sizeof(int)),
};

/*
 * Reads `[--gro 1] --port N` (0 picks one), opens a UDP socket on 127.0.0.1, with UDP_GRO when asked for, prints
 * "listening on PORT engine=ENGINE binding=c" and returns the descriptor. Exits with a message on any error.
 */
int udp_floor_open(int argc, char **argv, const char *engine, bool *gro);

/* The size of the datagrams in a train; 0: it is one datagram. */
uint16_t udp_segment_received(const struct msghdr *h);

/* Makes `control` (UDP_CONTROL_BYTES, aligned) the control message that cuts what is sent; the bytes of it that count. */
uint32_t udp_segment_to_send(void *control, uint16_t segment);

/* Prints "WHAT: strerror(err)" and exits with status 1. */
_Noreturn void udp_floor_die(const char *what, int err);

#endif
