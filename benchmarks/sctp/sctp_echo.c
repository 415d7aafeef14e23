/*
 * The C floor of SCTP over UDP: one thread, epoll, packets in and out in batches, usrsctp driven directly. usrsctp's callbacks
 * only note which association has something; it is read when all packets of the batch are in. A peer is known by its UDP port.
 *
 * With --loops N there are N processes on one port (SO_REUSEPORT), because usrsctp keeps its state in globals: the kernel keeps the
 * datagrams of one peer together. Only the first one answers questions.
 *
 * Answers the runner's questions on standard input with a number: closes, close_p50, close_p99, close_max (how long it took from
 * a peer's abort, whose reason is the time of the call, until it was seen here, in nanoseconds); forget begins anew.
 */
#include "usrsctp_end.h"

#include "clock.h"
#include "histogram.h"

#include <errno.h>
#include <netinet/in.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <signal.h>
#include <sys/epoll.h>
#include <sys/prctl.h>
#include <sys/socket.h>
#include <unistd.h>

enum { MAX_LOOPS = 8, BATCH = 64, PORTS = 65536, BACKLOG = 4096 };

struct association {
    struct socket *so;
    struct association *next;
    bool listed;
};

static struct path { bool known; } paths[PORTS]; /* the address of one is the peer's name for usrsctp */
static int udp, associations;
static struct association *ready;
static bool accepts;
static histogram latency;

static struct mmsghdr in[BATCH], out[BATCH];
static struct iovec in_parts[BATCH], out_parts[BATCH];
static struct sockaddr_in from[BATCH], to[BATCH];
static uint8_t in_bytes[BATCH][PACKET_BYTES], out_bytes[BATCH][PACKET_BYTES];
static unsigned queued;

static void flush(void) {
    for (unsigned sent = 0; sent < queued;) {
        int n = sendmmsg(udp, out + sent, queued - sent, 0);
        if (n < 0 && errno != EINTR) break; /* what the network loses, SCTP sends again */
        if (n > 0) sent += (unsigned)n;
    }
    queued = 0;
}

static int output(void *address, void *packet, size_t bytes, uint8_t tos, uint8_t df) {
    (void)tos, (void)df;
    if (bytes > PACKET_BYTES) return EMSGSIZE;
    if (queued == BATCH) flush();
    to[queued].sin_port = htons((uint16_t)((struct path *)address - paths));
    memcpy(out_bytes[queued], packet, bytes);
    out_parts[queued++].iov_len = bytes;
    return 0;
}

static void prepare_batches(void) {
    for (int i = 0; i < BATCH; i++) {
        in_parts[i] = (struct iovec){in_bytes[i], PACKET_BYTES};
        out_parts[i] = (struct iovec){out_bytes[i], 0};
        in[i].msg_hdr = (struct msghdr){.msg_name = &from[i], .msg_namelen = sizeof from[i], .msg_iov = &in_parts[i], .msg_iovlen = 1};
        out[i].msg_hdr = (struct msghdr){.msg_name = &to[i], .msg_namelen = sizeof to[i], .msg_iov = &out_parts[i], .msg_iovlen = 1};
        to[i] = (struct sockaddr_in){.sin_family = AF_INET, .sin_addr.s_addr = htonl(INADDR_LOOPBACK)};
    }
}

static void noted(struct socket *so, void *arg, int flags) {
    (void)so, (void)flags;
    struct association *a = arg;
    if (!a) {
        accepts = true;
    } else if (!a->listed) {
        a->listed = true;
        a->next = ready;
        ready = a;
    }
}

static void accept_all(struct socket *listener) {
    accepts = false;
    for (struct socket *so; (so = usrsctp_accept(listener, NULL, NULL));) {
        struct association *a = calloc(1, sizeof *a);
        if (!a) sctp_die("association", ENOMEM);
        a->so = so;
        associations++;
        sctp_socket_options(so);
        usrsctp_set_upcall(so, noted, a);
        noted(so, a, 0); /* what came before the upcall was set */
    }
}

/* True when the association is over. */
static bool notified(const union sctp_notification *n, size_t bytes) {
    if (n->sn_header.sn_type != SCTP_ASSOC_CHANGE) return false;
    uint16_t state = n->sn_assoc_change.sac_state;
    if (state != SCTP_COMM_LOST && state != SCTP_SHUTDOWN_COMP) return false;
    uint64_t at = sctp_time_of_abort(&n->sn_assoc_change, bytes);
    if (at) histogram_record(&latency, now_ns() - at);
    return true;
}

/* Echoes all there is; frees the association at its end. */
static void serve(struct association *a) {
    static uint8_t message[MAX_MESSAGE_BYTES];
    a->listed = false;
    for (;;) {
        struct sctp_rcvinfo info;
        socklen_t info_bytes = sizeof info, from_bytes = 0;
        unsigned type;
        int flags = 0;
        ssize_t n = usrsctp_recvv(a->so, message, sizeof message, NULL, &from_bytes, &info, &info_bytes, &type, &flags);
        if (n < 0 && errno == EAGAIN) return;
        if (n <= 0 || (flags & MSG_NOTIFICATION && notified((union sctp_notification *)message, (size_t)n))) break;
        if (flags & MSG_NOTIFICATION) continue;
        struct sctp_sndinfo how = {.snd_sid = info.rcv_sid, .snd_ppid = info.rcv_ppid};
        if (usrsctp_sendv(a->so, message, (size_t)n, NULL, 0, &how, sizeof how, SCTP_SENDV_SNDINFO, 0) < 0) break;
    }
    usrsctp_set_upcall(a->so, NULL, NULL);
    usrsctp_close(a->so);
    associations--;
    free(a);
}

static void take_packets(void) {
    int n = recvmmsg(udp, in, BATCH, 0, NULL);
    for (int i = 0; i < n; i++) {
        struct path *p = &paths[ntohs(from[i].sin_port)];
        if (!p->known) usrsctp_register_address(p);
        p->known = true;
        usrsctp_conninput(p, in_bytes[i], in[i].msg_len, 0);
    }
}

/* False at the end of input. */
static bool answer(void) {
    char question[64];
    if (!fgets(question, sizeof question, stdin)) return false;
    question[strcspn(question, "\n")] = 0;
    uint64_t value = 0;
    if (!strcmp(question, "closes")) value = latency.count;
    else if (!strcmp(question, "close_p50")) value = histogram_percentile(&latency, 0.5);
    else if (!strcmp(question, "close_p99")) value = histogram_percentile(&latency, 0.99);
    else if (!strcmp(question, "close_max")) value = latency.max_ns;
    else if (!strcmp(question, "forget")) memset(&latency, 0, sizeof latency);
    else sctp_die(question, EINVAL);
    printf("%llu\n", (unsigned long long)value);
    fflush(stdout);
    return true;
}

static int port_of(int fd) {
    struct sockaddr_in own;
    socklen_t bytes = sizeof own;
    getsockname(fd, (struct sockaddr *)&own, &bytes);
    return ntohs(own.sin_port);
}

/* Opens the socket; in the processes beside the first one, too. False: this is one of them. */
static bool open_loops(int port, int loops) {
    int bound[2];
    char one = 1;
    if (pipe(bound)) sctp_die("pipe", errno);
    udp = sctp_udp_socket(port, 0, loops > 1);
    port = port_of(udp);
    for (int i = 1; i < loops; i++) {
        pid_t child = fork();
        if (child < 0) sctp_die("fork", errno);
        if (child) {
            if (read(bound[0], &one, 1) != 1) sctp_die("a process beside the first one", EPIPE);
            continue; /* one after the other: a socket that joins late would take over peers of the others */
        }
        prctl(PR_SET_PDEATHSIG, SIGKILL);
        close(udp);
        udp = sctp_udp_socket(port, 0, true);
        if (write(bound[1], &one, 1) != 1) sctp_die("pipe", errno);
        return false;
    }
    return true;
}

int main(int argc, char **argv) {
    int port = -1, loops = 1;
    for (int i = 1; i + 1 < argc; i += 2) {
        if (!strcmp(argv[i], "--port")) port = atoi(argv[i + 1]);
        else if (!strcmp(argv[i], "--loops")) loops = atoi(argv[i + 1]);
    }
    if (argc % 2 == 0 || port < 0 || loops < 1 || loops > MAX_LOOPS) {
        fprintf(stderr, "usage: %s [--loops 1..%d] --port N\n", argv[0], MAX_LOOPS);
        return 2;
    }
    bool first = open_loops(port, loops);
    prepare_batches();
    sctp_start(output);
    struct socket *listener = sctp_socket();
    struct sockaddr_conn any = sctp_address(NULL, SCTP_PORT);
    if (usrsctp_bind(listener, (struct sockaddr *)&any, sizeof any) || usrsctp_listen(listener, BACKLOG)) sctp_die("listen", errno);
    usrsctp_set_upcall(listener, noted, NULL);

    int epoll_fd = epoll_create1(EPOLL_CLOEXEC);
    struct epoll_event e = {.events = EPOLLIN, .data.fd = udp}, questions = {.events = EPOLLIN, .data.fd = STDIN_FILENO}, events[2];
    epoll_ctl(epoll_fd, EPOLL_CTL_ADD, udp, &e);
    if (first) {
        epoll_ctl(epoll_fd, EPOLL_CTL_ADD, STDIN_FILENO, &questions);
        printf("listening on %d engine=epoll binding=c\n", port_of(udp));
        fflush(stdout);
    }

    for (;;) {
        int n = epoll_wait(epoll_fd, events, 2, associations ? TICK_MS : -1);
        for (int i = 0; i < n; i++) {
            if (events[i].data.fd == udp) take_packets();
            else if (!answer()) return 0;
        }
        sctp_tick(now_ns());
        if (accepts) accept_all(listener);
        while (ready) {
            struct association *a = ready;
            ready = a->next;
            serve(a);
        }
        flush();
    }
}
