/*
 * dgram.h: what the files about datagram sockets share.
 *
 *   dgram.c               DATAGRAM, the reports of the engines about RECVMSG
 *   dgram_meta.c          sluice_meta from and to the kernel's names and control messages
 *   dgram_errors.c        the error queue (D4, D5)
 *   dgram_sctp.c          the same for the kernel's SCTP
 *   dgram_send.c          SEND and SENDMSG on datagram sockets (D2, D3)
 *   dgram_group.c         multicast groups
 *   readiness_dgram.c engine_uring_dgram.c   receiving
 *
 * A buffer that a message is received into, while the kernel has it and when the caller gets it:
 *
 *   0           16          48                            160
 *   +-----------+-----------+-----------------------------+-----------------------+
 *   | io_uring's| name of   | control messages            | payload               |
 *   | own header| the sender|             +---------------+                       |
 *   |           |           |             | sluice_meta   |                       |
 *   +-----------+-----------+-------------+---------------+-----------------------+
 *                                         96
 * io_uring lays a multishot recvmsg out like this by itself; the engines on readiness ask recvmsg for the same. So what the
 * kernel says is turned into the meta in place, and the payload is never moved.
 */
#ifndef SL_DGRAM_H
#define SL_DGRAM_H

#include <sys/types.h> /* FreeBSD on aarch64: CMSG_SPACE is made of u_long, which its socket.h does not declare */

#include <netinet/in.h>
#include <sys/socket.h>

#include "engine.h"

#ifndef UDP_SEGMENT
#define UDP_SEGMENT 103 /* Linux 4.18 */
#endif
#ifndef UDP_GRO
#define UDP_GRO 104 /* Linux 5.0 */
#endif

#define SL_MSG_NAME          16u
#define SL_MSG_NAME_BYTES    32u
#define SL_MSG_CONTROL       (SL_MSG_NAME + SL_MSG_NAME_BYTES)
/* Packet info 40, TOS 24, segment size 24, drops 24. */
#define SL_MSG_CONTROL_BYTES (SLUICE_MSG_ROOM - SL_MSG_CONTROL)
#define SL_MSG_META          (SLUICE_MSG_ROOM - (uint32_t)sizeof(sluice_meta))

SLUICE_STATIC_ASSERT(SL_MSG_NAME_BYTES >= sizeof(struct sockaddr_in6), "an address fits");
SLUICE_STATIC_ASSERT(SL_MSG_CONTROL_BYTES >= CMSG_SPACE(sizeof(struct in6_pktinfo)) + 3 * CMSG_SPACE(sizeof(int)),
                     "all control messages of a datagram fit");
SLUICE_STATIC_ASSERT(SL_MSG_CONTROL % sizeof(struct cmsghdr *) == 0, "control messages are aligned");

/* What a kernel's recvmsg told about one message. The bytes need not be aligned and are not trusted. */
typedef struct sl_msg_raw {
    const uint8_t *name, *control;
    uint32_t       name_bytes, control_bytes, flags; /* MSG_TRUNC ... */
} sl_msg_raw;

/* Where a meta to be sent is turned into a name and control messages. */
typedef struct sl_msg_out {
    struct sockaddr_in6 name; /* large enough for IPv4's */
    union {
        size_t  align; /* cmsghdr's; itself it ends in an array without bounds, which may stand only at the end */
        uint8_t bytes[CMSG_SPACE(sizeof(struct in6_pktinfo)) + 2 * CMSG_SPACE(sizeof(int))];
    } control;
} sl_msg_out;

/* dgram_meta.c */
void sl_meta_received(const sl_msg_raw *raw, sluice_meta *out);
/* dgram_sctp.c: the same for SCTP sockets. */
void sl_meta_sctp_received(const sl_msg_raw *raw, sluice_meta *out);
bool sl_meta_sctp_valid(const sluice_meta *m);
void sl_meta_sctp_to_send(const sluice_meta *m, struct msghdr *h, sl_msg_out *o);
/* For dgram_sctp.c: reading and writing control messages. */
typedef struct sl_cmsg { int level, type; const uint8_t *data; size_t bytes; } sl_cmsg;
bool sl_cmsg_next(const sl_msg_raw *raw, size_t *at, sl_cmsg *out);
void sl_cmsg_put(struct msghdr *h, int level, int type, const void *data, size_t bytes);
/* From the error queue. false: not for the caller (a local error that its SEND was told of, a time stamp ...). */
bool sl_meta_error(const sl_msg_raw *raw, sluice_meta *out);
/* Is it well-formed for a SEND on a socket of that family (C7)? */
bool sl_meta_valid(const sluice_meta *m, bool inet6);
/* Fills name and control of h; they point into o. */
void sl_meta_to_send(const sluice_meta *m, bool inet6, struct msghdr *h, sl_msg_out *o);
int  sl_msg_err(int os_errno); /* errno -> positive SLUICE_E* of a datagram socket */

/* dgram.c */
void sl_datagram_submit(sl_loop *l, const sluice_sqe *e);
/* What a datagram socket is like goes into the flags of its slot: SL_F_INET6, SL_F_CONNECTED, SL_F_RECVERR, SL_F_SCTP. */
uint16_t sl_msg_flags_of(sl_loop *l, int fd, int family);
/* A message lies in buffer id, laid out as drawn above, with len bytes of payload. Like sl_in_data. */
void sl_msg_data(sl_loop *l, sl_slot *s, uint16_t id, const sl_msg_raw *raw, uint32_t len);
/* recvmsg failed. true: reported, or nothing to report: go on; false: the socket is broken, the RECVMSG has ended. */
bool sl_msg_failed(sl_loop *l, sl_slot *s, int os_errno);

/* dgram_errors.c */
void sl_msg_note(sl_loop *l, sl_slot *s, int os_errno); /* without a buffer */
void sl_msg_errors(sl_loop *l, sl_slot *s);             /* reads the error queue when a RECVMSG wants it */
void sl_msg_errors_rest(sl_loop *l, sl_slot *s);        /* the turn after: goes on, and sends what is queued */

/* dgram_send.c */
void sl_msg_send_submit(sl_loop *l, sl_slot *s, const sluice_sqe *e);
bool sl_msgs_flush(sl_loop *l, sl_slot *s); /* false: the socket is full. true: all is out, s may be gone */
void sl_msgs_failed(sl_loop *l, sl_slot *s, int os_errno); /* nothing of the queue can be sent; s may be gone afterwards */
/* The parts of it, for an engine that sends by other means. A datagram is named by the index of its first piece. */
#define SL_MSG_HAS_META 0x80u /* sl_op.msg of a first piece: loop->metas has one */
uint32_t sl_msg_pieces(sl_loop *l, uint32_t index);
/* Fills h, and iov with one entry for each piece. Index of the next datagram, or SL_NONE. */
uint32_t sl_msg_prepare(sl_loop *l, const sl_slot *s, uint32_t index, struct msghdr *h, struct iovec *iov, sl_msg_out *out);
void sl_msg_complete(sl_loop *l, sl_slot *s, int os_errno);  /* the datagram at the head of the queue is through */
bool sl_msg_again(sl_loop *l, sl_slot *s, int os_errno);     /* D5: is it to be tried again? */

/* dgram_group.c */
int  sl_group_control(sl_loop *l, const sl_slot *s, uint32_t what, const void *in, uint32_t len);

#endif
