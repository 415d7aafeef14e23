/* engine_faults: what the kqueue engine does with changes that are refused, too many or too late. Over the test double. */
#include <fcntl.h>
#include <sys/ioctl.h>
#include <sys/mman.h>
#include <sys/resource.h>
#include <sys/socket.h>

#include "double.h"
#include "drive_dgram.h"
#include "loop.h"

#define MANY 300 /* more than the engine collects for one wait */

static drive d;

static void refuse(int filter, int os_errno)
{
    kqueue_double.refuse_filter = filter;
    kqueue_double.refuse_errno = os_errno;
}

static void adopt(int fd, uint64_t token) { drive_put(&d, (sluice_sqe){.op = SLUICE_OP_ADOPT, .token = token, .aux32 = (uint32_t)fd}); }

static void unix_pair(int s[2]) { CHECK_SYS(socketpair(AF_UNIX, SOCK_STREAM, 0, s)); }

static void finish(uint64_t handle)
{
    drive_end(&d, handle, 90, 0);
    drive_expect(&d, 90, 0);
}

/* The kernel will not watch the socket: a RECV that waited would wait for ever. */
static void a_refused_read_filter_fails_the_receive(void)
{
    int s[2];
    char text[2];

    unix_pair(s);
    peer_send(s[1], "hi", 2);
    refuse(EVFILT_READ, ENOMEM);
    adopt(s[0], 1);
    uint64_t handle = drive_expect(&d, 1, 0).handle;
    drive_recv(&d, handle, 2, true);
    drive_read(&d, handle, 2, true, text, 2); /* what is there comes first */
    CHECK_EQ(drive_expect(&d, 2, -SLUICE_ENOMEM).detail, ENOMEM);
    refuse(0, 0);
    finish(handle);
    close(s[1]);
}

/* The same for datagrams, whether the RECVMSG was there before the refusal or not. */
static void a_refused_read_filter_fails_the_receive_of_datagrams(bool armed)
{
    refuse(EVFILT_READ, ENOMEM);
    uint64_t handle = dgram_open(&d, drive_inet4(0), NULL, NULL, 0);
    if (!armed) drive_turn(&d, 0);
    dgram_receive(&d, handle, 2, true);
    CHECK_EQ(drive_expect(&d, 2, -SLUICE_ENOMEM).detail, ENOMEM);
    refuse(0, 0);
    finish(handle);
}

static void a_refused_write_filter_fails_each_datagram(void)
{
    const sluice_optval small = {.option = SLUICE_OPT_SO_SNDBUF, .value = 4608};
    static uint8_t bytes[2000];
    uint16_t port;
    int refused = 0;

    if (!own_network() || !slow_loopback("1mbit")) {
        puts("left out: no slow loopback here");
        return;
    }
    int peer = peer_udp(&port);
    uint64_t handle = dgram_open(&d, drive_inet4(0), NULL, &small, 1);
    sluice_meta to = dgram_to(port);
    refuse(EVFILT_WRITE, ENOMEM);
    drive_scratch_reset(&d);
    for (uint64_t i = 0; i < 20; i++) dgram_send(&d, handle, 100 + i, bytes, sizeof bytes, &to);
    for (uint64_t i = 0; i < 20; i++) {
        sluice_cqe c = drive_wait(&d, 100 + i);
        if (c.result == (int32_t)sizeof bytes) continue;
        CHECK_EQ(c.result, -SLUICE_ENOMEM);
        refused++;
    }
    CHECK_GT(refused, 1);
    refuse(0, 0);
    dgram_send(&d, handle, 200, bytes, 1, &to); /* the socket goes on */
    drive_expect(&d, 200, 1);
    finish(handle);
    close(peer);
}

static void a_refused_write_filter_fails_the_send(void)
{
    static char block[8 << 20];
    uint64_t handle;
    int peer;

    drive_pair(&d, &handle, &peer);
    refuse(EVFILT_WRITE, ENOMEM);
    drive_send(&d, handle, 1, block, sizeof block, 0);
    drive_send(&d, handle, 2, block, 1, 0);
    sluice_cqe c = drive_expect(&d, 1, -SLUICE_ENOMEM);
    CHECK_EQ(c.detail, ENOMEM);
    CHECK_GT(c.accepted, 0);
    drive_expect(&d, 2, -SLUICE_ECANCELED);
    refuse(0, 0);
    finish(handle);
    close(peer);
}

/* A kernel that takes no more than INT_MAX bytes in a call: pieces of the queue that are more together go by several. */
static void sends_that_are_more_together_than_a_call_takes(void)
{
    const size_t bytes = 3u << 29;
    uint64_t handle;
    int peer;
    /* Never touched but where the kernel reads it: costs no memory. */
    void *block = mmap(NULL, bytes, PROT_READ, MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE, -1, 0);

    CHECK(block != MAP_FAILED);
    drive_pair(&d, &handle, &peer);
    for (uint64_t token = 1; token <= 2; token++) drive_send(&d, handle, token, block, (uint32_t)bytes, 0);
    drive_turn(&d, 0);
    drive_end(&d, handle, 90, SLUICE_SQE_ABORT);
    for (uint64_t token = 1; token <= 2; token++) drive_expect(&d, token, -SLUICE_ECANCELED);
    drive_expect(&d, 90, 0);
    close(peer);
    munmap(block, bytes);
}

static void a_refused_filter_fails_the_connect(void)
{
    uint16_t port;
    int listener = peer_listen(&port, 4), filters[] = {EVFILT_READ, EVFILT_WRITE};

    for (int i = 0; i < 2; i++) {
        sluice_addr a = drive_inet4(port);
        int before = open_descriptors();
        refuse(filters[i], ENOMEM);
        drive_scratch_reset(&d);
        drive_put(&d, (sluice_sqe){.op = SLUICE_OP_CONNECT, .token = 1, .addr = drive_scratch(&d, &a, sizeof a)});
        drive_expect(&d, 1, -SLUICE_ENOMEM);
        CHECK_EQ(open_descriptors(), before);
        refuse(0, 0);
    }
    close(listener);
}

static void a_refused_listener_says_so_at_once(void)
{
    sluice_addr a = drive_inet4(0);
    int before = open_descriptors();

    refuse(EVFILT_READ, ENOMEM);
    drive_scratch_reset(&d);
    drive_put(&d, (sluice_sqe){.op = SLUICE_OP_LISTEN, .len = 8, .token = 1, .addr = drive_scratch(&d, &a, sizeof a)});
    drive_expect(&d, 1, -SLUICE_ENOMEM);
    refuse(0, 0);
    CHECK_EQ(open_descriptors(), before);
}

static void more_sockets_in_one_turn_than_the_list_of_changes_holds(void)
{
    static int s[MANY][2];
    static uint64_t handle[MANY];
    char byte;

    for (int i = 0; i < MANY; i++) {
        unix_pair(s[i]);
        adopt(s[i][0], 1000 + (uint64_t)i);
    }
    drive_turn(&d, 0);
    for (int i = 0; i < MANY; i++) {
        handle[i] = drive_expect(&d, 1000 + (uint64_t)i, 0).handle;
        drive_recv(&d, handle[i], 2000 + (uint64_t)i, true);
    }
    for (int i = 0; i < MANY; i++) {
        peer_send(s[i][1], "y", 1);
        drive_read(&d, handle[i], 2000 + (uint64_t)i, true, &byte, 1);
    }
    for (int i = 0; i < MANY; i++) {
        finish(handle[i]);
        drive_expect(&d, 2000 + (uint64_t)i, -SLUICE_ECANCELED);
        close(s[i][1]);
    }
}

/* The list is handed over while it is being filled, and one of its changes is refused: that one's handle hears of it, no other does. */
static void one_refused_change_of_a_full_list(void)
{
    static int s[MANY][2];
    static uint64_t handle[MANY];
    const int bad = 100;
    char byte;

    for (int i = 0; i < MANY; i++) {
        unix_pair(s[i]);
        adopt(s[i][0], 1000 + (uint64_t)i);
    }
    kqueue_double.refuse_ident = s[bad][0];
    refuse(EVFILT_READ, ENOMEM);
    drive_turn(&d, 0);
    refuse(0, 0);
    kqueue_double.refuse_ident = 0;
    for (int i = 0; i < MANY; i++) {
        handle[i] = drive_expect(&d, 1000 + (uint64_t)i, 0).handle;
        drive_recv(&d, handle[i], 2000 + (uint64_t)i, true);
    }
    CHECK_EQ(drive_expect(&d, 2000 + bad, -SLUICE_ENOMEM).detail, ENOMEM);
    for (int i = 0; i < MANY; i++) {
        if (i != bad) {
            peer_send(s[i][1], "y", 1);
            drive_read(&d, handle[i], 2000 + (uint64_t)i, true, &byte, 1);
        }
        finish(handle[i]);
        if (i != bad) drive_expect(&d, 2000 + (uint64_t)i, -SLUICE_ECANCELED);
        close(s[i][1]);
    }
}

/* An accepted connection is registered by the wait of the turn after. Here it ends in that turn, and a listener gets its
   descriptor: the change of the old handle, made after the listener's, would take the listener's events away. */
static void a_handle_that_ends_before_its_change_is_handed_over_leaves_none(void)
{
    uint64_t listener = drive_listen(&d, drive_inet4(0), NULL, 0);
    sluice_addr any = drive_inet4(0);

    drive_accept(&d, listener, 1, true);
    drive_turn(&d, 0);
    int peer = peer_connect(drive_port(&d, listener));
    sluice_cqe c = drive_wait(&d, 1);
    unsigned long changes = kqueue_double.changes;
    drive_end(&d, c.handle, 2, 0);
    drive_scratch_reset(&d);
    drive_put(&d, (sluice_sqe){.op = SLUICE_OP_LISTEN, .len = 8, .token = 3, .addr = drive_scratch(&d, &any, sizeof any)});
    drive_expect(&d, 2, 0);
    uint64_t second = drive_expect(&d, 3, 0).handle;
    CHECK_EQ(kqueue_double.changes, changes + 1); /* the listener's */
    drive_accept(&d, second, 4, true);
    int peer2 = peer_connect(drive_port(&d, second));
    c = drive_wait(&d, 4);
    CHECK_EQ(c.result, 0);
    finish(c.handle);
    finish(listener);
    finish(second);
    drive_expect(&d, 1, -SLUICE_ECANCELED);
    drive_expect(&d, 4, -SLUICE_ECANCELED);
    close(peer);
    close(peer2);
}

/* A copy of the descriptor, in a child process for instance, keeps the socket open: no event may come from it. */
static void the_filter_is_deleted_before_the_descriptor_is_closed(void)
{
    int s[2];

    unix_pair(s);
    int copy = CHECK_SYS(dup(s[0]));
    adopt(s[0], 1);
    uint64_t handle = drive_expect(&d, 1, 0).handle;
    drive_recv(&d, handle, 2, true);
    drive_turn(&d, 0);
    drive_turn(&d, 0);
    unsigned long changes = kqueue_double.changes;
    finish(handle);
    drive_expect(&d, 2, -SLUICE_ECANCELED);
    CHECK_EQ(kqueue_double.changes, changes + 1);
    peer_send(s[1], "x", 1);
    drive_quiet(&d);
    close(copy);
    close(s[1]);
}

static void an_echo_registers_nothing(void)
{
    uint64_t handle;
    int peer;
    char text[5];

    drive_pair(&d, &handle, &peer);
    drive_recv(&d, handle, 1, true);
    drive_turn(&d, 0);
    drive_turn(&d, 0);
    unsigned long changes = kqueue_double.changes;
    for (int i = 0; i < 10; i++) {
        peer_send(peer, "hello", 5);
        drive_read(&d, handle, 1, true, text, 5);
        drive_send(&d, handle, 2, text, 5, 0);
        drive_expect(&d, 2, 5);
        peer_read(&d, peer, text, 5);
    }
    CHECK_EQ(kqueue_double.changes, changes);
    finish(handle);
    drive_expect(&d, 1, -SLUICE_ECANCELED);
    close(peer);
}

/* The event of the bell clears itself: a wait that is over once it was told would else never sleep again. */
static void a_bell_that_has_rung_falls_silent(void)
{
    CHECK_EQ(sluice_wake(d.loop), 0);
    CHECK_EQ(sluice_wake(d.loop), 0); /* finds NOTIFIED, and rings */
    drive_turn(&d, 20 * MS); /* takes the wake, and hears the bell */
    uint64_t calls = drive_ctr(&d, SLUICE_CTR_SYSCALLS);
    drive_turn(&d, 20 * MS);
    CHECK_LE(drive_ctr(&d, SLUICE_CTR_SYSCALLS) - calls, 2);
}

/* Where there is no EVFILT_USER. A pipe that fills up would be silent one day. */
static void a_bell_that_is_a_pipe_is_emptied(void)
{
    int unread = -1;

    kqueue_double.no_user = true;
    drive_open(&d, "kqueue", NULL);
    kqueue_double.no_user = false;
    CHECK_GE(d.loop->bell_read, 0);
    for (int i = 0; i < 3; i++) {
        CHECK_EQ(sluice_wake(d.loop), 0);
        CHECK_EQ(sluice_wake(d.loop), 0); /* finds NOTIFIED, and rings */
        drive_turn(&d, 0);
        drive_turn(&d, 0);
        CHECK_SYS(ioctl(d.loop->bell_read, FIONREAD, &unread));
        CHECK_EQ(unread, 0);
        a_bell_that_has_rung_falls_silent();
    }
    drive_close(&d);
}

int main(void)
{
    struct rlimit files;

    CHECK_SYS(getrlimit(RLIMIT_NOFILE, &files));
    if (files.rlim_cur < 4 * MANY) {
        files.rlim_cur = files.rlim_max;
        CHECK_SYS(setrlimit(RLIMIT_NOFILE, &files));
    }
    drive_open(&d, "kqueue", NULL);
    drive_pool(&d, 4096, 512);
    a_refused_read_filter_fails_the_receive();
    a_refused_read_filter_fails_the_receive_of_datagrams(true);
    a_refused_read_filter_fails_the_receive_of_datagrams(false);
    a_refused_write_filter_fails_the_send();
    sends_that_are_more_together_than_a_call_takes();
    a_refused_filter_fails_the_connect();
    a_refused_listener_says_so_at_once();
    more_sockets_in_one_turn_than_the_list_of_changes_holds();
    one_refused_change_of_a_full_list();
    a_handle_that_ends_before_its_change_is_handed_over_leaves_none();
    the_filter_is_deleted_before_the_descriptor_is_closed();
    an_echo_registers_nothing();
    a_bell_that_has_rung_falls_silent();
    a_refused_write_filter_fails_each_datagram(); /* in a network of its own, from here on */
    drive_close(&d);
    a_bell_that_is_a_pipe_is_emptied();
    return 0;
}
