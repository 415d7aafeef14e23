/* drive_dgram.h: the driver's part for datagram sockets, and plain UDP sockets as peers. */
#ifndef SLUICE_TEST_DRIVE_DGRAM_H
#define SLUICE_TEST_DRIVE_DGRAM_H

#include "drive.h"

sluice_addr drive_inet6(uint16_t port); /* ::1 */
sluice_addr drive_any6(uint16_t port);  /* ::  */

/* ---- sockets of the loop. peer may be NULL ---- */
sluice_cqe dgram_try(drive *d, sluice_addr local, const sluice_addr *peer, const sluice_optval *opts, uint32_t count);
uint64_t   dgram_open(drive *d, sluice_addr local, const sluice_addr *peer, const sluice_optval *opts, uint32_t count);
void       dgram_receive(drive *d, uint64_t handle, uint64_t token, bool multishot);
/* meta NULL: to the peer of a connected socket */
void       dgram_send(drive *d, uint64_t handle, uint64_t token, const void *bytes, uint32_t n, const sluice_meta *meta);
sluice_meta dgram_to(uint16_t port); /* 127.0.0.1 */

/* ---- completions of RECVMSG ---- */
sluice_meta dgram_meta(drive *d, const sluice_cqe *c);
uint8_t    *dgram_payload(drive *d, const sluice_cqe *c);
/* The next datagram; checks flags and the bytes (n of them), gives the buffer back. */
sluice_meta dgram_expect(drive *d, uint64_t token, const void *bytes, uint32_t n);
/* The next completion must be a notification. */
sluice_cqe dgram_note(drive *d, uint64_t token);

/* ---- errors of a socket of the loop, beside the loop ---- */
int  dgram_descriptor(uint16_t port); /* bound to that port, IPv4 */
void dgram_await_error(int fd);       /* ICMP comes some time after the datagram that it answers; nothing is taken away */

/* ---- peers ---- */
int  peer_udp(uint16_t *port); /* bound to 127.0.0.1 */
void peer_udp_to(int fd, uint16_t port, const void *bytes, size_t n);
/* Turns the loop until a datagram came; answers its bytes, at most n, and the sender's port. */
size_t peer_udp_from(drive *d, int fd, void *bytes, size_t n, uint16_t *port);
/* Linux. A network of this process's own, in which nothing overtakes (the caller's thread stays on one processor), and its loopback,
   where sockets become full as on a slow line (tc-tbf(8); rate as there). false: this machine has no such thing, or this user may
   not. */
bool own_network(void);
bool slow_loopback(const char *rate);
uint16_t unused_udp_port(void);  /* nobody has it, for now */
uint16_t refusing_udp_port(void); /* port unreachable, for the life of this process */

#endif
