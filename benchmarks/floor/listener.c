#include "listener.h"

#include <errno.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <signal.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

_Noreturn void floor_die(const char *what, int err) {
    fprintf(stderr, "%s: %s\n", what, strerror(err));
    exit(1);
}

static void raise_descriptor_limit(void) {
    struct rlimit limit;
    if (getrlimit(RLIMIT_NOFILE, &limit) == 0 && limit.rlim_cur < limit.rlim_max) {
        limit.rlim_cur = limit.rlim_max;
        setrlimit(RLIMIT_NOFILE, &limit);
    }
}

static int listen_tcp(long port, int type) {
    int fd = socket(AF_INET, type, 0);
    if (fd < 0) floor_die("socket", errno);
    int one = 1;
    setsockopt(fd, SOL_SOCKET, SO_REUSEADDR, &one, sizeof one);
    setsockopt(fd, IPPROTO_TCP, TCP_NODELAY, &one, sizeof one);
    struct sockaddr_in a = {.sin_family = AF_INET, .sin_port = htons((uint16_t)port)};
    a.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    socklen_t len = sizeof a;
    if (bind(fd, (struct sockaddr *)&a, len) < 0) floor_die("bind to 127.0.0.1 failed", errno);
    if (listen(fd, FLOOR_BACKLOG) < 0) floor_die("listen", errno);
    getsockname(fd, (struct sockaddr *)&a, &len);
    printf("listening on %d", ntohs(a.sin_port));
    return fd;
}

static int listen_unix(const char *path, int type) {
    struct sockaddr_un a = {.sun_family = AF_UNIX};
    if (strlen(path) >= sizeof a.sun_path) {
        fprintf(stderr, "--unix: path has %zu bytes, at most %zu are possible\n", strlen(path), sizeof a.sun_path - 1);
        exit(2);
    }
    strcpy(a.sun_path, path);
    int fd = socket(AF_UNIX, type, 0);
    if (fd < 0) floor_die("socket", errno);
    unlink(path);
    if (bind(fd, (struct sockaddr *)&a, sizeof a) < 0) floor_die("bind to the --unix path failed", errno);
    if (listen(fd, FLOOR_BACKLOG) < 0) floor_die("listen", errno);
    printf("listening on %s", path);
    return fd;
}

int floor_listen(int argc, char **argv, const char *engine, int nonblocking) {
    int type = SOCK_STREAM | SOCK_CLOEXEC | (nonblocking ? SOCK_NONBLOCK : 0);
    signal(SIGPIPE, SIG_IGN);
    raise_descriptor_limit();
    int fd = -1;
    if (argc == 3 && strcmp(argv[1], "--port") == 0) {
        char *end;
        long port = strtol(argv[2], &end, 10);
        if (*end || port < 0 || port > 65535) {
            fprintf(stderr, "--port: \"%s\" is not a number from 0 to 65535\n", argv[2]);
            exit(2);
        }
        fd = listen_tcp(port, type);
    } else if (argc == 3 && strcmp(argv[1], "--unix") == 0) {
        fd = listen_unix(argv[2], type);
    } else {
        fprintf(stderr, "usage: %s --port N | --unix PATH\n", argv[0]);
        exit(2);
    }
    printf(" engine=%s binding=c\n", engine);
    fflush(stdout);
    return fd;
}
