#include "usrsctp_end.h"

#include "clock.h"

#include <errno.h>
#include <netinet/in.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>

enum {
    SOCKET_BUFFER_BYTES = 1 << 20,
    STREAMS = 16,
    PATH_MTU_BYTES = 1200,
    CAUSE_USER_INITIATED = 12,
    ABORT_CAUSE_AT = 4,  /* behind the header of the ABORT chunk */
    ABORT_REASON_AT = 8, /* behind the header of its cause */
};

_Noreturn void sctp_die(const char *what, int err) {
    fprintf(stderr, "%s: %s\n", what, strerror(err));
    exit(1);
}

void sctp_start(output_fn output) {
    usrsctp_init_nothreads(0, output, NULL);
    usrsctp_sysctl_set_sctp_ecn_enable(0);
    usrsctp_sysctl_set_sctp_auto_asconf(0);
    usrsctp_sysctl_set_sctp_asconf_enable(0);
    usrsctp_sysctl_set_sctp_auth_enable(0);
    usrsctp_sysctl_set_sctp_nrsack_enable(0);
    usrsctp_sysctl_set_sctp_pktdrop_enable(0);
    usrsctp_sysctl_set_sctp_no_csum_on_loopback(0);
    usrsctp_sysctl_set_sctp_path_pf_threshold(0);
}

int sctp_udp_socket(int port, int peer_port, bool shared) {
    int fd = socket(AF_INET, SOCK_DGRAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0), size = UDP_SOCKET_BYTES, on = 1;
    if (fd < 0) sctp_die("socket", errno);
    if (shared && setsockopt(fd, SOL_SOCKET, SO_REUSEPORT, &on, sizeof on)) sctp_die("SO_REUSEPORT", errno);
    setsockopt(fd, SOL_SOCKET, SO_RCVBUF, &size, sizeof size);
    setsockopt(fd, SOL_SOCKET, SO_SNDBUF, &size, sizeof size);
    struct sockaddr_in a = {.sin_family = AF_INET, .sin_port = htons((uint16_t)port)};
    a.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    if (bind(fd, (struct sockaddr *)&a, sizeof a) < 0) sctp_die("bind to 127.0.0.1 failed", errno);
    a.sin_port = htons((uint16_t)peer_port);
    if (peer_port && connect(fd, (struct sockaddr *)&a, sizeof a) < 0) sctp_die("connect", errno);
    return fd;
}

static void set(struct socket *so, int level, int name, const void *value, size_t bytes, const char *what) {
    if (usrsctp_setsockopt(so, level, name, value, (socklen_t)bytes)) sctp_die(what, errno);
}

void sctp_socket_options(struct socket *so) {
    struct linger reset = {.l_onoff = 1, .l_linger = 0};
    int on = 1, size = SOCKET_BUFFER_BYTES;
    if (usrsctp_set_non_blocking(so, 1)) sctp_die("set_non_blocking", errno);
    set(so, SOL_SOCKET, SO_LINGER, &reset, sizeof reset, "SO_LINGER");
    set(so, SOL_SOCKET, SO_RCVBUF, &size, sizeof size, "SO_RCVBUF");
    set(so, SOL_SOCKET, SO_SNDBUF, &size, sizeof size, "SO_SNDBUF");
    set(so, IPPROTO_SCTP, SCTP_NODELAY, &on, sizeof on, "SCTP_NODELAY");
    set(so, IPPROTO_SCTP, SCTP_RECVRCVINFO, &on, sizeof on, "SCTP_RECVRCVINFO");
}

struct socket *sctp_socket(void) {
    static const uint16_t events[] = {SCTP_ASSOC_CHANGE, SCTP_PEER_ADDR_CHANGE, SCTP_SHUTDOWN_EVENT, SCTP_SEND_FAILED_EVENT};
    struct socket *so = usrsctp_socket(AF_CONN, SOCK_STREAM, IPPROTO_SCTP, NULL, NULL, 0, NULL);
    if (!so) sctp_die("usrsctp_socket", errno);
    sctp_socket_options(so);
    struct sctp_rtoinfo rto = {.srto_initial = 500, .srto_max = 500, .srto_min = 250};
    struct sctp_assocparams assoc = {.sasoc_asocmaxrxt = 4};
    struct sctp_paddrparams path = {.spp_hbinterval = 1000, .spp_pathmtu = PATH_MTU_BYTES,
                                    .spp_flags = SPP_HB_ENABLE | SPP_PMTUD_DISABLE, .spp_pathmaxrxt = 4};
    struct sctp_initmsg init = {.sinit_num_ostreams = STREAMS, .sinit_max_instreams = STREAMS, .sinit_max_attempts = 5,
                                .sinit_max_init_timeo = 1000};
    set(so, IPPROTO_SCTP, SCTP_RTOINFO, &rto, sizeof rto, "SCTP_RTOINFO");
    set(so, IPPROTO_SCTP, SCTP_ASSOCINFO, &assoc, sizeof assoc, "SCTP_ASSOCINFO");
    set(so, IPPROTO_SCTP, SCTP_PEER_ADDR_PARAMS, &path, sizeof path, "SCTP_PEER_ADDR_PARAMS");
    set(so, IPPROTO_SCTP, SCTP_INITMSG, &init, sizeof init, "SCTP_INITMSG");
    for (size_t i = 0; i < sizeof events / sizeof events[0]; i++) {
        struct sctp_event e = {.se_assoc_id = SCTP_FUTURE_ASSOC, .se_type = events[i], .se_on = 1};
        set(so, IPPROTO_SCTP, SCTP_EVENT, &e, sizeof e, "SCTP_EVENT");
    }
    return so;
}

struct sockaddr_conn sctp_address(void *address, uint16_t port) {
    struct sockaddr_conn a = {.sconn_family = AF_CONN, .sconn_port = htons(port), .sconn_addr = address};
    return a;
}

void sctp_tick(uint64_t now) {
    static uint64_t last;
    if (!last) last = now;
    uint64_t elapsed_ms = (now - last) / 1000000;
    if (elapsed_ms < TICK_MS) return;
    usrsctp_handle_timers((uint32_t)elapsed_ms);
    last += elapsed_ms * 1000000;
}

void sctp_abort_with_time(struct socket *so) {
    char reason[REASON_BYTES];
    struct sctp_sndinfo how = {.snd_flags = SCTP_ABORT};
    int n = snprintf(reason, sizeof reason, "%llu", (unsigned long long)now_ns());
    usrsctp_sendv(so, reason, (size_t)n, NULL, 0, &how, sizeof how, SCTP_SENDV_SNDINFO, 0);
    usrsctp_close(so);
}

uint64_t sctp_time_of_abort(const struct sctp_assoc_change *change, size_t bytes) {
    size_t info = offsetof(struct sctp_assoc_change, sac_info);
    const uint8_t *chunk = change->sac_info;
    if (bytes < info + ABORT_REASON_AT) return 0;
    size_t cause = (size_t)chunk[ABORT_CAUSE_AT] << 8 | chunk[ABORT_CAUSE_AT + 1];
    size_t length = (size_t)chunk[ABORT_CAUSE_AT + 2] << 8 | chunk[ABORT_CAUSE_AT + 3];
    char text[REASON_BYTES] = {0};
    if (cause != CAUSE_USER_INITIATED || length < 4 || length - 4 >= sizeof text) return 0;
    if (info + ABORT_REASON_AT + length - 4 > bytes) return 0;
    memcpy(text, chunk + ABORT_REASON_AT, length - 4);
    return strtoull(text, NULL, 10);
}
