#include "udp_socket.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

_Noreturn void udp_floor_die(const char *what, int err) {
    fprintf(stderr, "%s: %s\n", what, strerror(err));
    exit(1);
}

int udp_floor_open(int argc, char **argv, const char *engine, bool *gro) {
    long port = -1;
    *gro = false;
    for (int i = 1; i + 1 < argc; i += 2) {
        char *end = "";
        if (!strcmp(argv[i], "--gro")) *gro = !strcmp(argv[i + 1], "1");
        else if (!strcmp(argv[i], "--port")) port = strtol(argv[i + 1], &end, 10);
        else port = -1;
        if (*end) port = -1;
    }
    if (argc % 2 == 0 || port < 0 || port > 65535) {
        fprintf(stderr, "usage: %s [--gro 1] --port 0..65535\n", argv[0]);
        exit(2);
    }
    int fd = socket(AF_INET, SOCK_DGRAM | SOCK_CLOEXEC, 0), room = UDP_SOCKET_BYTES, on = 1;
    if (fd < 0) udp_floor_die("socket", errno);
    if (setsockopt(fd, SOL_SOCKET, SO_RCVBUF, &room, sizeof room)) udp_floor_die("SO_RCVBUF", errno);
    if (*gro && setsockopt(fd, IPPROTO_UDP, UDP_GRO, &on, sizeof on)) udp_floor_die("UDP_GRO", errno);
    struct sockaddr_in a = {.sin_family = AF_INET, .sin_port = htons((uint16_t)port)};
    a.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    socklen_t bytes = sizeof a;
    if (bind(fd, (struct sockaddr *)&a, bytes)) udp_floor_die("bind to 127.0.0.1 failed", errno);
    getsockname(fd, (struct sockaddr *)&a, &bytes);
    printf("listening on %d engine=%s binding=c\n", ntohs(a.sin_port), engine);
    fflush(stdout);
    return fd;
}

uint16_t udp_segment_received(const struct msghdr *h) {
    for (struct cmsghdr *c = CMSG_FIRSTHDR(h); c; c = CMSG_NXTHDR((struct msghdr *)h, c)) {
        int segment;
        if (c->cmsg_level != IPPROTO_UDP || c->cmsg_type != UDP_GRO) continue;
        memcpy(&segment, CMSG_DATA(c), sizeof segment);
        return (uint16_t)segment;
    }
    return 0;
}

uint32_t udp_segment_to_send(void *control, uint16_t segment) {
    struct cmsghdr *c = control;
    *c = (struct cmsghdr){.cmsg_len = CMSG_LEN(sizeof segment), .cmsg_level = IPPROTO_UDP, .cmsg_type = UDP_SEGMENT};
    memcpy(CMSG_DATA(c), &segment, sizeof segment);
    return CMSG_SPACE(sizeof segment);
}
