/*
 * dgram_error_behind: an error that comes while a batch of datagrams is being taken is told, once, behind the datagrams that came
 * before it: reading it takes it off the socket, so who does not keep it has lost it. The test stands between the engine and the
 * system's receive calls; io_uring makes none.
 */
#if !defined(_GNU_SOURCE)
#define _GNU_SOURCE
#endif
#include <arpa/inet.h>
#include <dlfcn.h>
#include <netinet/in.h>
#include <sys/socket.h>

#include "drive_dgram.h"
#include "os.h"

#define RECEIVE   100
#define SCRIPT    4

typedef ssize_t (*receive_call)(int fd, struct msghdr *m, int flags);

static drive d;

/* ---- instead of the system's calls ---- */

/* A socket that is to get an error right behind the next datagram; -1: none. */
static int trap = -1;
/* Answers of recvmsg, while there are any: bytes, or an errno below 0. */
static struct { int next, count; int answers[SCRIPT]; } script;

/* What was sent to a port that nobody listens on comes back as an error of the connected socket. */
static void spring(void)
{
    CHECK_EQ(send(trap, "x", 1, 0), 1);
    dgram_await_error(trap);
    trap = -1;
}

ssize_t recvmsg(int fd, struct msghdr *m, int flags)
{
    if (script.next < script.count) {
        int answer = script.answers[script.next++];
        errno = answer < 0 ? -answer : 0;
        return answer < 0 ? -1 : answer;
    }
    receive_call real;
    void *symbol = dlsym(RTLD_NEXT, "recvmsg");
    memcpy(&real, &symbol, sizeof real);
    ssize_t n = real(fd, m, flags);
    if (n >= 0 && fd == trap) spring();
    return n;
}

#if defined(__linux__)
/* One at a time is a kernel's right; what comes behind the first is then certain. */
int recvmmsg(int fd, struct mmsghdr *m, unsigned n, int flags, struct timespec *timeout)
{
    (void)n;
    (void)timeout;
    ssize_t bytes = recvmsg(fd, &m->msg_hdr, flags);
    if (bytes < 0) return -1;
    m->msg_len = (unsigned)bytes;
    return 1;
}
#endif

/* ---- the loop that takes them one by one, where no system call takes several ---- */

static int take(const int *answers, int count, int *after)
{
    sl_mmsg m[SCRIPT];

    memset(m, 0, sizeof m);
    memcpy(script.answers, answers, (size_t)count * sizeof *answers);
    script.next = 0;
    script.count = count;
    int got = sl_receive_messages_singly(d.loop, -1, m, SCRIPT, after);
    script.count = 0;
    for (int i = 0; i < got; i++) CHECK_EQ(m[i].msg_len, answers[i]);
    return got;
}

static void what_stops_a_batch_is_kept_unless_it_says_nothing(void)
{
    int after;

    CHECK_EQ(take((int[]){3, 0, -ECONNREFUSED}, 3, &after), 2);
    CHECK_EQ(after, ECONNREFUSED);
    CHECK_EQ(take((int[]){3, -EAGAIN}, 2, &after), 1);
    CHECK_EQ(after, 0);
    CHECK_EQ(take((int[]){3, -EINTR}, 2, &after), 1);
    CHECK_EQ(after, 0);
    CHECK_EQ(take((int[]){1, 2, 3, 4}, 4, &after), 4);
    CHECK_EQ(after, 0);
    CHECK_EQ(take((int[]){-ECONNREFUSED}, 1, &after), -1);
    CHECK_EQ(errno, ECONNREFUSED);
    CHECK_EQ(after, 0);
}

/* ---- the engine ---- */

static void an_error_behind_a_datagram_is_told_once(void)
{
    uint16_t port;
    int peer = peer_udp(&port);
    sluice_addr to = drive_inet4(port);
    uint64_t s = dgram_open(&d, drive_inet4(0), &to, NULL, 0);
    sluice_cqe c;

    trap = dgram_descriptor(drive_port(&d, s));
    peer_udp_to(peer, drive_port(&d, s), "first", 5);
    close(peer);
    dgram_receive(&d, s, RECEIVE, true);
    dgram_expect(&d, RECEIVE, "first", 5);
    c = dgram_note(&d, RECEIVE);
    CHECK_EQ(c.result, -SLUICE_ECONNREFUSED);
    CHECK_EQ(c.detail, ECONNREFUSED);
    drive_quiet_of(&d, s);
    CHECK_EQ(trap, -1);
    drive_end(&d, s, 1, 0);
    drive_expect(&d, 1, 0);
    CHECK(drive_try(&d, RECEIVE, &c));
    CHECK(!(c.flags & SLUICE_CQE_MORE));
}

int main(int argc, char **argv)
{
    CHECK_EQ(argc, 2);
    drive_open(&d, argv[1], NULL);
    drive_pool(&d, 2048, 16);
    what_stops_a_batch_is_kept_unless_it_says_nothing();
    an_error_behind_a_datagram_is_told_once();
    drive_close(&d);
    return 0;
}
