/*
 * sluice_datagram.h: datagram sockets: their rules, operations, options, and what belongs to one message besides its bytes.
 * Included by sluice.h.
 *
 * THE CONTRACT of datagram sockets (made by DATAGRAM): C1 to C3 and C7 to C12 of sluice.h hold as they stand; of C4 to C6 this takes
 * the place (tests cite these numbers):
 *   D1  One datagram is one completion in one buffer: never split, never joined (but for UDP_GRO, which the caller asks
 *       for and which says so). A datagram of zero bytes is one, too. One that is longer than the room in the buffer is
 *       delivered once, cut, with SLUICE_META_TRUNCATED.
 *   D2  A datagram is handed to the kernel whole, or not at all: its SEND completes with all its bytes, or with an error
 *       and accepted 0.
 *   D3  Datagrams of one handle are handed over in submission order, also when one finds the socket full or is tried again:
 *       those behind it wait. One that fails takes no other with it: those behind it are sent all the same.
 *   D4  No error of the network ends anything. What ICMP tells comes as a notification (NOTE) of the RECVMSG, which
 *       goes on. On a connected socket without IP_RECVERR the kernel may tell it to the next SEND instead (udp(7)): that
 *       one fails with ECONNREFUSED or the like, although its own datagram has not left. It is told to one of the two,
 *       once.
 *   D5  With IP_RECVERR no SEND fails for the error of another datagram.
 *   D6  What arrives while no RECVMSG is armed, or while it is parked (C9), waits in the socket's receive buffer; what
 *       does not fit there is dropped by the kernel, and counted for those who ask (SO_RXQ_OVFL).
 *
 * OPERATIONS (their fields: sluice_sqe)
 *
 * DATAGRAM socket, options, bind to the address; with len 2 a second address lies behind the first, and the socket is
 *          connected to it. IPv4 and IPv6; the wildcard address and port 0 are allowed for the first. Completes at once
 *          with the new handle, or with an error; when an option was refused, .accepted is its number (SLUICE_OPT_*).
 * RECVMSG  for datagram sockets only. Each datagram is a completion with BUFFER: result = bytes of payload (0 is a
 *          datagram of no bytes), detail = offset of a sluice_meta in the buffer, and right behind that the payload. Room
 *          for payload in a buffer: its size less SLUICE_MSG_ROOM; smaller pools are EINVAL. One RECVMSG per handle at a
 *          time (EBUSY). Without MULTISHOT the first datagram ends it; notifications do not.
 *          Notifications have NOTE and MORE, and come in two forms:
 *            with BUFFER     an error from the socket's error queue (IP_RECVERR): the meta has SLUICE_META_ERROR and says
 *                            what, who told it and for which destination; the payload (result bytes) is as much of
 *                            the failed datagram as the kernel kept.
 *            without BUFFER  result = -SLUICE_E*, detail = errno: an error on a connected socket without IP_RECVERR; or
 *                            one from the error queue while no buffer was free to carry more.
 *          At most SLUICE_NOTES_MAX of them per handle and turn. Only CANCEL, CLOSE and a broken socket end a RECVMSG, and
 *          EOF where a system tells that somebody who shares the descriptor shut it down (Linux seldom does).
 * SEND, SENDMSG on a datagram socket: one submission is one datagram (or one UDP_SEGMENT train). aux: a sluice_meta in
 *          the scratch area with destination, source, TOS, segment size; 0 on a connected socket that wants none of these.
 *          EMSGSIZE, ENOBUFS, ECONNREFUSED, EHOSTUNREACH, ENETUNREACH, EPERM (a firewall; a broadcast without SO_BROADCAST),
 *          ENOTCONN (no destination), EADDRNOTAVAIL (source), and what else the kernel says. A full socket is waited for.
 *          MSG_MORE is EINVAL: it would join datagrams.
 * ADOPT    takes bound UDP sockets, too, and the SCTP sockets of sluice_sctp_kernel.h: they are datagram sockets with two
 *          differences. A message longer than a buffer comes in pieces (PARTIAL), never truncated; and notifications of the
 *          kernel come as messages with SLUICE_META_NOTIFICATION. SHUTDOWN, SENDFILE, RECV and WATCH on a datagram socket are EINVAL. ABORT
 *          changes nothing about its CLOSE.
 */
#ifndef SLUICE_DATAGRAM_H
#define SLUICE_DATAGRAM_H

#include "sluice_layout.h"

/* Datagram sockets. On an IPv6 socket that takes IPv4, too, each is set for both where Linux has both. */
#define SLUICE_OPT_SO_BROADCAST         20u
#define SLUICE_OPT_IP_TTL               21u /* 1..255, also IPV6_UNICAST_HOPS                             */
#define SLUICE_OPT_IP_MULTICAST_TTL     22u /* 0..255, also IPV6_MULTICAST_HOPS                           */
#define SLUICE_OPT_IP_MULTICAST_LOOP    23u /* own groups' datagrams come back to this host               */
#define SLUICE_OPT_IP_MULTICAST_IF      24u /* interface index, 0 = the routing table's; also IPv6. IPv4
                                               sockets cannot be asked for it (ENOTSUP)                    */
#define SLUICE_OPT_IP_MULTICAST_ALL     25u /* 1 (the kernel's default): also groups that others joined   */
#define SLUICE_OPT_IP_PKTINFO           26u /* meta tells local address and interface; also IPv6          */
#define SLUICE_OPT_IP_RECVTOS           27u /* meta tells TOS or traffic class; also IPV6_RECVTCLASS      */
#define SLUICE_OPT_IP_RECVERR           28u /* ICMP errors as notifications (D4, D5); also IPv6. Not while a RECVMSG
                                               is armed (EBUSY)                                            */
#define SLUICE_OPT_IP_MTU_DISCOVER      29u /* 0 may fragment, 1 kernel decides, 2 DF and EMSGSIZE beyond the path's
                                               known MTU, 3 DF whatever is known of the path; also IPv6    */
#define SLUICE_OPT_UDP_SEGMENT          30u /* bytes per datagram of a larger SEND (GSO, Linux 4.18); 0 off */
#define SLUICE_OPT_UDP_GRO              31u /* several datagrams of a flow in one buffer; needs buffers for 64 KiB,
                                               else what does not fit is lost (TRUNCATED). Linux 5.0       */
#define SLUICE_OPT_SO_RXQ_OVFL          32u /* meta counts datagrams dropped for want of room             */

/*
 * What belongs to one message besides its bytes: with a received one in front of the payload, with one to be sent in
 * the scratch area. Multi-byte fields in host order, addresses in network order. 64 bytes.
 *
 * Received: family, port, scope_id, addr = the sender. The other fields as flags say, else 0.
 * To be sent: family 0 = the socket's peer, else the destination (an IPv4 address on an IPv6 socket is mapped). local with
 * HAS_LOCAL: send from this address of the host (the port is the socket's); interface: through this one, 0 = as
 * routed. tos with HAS_TOS. segment > 0: cut the bytes into datagrams of that size (UDP_SEGMENT). The rest must be zero.
 * Error notification: family, port, scope_id, addr = destination of the datagram that failed (family 0: not told);
 * local = with HAS_LOCAL the host that told it; code, os_errno, icmp_*; info = with EMSGSIZE the MTU of the path.
 *
 * SCTP (sluice_sctp_kernel.h), received: stream, ppid, assoc (the kernel's id), UNORDERED; PARTIAL: more of this message follows;
 * NOTIFICATION: the payload is a notification of the kernel. To be sent: stream, ppid, UNORDERED, PR_TTL or PR_RTX with pr_value, and
 * context, which SEND_FAILED brings back; the rest must be zero.
 */
typedef struct sluice_meta {
    uint16_t family;      /*  0 SLUICE_FAMILY_INET4, INET6 or 0                                                   */
    uint16_t port;        /*  2                                                                                   */
    uint32_t scope_id;    /*  4 IPv6                                                                              */
    uint8_t  addr[16];    /*  8 4 or 16 bytes, the rest zero                                                      */
    uint8_t  local[16];   /* 24 HAS_LOCAL: same family as addr                                                    */
    union {
        uint32_t interface; /* 40 HAS_LOCAL (received): index of the interface it came in by                      */
        uint32_t context;   /* 40 SCTP, to be sent: opaque                                                        */
    };
    uint16_t flags;       /* 44 SLUICE_META_*                                                                     */
    uint8_t  tos;         /* 46 HAS_TOS: TOS or traffic class; the low two bits are ECN (RFC 3168)                */
    uint8_t  origin;      /* 47 error: SLUICE_ORIGIN_*                                                            */
    uint16_t segment;     /* 48 received with UDP_GRO: payload holds datagrams of that size, the last one may be
                                smaller; 0: one datagram                                                          */
    union {
        uint16_t stream;  /* 50 SCTP                                                                              */
        uint16_t code;    /* 50 error: SLUICE_E*, positive                                                        */
    };
    union {
        uint32_t ppid;     /* 52 SCTP: payload protocol id, host byte order                                       */
        uint32_t os_errno; /* 52 error                                                                            */
    };
    union {
        uint32_t assoc;    /* 56 SCTP, received                                                                   */
        struct {
            uint8_t icmp_type, icmp_code; /* 56, 57 error, with an ICMP origin                                    */
            uint16_t reserved;
        };
    };
    union {
        uint32_t drops;   /* 60 HAS_DROPS: datagrams this socket has lost so far (wraps)                          */
        uint32_t info;    /* 60 error: MTU, or 0                                                                  */
        uint32_t pr_value; /* 60 SCTP, to be sent: lifetime in ms, or number of retransmissions                   */
    };
} sluice_meta;

#define SLUICE_META_HAS_LOCAL 0x01u
#define SLUICE_META_HAS_TOS   0x02u
#define SLUICE_META_HAS_DROPS 0x04u
#define SLUICE_META_TRUNCATED 0x08u /* the datagram was longer than the payload given here (D1)                    */
#define SLUICE_META_ERROR     0x10u /* an error notification                                                      */
#define SLUICE_META_TO_MANY   0x20u /* received, with HAS_LOCAL: a group or a broadcast address, nobody can send from it.
                                       IPv4 broadcasts of a network: Linux's IPv4 sockets only                     */

/* SCTP */
#define SLUICE_META_UNORDERED    0x0100u
#define SLUICE_META_PARTIAL      0x0200u /* not the last piece of its message                                      */
#define SLUICE_META_NOTIFICATION 0x0400u
#define SLUICE_META_PR_TTL       0x0800u /* to be sent: given up after pr_value ms                                 */
#define SLUICE_META_PR_RTX       0x1000u /* to be sent: given up after pr_value retransmissions                    */

#define SLUICE_ORIGIN_LOCAL 1u /* this host found out                                                             */
#define SLUICE_ORIGIN_ICMP  2u
#define SLUICE_ORIGIN_ICMP6 3u

#define SLUICE_MSG_ROOM     160u /* bytes of a buffer in front of a message's payload: what engines need to work   */
#define SLUICE_NOTES_MAX    64u
#define SLUICE_MSG_MAX      65535u /* bytes of a SEND on a datagram socket; more is EMSGSIZE                       */
#define SLUICE_MSG_MAX_SCTP 16777216u /* of a SEND on an SCTP socket; the send buffer may allow less               */

/* A multicast group: sluice_control(JOIN ...). Linux limits memberships (net.ipv4.igmp_max_memberships: ENOBUFS). 40 bytes. */
typedef struct sluice_group {
    uint16_t family;    /*  0 SLUICE_FAMILY_INET4 or INET6                                                        */
    uint16_t sourced;   /*  2 1: only datagrams of source; 0: of anybody, source must be zero                     */
    uint32_t interface; /*  4 index; 0: the routing table's choice (not for IPv6 with a source on the BSDs)       */
    uint8_t  group[16]; /*  8 4 or 16 bytes, the rest zero                                                        */
    uint8_t  source[16]; /* 24                                                                                    */
} sluice_group;

SLUICE_STATIC_ASSERT(sizeof(sluice_meta) == 64, "meta");
SLUICE_STATIC_ASSERT(sizeof(sluice_group) == 40, "group");

#endif /* SLUICE_DATAGRAM_H */
