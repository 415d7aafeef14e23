/*
 * os.h: what operating systems do differently, apart from the way an engine waits.
 *
 *   os_linux.c   Linux
 *   os_bsd.c     macOS, FreeBSD, NetBSD, OpenBSD
 *
 * Every function that makes system calls counts them (sl_syscall).
 */
#ifndef SL_OS_H
#define SL_OS_H

#include <errno.h>
#include <sys/socket.h>
#include <sys/types.h>

#include "loop.h"

/*
 * No send may raise SIGPIPE: a JVM ignores it, a plain C process may not, and a library must not change the disposition of signals of its
 * host. macOS knows the flag in its headers only from a later version on; there, SO_NOSIGPIPE is set on every socket.
 */
#if defined(MSG_NOSIGNAL) && !defined(__APPLE__)
#define SL_OS_MSG_NOSIGNAL MSG_NOSIGNAL
#else
#define SL_OS_MSG_NOSIGNAL 0
#endif

/* A hint that saves packets, where there is one. */
#if defined(__linux__)
#define SL_OS_MSG_MORE MSG_MORE
#else
#define SL_OS_MSG_MORE 0
#endif

/* Names of control messages that differ. */
#if defined(__linux__)
#define SL_OS_TOS_TOLD IP_TOS
#define SL_OS_RXQ_OVFL SO_RXQ_OVFL
typedef int SL_OS_IPV4_INTERFACE; /* of in_pktinfo */
#else
#if defined(IP_RECVTOS)
#define SL_OS_TOS_TOLD IP_RECVTOS
#else
#define SL_OS_TOS_TOLD (-1)
#endif
#define SL_OS_RXQ_OVFL (-1)
typedef unsigned SL_OS_IPV4_INTERFACE;
#endif

/* IP_TOS as a control message of a send. */
#if defined(__FreeBSD__)
typedef uint8_t SL_OS_TOS_SENT; /* any other size is EINVAL there (udp_usrreq.c); macOS looks for nothing but an int */
#else
typedef int SL_OS_TOS_SENT;
#endif

/* size_t with glibc; int and socklen_t with musl and on the BSDs. The second is that of cmsghdr.cmsg_len, too. */
typedef __typeof__(((struct msghdr *)0)->msg_iovlen) SL_OS_IOVLEN;
typedef __typeof__(((struct msghdr *)0)->msg_controllen) SL_OS_CONTROLLEN;

/* The send is to be called again at once. macOS answers EPROTOTYPE while a socket is being torn down; the next call tells the truth. */
static inline bool sl_os_send_again(int os_errno)
{
#if defined(__APPLE__)
    if (os_errno == EPROTOTYPE) return true;
#endif
    return os_errno == EINTR;
}

/* Descriptors that a child process does not inherit, non-blocking when the engine wants that, without SIGPIPE. A descriptor, or a
   negative errno. */
int  sl_os_socket(sl_loop *l, int family, int type);
int  sl_os_accept(sl_loop *l, int listener); /* for engines with non-blocking sockets */
void sl_os_adopted(sl_loop *l, int fd);      /* makes a foreign descriptor like that */
int  sl_os_nonblocking(sl_loop *l, int fd, bool on); /* the flags it had, for fcntl(F_SETFL) */

int  sl_os_family(sl_loop *l, int fd); /* AF_*, or a negative errno */
int  sl_os_is_listening(sl_loop *l, int fd); /* of a stream socket: 0 or 1, or a negative errno */
bool sl_os_is_sctp(sl_loop *l, int fd); /* a socket of the kernel's SCTP, of the sort that Sluice makes */
/* A connection that the peer has reset has no peer any more (getpeername(2)), but its end or its error is still to be told; a socket that
   never was connected has neither. */
bool sl_os_was_connected(sl_loop *l, int fd);

/* By SLUICE_OPT_*. name 0: this system has no such option. name6: its name on an IPv6 socket, where the IPv4 name then holds for traffic
   with mapped addresses and is set, too, if the kernel takes it there. Packet info is an exception: the IPv6 one tells of mapped addresses
   as well. */
typedef struct sl_os_option {
    int  level, name;
    bool is_switch;
    int  name6;
} sl_os_option;
extern const sl_os_option sl_os_options[SLUICE_OPT_COUNT];

int  sl_os_tcp_info(sl_loop *l, int fd, sluice_tcp_info *out); /* 0 or -SLUICE_E* */
int  sl_os_unsent(sl_loop *l, int fd, uint64_t *out);          /* 0 or -SLUICE_E* */

/*
 * Several datagrams. *after: errno of the one behind those that were received, when that was taken off the socket; else 0. Sending
 * stops at the first that fails: *failed is its errno. 0: there was none, or it is not known: called again with that one in front
 * this tells an error of its own, but not one that the socket had for it (D4). With exact it is always known, at the price of a
 * system call for each.
 */
#if defined(__linux__)
typedef struct mmsghdr sl_mmsg;
#else
typedef struct sl_mmsg {
    struct msghdr msg_hdr;
    unsigned      msg_len;
} sl_mmsg;
#endif
int  sl_os_receive_messages(sl_loop *l, int fd, sl_mmsg *m, uint32_t n, int *after); /* how many, or -1 with errno */
uint32_t sl_os_send_messages(sl_loop *l, int fd, sl_mmsg *m, uint32_t n, bool exact, int *failed); /* how many */
/* mmsg_loop.c: the same one by one, where no system call does it. */
int  sl_receive_messages_singly(sl_loop *l, int fd, sl_mmsg *m, uint32_t n, int *after);
uint32_t sl_send_messages_singly(sl_loop *l, int fd, sl_mmsg *m, uint32_t n, int *failed);

/* Sends a region of a file on a non-blocking socket. 1 = all of bytes sent, 0 = would block, else a negative errno: EIO when the file ends
   before the region does. *sent counts in every case. */
int  sl_os_send_file(sl_loop *l, int socket, int file, uint64_t position, uint32_t bytes, uint32_t *sent);
/* sendfile_copy.c: the same by reading and sending, where no system call does it. */
int  sl_send_file_copied(sl_loop *l, int socket, int file, uint64_t position, uint32_t bytes, uint32_t *sent);

#endif
