/* Unix sockets: paths, abstract names, a full backlog, descriptors sent by a peer. */
#include <poll.h>
#include <stdio.h>
#include <sys/socket.h>
#include <sys/un.h>

#include "drive.h"

static drive d;

static uint64_t connect_to(sluice_addr a, int32_t result)
{
    drive_scratch_reset(&d);
    drive_put(&d, (sluice_sqe){.op = SLUICE_OP_CONNECT, .token = 50, .addr = drive_scratch(&d, &a, sizeof a)});
    return drive_expect(&d, 50, result).handle;
}

static void talk(sluice_addr a)
{
    uint64_t listener = drive_listen(&d, a, NULL, 0);
    sluice_addr back;
    uint32_t len = sizeof back;
    char text[6];

    CHECK_EQ(sluice_query(d.loop, listener, SLUICE_QUERY_LOCAL_ADDR, &back, &len), 0);
    CHECK_MEM_EQ(&back, &a, sizeof a);
    drive_accept(&d, listener, 1, true);
    uint64_t client = connect_to(a, 0);
    sluice_cqe c = drive_wait(&d, 1);
    CHECK_EQ(c.result, 0);
    drive_send(&d, client, 2, "hello!", 6, 0);
    drive_expect(&d, 2, 6);
    drive_recv(&d, c.handle, 3, true);
    drive_read(&d, c.handle, 3, true, text, 6);
    CHECK_MEM_EQ(text, "hello!", 6);
    CHECK_EQ(sluice_query(d.loop, c.handle, SLUICE_QUERY_PEER_ADDR, &back, &len), 0);
    CHECK_EQ(back.family, SLUICE_FAMILY_UNIX);
    CHECK_EQ(back.path_len, 0); /* unnamed */
    sluice_tcp_info info;
    uint32_t info_len = sizeof info;
    CHECK_EQ(sluice_query(d.loop, c.handle, SLUICE_QUERY_TCP_INFO, &info, &info_len), -SLUICE_ENOTSUP);
    drive_end(&d, client, 4, SLUICE_SQE_ABORT); /* there is no reset: an ordinary end */
    drive_expect(&d, 4, 0);
    CHECK_EQ(drive_expect(&d, 3, 0).flags, SLUICE_CQE_EOF);
    drive_end(&d, c.handle, 5, 0);
    drive_end(&d, listener, 6, 0);
    drive_expect(&d, 5, 0);
    drive_expect(&d, 6, 0);
    drive_expect(&d, 1, -SLUICE_ECANCELED);
}

static void errors(const char *path)
{
    sluice_addr a = drive_unix(path, (uint32_t)strlen(path)), nodir = drive_unix("/nonexistent/s", 14);

    connect_to(a, -SLUICE_ENOENT);
    uint64_t listener = drive_listen(&d, a, NULL, 0);
    drive_scratch_reset(&d);
    drive_put(&d, (sluice_sqe){.op = SLUICE_OP_LISTEN, .token = 1, .addr = drive_scratch(&d, &a, sizeof a)});
    drive_expect(&d, 1, -SLUICE_EADDRINUSE);
    drive_put(&d, (sluice_sqe){.op = SLUICE_OP_LISTEN, .token = 1, .addr = drive_scratch(&d, &nodir, sizeof a)});
    drive_expect(&d, 1, -SLUICE_ENOENT);
    drive_end(&d, listener, 2, 0);
    drive_expect(&d, 2, 0);
    connect_to(a, -SLUICE_ECONNREFUSED); /* the file is still there, nobody listens */
    unlink(path);
}

/* connect(2): EAGAIN. It must be told apart from a refusal, must not spin, and must leave nothing behind. An engine whose
   kernel can wait for room may also just succeed later. */
static void a_full_backlog_is_busy(sluice_addr a)
{
    uint64_t handles[8];
    sluice_cqe c;
    int busy = 0, connected = 0;

    drive_scratch_reset(&d);
    drive_put(&d, (sluice_sqe){.op = SLUICE_OP_LISTEN, .token = 1, .len = 1, .addr = drive_scratch(&d, &a, sizeof a)});
    uint64_t listener = drive_expect(&d, 1, 0).handle;
    int before = open_descriptors();
    for (uint64_t i = 0; i < 8; i++) {
        drive_scratch_reset(&d);
        drive_put(&d, (sluice_sqe){.op = SLUICE_OP_CONNECT, .token = 100 + i, .addr = drive_scratch(&d, &a, sizeof a)});
        drive_turn(&d, 0);
    }
    drive_accept(&d, listener, 2, true);
    for (uint64_t i = 0; i < 8; i++) {
        c = drive_wait(&d, 100 + i);
        if (c.result == 0) handles[connected++] = c.handle;
        else {
            CHECK_EQ(c.result, -SLUICE_EBUSY);
            CHECK_EQ(c.detail, EAGAIN);
            busy++;
        }
    }
    CHECK_GT(connected, 1);
    if (d.engine == SLUICE_ENGINE_EPOLL) CHECK_GT(busy, 0);
    for (int i = 0; i < connected; i++) {
        drive_end(&d, handles[i], 3, 0);
        drive_expect(&d, 3, 0);
        c = drive_wait(&d, 2);
        drive_end(&d, c.handle, 3, 0);
        drive_expect(&d, 3, 0);
    }
    CHECK_EQ(open_descriptors(), before);
    drive_end(&d, listener, 4, 0);
    drive_expect(&d, 4, 0);
    drive_expect(&d, 2, -SLUICE_ECANCELED);
}

/* A read ends at a message that carries descriptors, although more data waits behind it. */
static void descriptors_from_the_peer_do_not_stall(void)
{
    uint64_t handle;
    int peer, before;
    char text[9];
    union { struct cmsghdr h; char room[CMSG_SPACE(sizeof(int))]; } control = {0};
    char words[] = "fds";
    struct iovec iov = {words, 3};
    struct msghdr m = {.msg_iov = &iov, .msg_iovlen = 1, .msg_control = &control, .msg_controllen = sizeof control};

    drive_pair_unix(&d, &handle, &peer);
    before = open_descriptors();
    struct cmsghdr *h = CMSG_FIRSTHDR(&m);
    h->cmsg_level = SOL_SOCKET;
    h->cmsg_type = SCM_RIGHTS;
    h->cmsg_len = CMSG_LEN(sizeof(int));
    memcpy(CMSG_DATA(h), &peer, sizeof peer);
    CHECK_EQ(sendmsg(peer, &m, 0), 3);
    peer_send(peer, "behind", 6);
    drive_recv(&d, handle, 1, true);
    drive_read(&d, handle, 1, true, text, 9);
    CHECK_MEM_EQ(text, "fdsbehind", 9);
    CHECK_EQ(open_descriptors(), before); /* not taken in */
    drive_end(&d, handle, 2, 0);
    drive_expect(&d, 2, 0);
    drive_expect(&d, 1, -SLUICE_ECANCELED);
    close(peer);
}

int main(int argc, char **argv)
{
    char path[80];

    CHECK_EQ(argc, 2);
    snprintf(path, sizeof path, "/tmp/sluice-test-%d.sock", (int)getpid());
    drive_open(&d, argv[1], NULL);
    drive_pool(&d, 4096, 16);
    drive_turn(&d, 0);
    talk(drive_unix(path, (uint32_t)strlen(path)));
    unlink(path);
    char name[60] = {0}; /* abstract, with a zero byte inside */
    int n = snprintf(name + 1, sizeof name - 1, "sluice-test-%d", (int)getpid());
#if defined(__linux__)
    const bool abstract_names = true;
#else
    const bool abstract_names = false;
#endif
    if (abstract_names) talk(drive_unix(name, (uint32_t)n + 3));
    errors(path);
    /* Elsewhere a full backlog refuses connections. */
    if (abstract_names) a_full_backlog_is_busy(drive_unix(name, (uint32_t)n + 1));
    descriptors_from_the_peer_do_not_stall();
    drive_quiet(&d);
    drive_close(&d);
    return 0;
}
