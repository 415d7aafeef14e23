/*
 * The C floor of UDP for epoll: one thread, one socket, edge-triggered; what one recvmmsg brought goes back with one sendmmsg,
 * from where it lies and with the same headers. With --gro 1 trains go back as trains.
 *
 * Fewer datagrams than asked for means that the socket is drained; one that comes later raises a new edge.
 */
#include "udp_socket.h"

#include <errno.h>
#include <stddef.h>
#include <sys/epoll.h>

enum { BATCH = 64 };

static int fd;
static bool gro;
static uint32_t room;
static struct mmsghdr messages[BATCH];
static struct iovec parts[BATCH];
static struct sockaddr_in names[BATCH];
static uint8_t bytes[BATCH][UDP_TRAIN_BYTES];
static _Alignas(struct cmsghdr) uint8_t control[BATCH][UDP_CONTROL_BYTES];

static void prepare(int count) {
    for (int i = 0; i < count; i++) {
        struct msghdr *h = &messages[i].msg_hdr;
        parts[i] = (struct iovec){bytes[i], room};
        h->msg_iov = &parts[i];
        h->msg_iovlen = 1;
        h->msg_name = &names[i];
        h->msg_namelen = sizeof names[i];
        h->msg_control = gro ? control[i] : NULL;
        h->msg_controllen = gro ? UDP_CONTROL_BYTES : 0;
    }
}

static void send_back(int count) {
    for (int i = 0; i < count; i++) {
        struct msghdr *h = &messages[i].msg_hdr;
        parts[i].iov_len = messages[i].msg_len;
        uint16_t segment = gro ? udp_segment_received(h) : 0;
        h->msg_controllen = segment ? udp_segment_to_send(control[i], segment) : 0;
    }
    for (int sent = 0; sent < count;) {
        int n = sendmmsg(fd, messages + sent, (unsigned)(count - sent), 0);
        if (n < 0 && errno != EINTR) sent++; /* that one is lost; the generator counts it */
        if (n > 0) sent += n;
    }
}

int main(int argc, char **argv) {
    fd = udp_floor_open(argc, argv, "epoll", &gro);
    room = gro ? UDP_TRAIN_BYTES : UDP_DATAGRAM_BYTES;
    int epoll_fd = epoll_create1(EPOLL_CLOEXEC);
    struct epoll_event e = {.events = EPOLLIN | EPOLLET};
    if (epoll_fd < 0 || epoll_ctl(epoll_fd, EPOLL_CTL_ADD, fd, &e)) udp_floor_die("epoll", errno);
    prepare(BATCH);
    for (;;) {
        if (epoll_wait(epoll_fd, &e, 1, -1) < 0 && errno != EINTR) udp_floor_die("epoll_wait", errno);
        for (int n = BATCH; n == BATCH;) {
            n = recvmmsg(fd, messages, BATCH, MSG_DONTWAIT, NULL);
            if (n <= 0) break;
            send_back(n);
            prepare(n);
        }
    }
}
