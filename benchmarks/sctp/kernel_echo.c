/*
 * The C floor of the kernel's SCTP: one thread, level-triggered epoll, one message read and sent back for each event. A message
 * is read whole, so that nothing needs to be read again to know that it was all.
 */
#include "kernel_end.h"

#include <errno.h>
#include <netinet/in.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/epoll.h>
#include <sys/socket.h>
#include <unistd.h>

enum { EVENTS = 64 };

static void watch(int epoll_fd, int fd) {
    struct epoll_event e = {.events = EPOLLIN, .data.fd = fd};
    if (epoll_ctl(epoll_fd, EPOLL_CTL_ADD, fd, &e)) kernel_die("epoll_ctl", errno);
}

/*
 * One for each event: where no association waits, the kernel's SCTP lets a caller that does not block sleep until its next tick
 * (sctp_wait_for_accept), which would be milliseconds for everybody.
 */
static void accept_one(int epoll_fd, int listener) {
    int fd = accept4(listener, NULL, NULL, SOCK_NONBLOCK | SOCK_CLOEXEC); /* has the listener's options */
    if (fd >= 0) watch(epoll_fd, fd);
}

static void echo(int fd) {
    static uint8_t message[MAX_MESSAGE_BYTES];
    struct message_info info = {0};
    ssize_t n = kernel_receive(fd, message, sizeof message, &info);
    if (n < 0 && errno == EAGAIN) return;
    if (n <= 0 || kernel_send(fd, message, (size_t)n, &info) < 0) close(fd); /* leaves epoll with that */
}

int main(int argc, char **argv) {
    int port = argc == 3 ? atoi(argv[2]) : 0;
    if (port <= 0) {
        fprintf(stderr, "usage: %s --port N\n", argv[0]);
        return 2;
    }
    int listener = kernel_socket(), epoll_fd = epoll_create1(EPOLL_CLOEXEC);
    struct sockaddr_in a = {.sin_family = AF_INET, .sin_port = htons((uint16_t)port), .sin_addr.s_addr = htonl(INADDR_LOOPBACK)};
    if (bind(listener, (struct sockaddr *)&a, sizeof a) || listen(listener, ACCEPT_BACKLOG)) kernel_die("listen", errno);
    watch(epoll_fd, listener);
    printf("listening on %d engine=epoll binding=c\n", port);
    fflush(stdout);
    for (;;) {
        struct epoll_event events[EVENTS];
        int n = epoll_wait(epoll_fd, events, EVENTS, -1);
        for (int i = 0; i < n; i++) {
            if (events[i].data.fd == listener) accept_one(epoll_fd, listener);
            else echo(events[i].data.fd);
        }
    }
}
