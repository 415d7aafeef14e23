#include "kernel_end.h"

#include <errno.h>
#include <netinet/in.h>
#include <linux/sctp.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>

_Noreturn void kernel_die(const char *what, int err) {
    fprintf(stderr, "%s: %s\n", what, strerror(err));
    exit(1);
}

static void set(int fd, int level, int name, const void *value, size_t bytes, const char *what) {
    if (setsockopt(fd, level, name, value, (socklen_t)bytes)) kernel_die(what, errno);
}

int kernel_socket(void) {
    struct linger reset = {.l_onoff = 1, .l_linger = 0};
    int on = 1, fd = socket(AF_INET, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, IPPROTO_SCTP);
    if (fd < 0) kernel_die("socket of SCTP", errno);
    set(fd, SOL_SOCKET, SO_LINGER, &reset, sizeof reset, "SO_LINGER");
    set(fd, IPPROTO_SCTP, SCTP_NODELAY, &on, sizeof on, "SCTP_NODELAY");
    set(fd, IPPROTO_SCTP, SCTP_RECVRCVINFO, &on, sizeof on, "SCTP_RECVRCVINFO");
    return fd;
}

void kernel_in_udp(int fd, int udp_port) {
    struct sctp_udpencaps encapsulation = {.sue_port = htons((uint16_t)udp_port)};
    encapsulation.sue_address.ss_family = AF_INET; /* the wildcard: of all associations of this socket */
    set(fd, IPPROTO_SCTP, SCTP_REMOTE_UDP_ENCAPS_PORT, &encapsulation, sizeof encapsulation, "SCTP_REMOTE_UDP_ENCAPS_PORT");
}

ssize_t kernel_receive(int fd, void *buffer, size_t bytes, struct message_info *info) {
    union { /* aligned as a control message has to be */
        struct cmsghdr header;
        char bytes[CMSG_SPACE(sizeof(struct sctp_rcvinfo))];
    } control;
    struct iovec part = {buffer, bytes};
    struct msghdr m = {.msg_iov = &part, .msg_iovlen = 1, .msg_control = &control, .msg_controllen = sizeof control};
    ssize_t n = recvmsg(fd, &m, 0);
    if (n <= 0) return n;
    if (!(m.msg_flags & MSG_EOR)) {
        errno = EMSGSIZE;
        return -1;
    }
    struct cmsghdr *c = CMSG_FIRSTHDR(&m);
    if (c && c->cmsg_level == IPPROTO_SCTP && c->cmsg_type == SCTP_RCVINFO) {
        struct sctp_rcvinfo told;
        memcpy(&told, CMSG_DATA(c), sizeof told);
        *info = (struct message_info){told.rcv_sid, told.rcv_ppid};
    }
    return n;
}

ssize_t kernel_send(int fd, const void *message, size_t bytes, const struct message_info *info) {
    union {
        struct cmsghdr header;
        char bytes[CMSG_SPACE(sizeof(struct sctp_sndinfo))];
    } control = {.bytes = {0}};
    struct iovec part = {(void *)message, bytes};
    struct msghdr m = {.msg_iov = &part, .msg_iovlen = 1, .msg_control = &control, .msg_controllen = sizeof control};
    struct sctp_sndinfo how = {.snd_sid = info->stream, .snd_ppid = info->ppid};
    control.header = (struct cmsghdr){.cmsg_level = IPPROTO_SCTP, .cmsg_type = SCTP_SNDINFO, .cmsg_len = CMSG_LEN(sizeof how)};
    memcpy(CMSG_DATA(&control.header), &how, sizeof how);
    return sendmsg(fd, &m, MSG_NOSIGNAL);
}
