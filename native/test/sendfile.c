/* SENDFILE: between SENDs, in order; ends that fail; files that are closed while they are queued; SIGPIPE. */
#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <sys/socket.h>
#include <sys/stat.h>

#include "drive.h"

#ifndef SO_SNDBUFFORCE /* Linux, with CAP_NET_ADMIN */
#define SO_SNDBUFFORCE SO_SNDBUF
#endif

#define BYTES 3000000u

static drive d;
static uint8_t content[BYTES], back[BYTES + 100];
static char path[64];

static int32_t open_file(const char *name)
{
    return sluice_control(d.loop, 0, SLUICE_CONTROL_OPEN_FILE, name, (uint32_t)strlen(name));
}

static int close_file(int32_t id)
{
    return sluice_control(d.loop, 0, SLUICE_CONTROL_CLOSE_FILE, &id, sizeof id);
}

static void submit(uint64_t handle, uint64_t token, int32_t file, uint64_t position, uint32_t bytes)
{
    drive_put(&d, (sluice_sqe){.op = SLUICE_OP_SENDFILE, .handle = handle, .token = token, .addr = position, .len = bytes,
                               .aux32 = (uint32_t)file});
}

static void in_order_between_sends(bool unix_socket)
{
    uint64_t handle;
    int peer;
    int32_t file = open_file(path);

    CHECK_GE(file, 0);
    if (unix_socket) drive_pair_unix(&d, &handle, &peer);
    else drive_pair(&d, &handle, &peer);
    int before = open_descriptors();
    drive_send(&d, handle, 1, "head", 4, 0);
    submit(handle, 2, file, 1000, BYTES - 1000);
    drive_send(&d, handle, 3, "tail", 4, 0);
    drive_simple(&d, SLUICE_OP_SHUTDOWN, handle, 4);
    drive_turn(&d, 0);
    /* The caller is done with the file; the queue is not. Another file gets an id meanwhile, and must not be sent. */
    CHECK_EQ(close_file(file), 0);
    CHECK_EQ(close_file(file), -SLUICE_ENOENT);
    int32_t other = open_file("/etc/hosts");
    CHECK(other >= 0 || other == -SLUICE_EINVAL);
    peer_read(&d, peer, back, 4 + BYTES - 1000 + 4);
    CHECK_MEM_EQ(back, "head", 4);
    CHECK_MEM_EQ(back + 4, content + 1000, BYTES - 1000);
    CHECK_MEM_EQ(back + 4 + BYTES - 1000, "tail", 4);
    CHECK_EQ(peer_end(&d, peer), 0);
    drive_expect(&d, 1, 4);
    drive_expect(&d, 2, BYTES - 1000);
    drive_expect(&d, 3, 4);
    drive_expect(&d, 4, 0);
    if (other >= 0) CHECK_EQ(close_file(other), 0);
    CHECK_EQ(open_descriptors(), before - 1);
    drive_end(&d, handle, 5, 0);
    drive_expect(&d, 5, 0);
    close(peer);
}

static void a_file_that_ends_early(void)
{
    uint64_t handle;
    int peer;
    int32_t file = open_file(path);

    drive_pair(&d, &handle, &peer);
    submit(handle, 1, file, BYTES - 50, 100);
    drive_send(&d, handle, 2, "x", 1, 0);
    sluice_cqe c = drive_expect(&d, 1, -SLUICE_EIO);
    CHECK_EQ(c.accepted, 50);
    drive_expect(&d, 2, -SLUICE_ECANCELED);
    CHECK_EQ(close_file(file), 0);
    drive_end(&d, handle, 5, 0);
    drive_expect(&d, 5, 0);
    close(peer);
    drive_pair(&d, &handle, &peer);
    submit(handle, 3, file, 0, 1); /* an old id */
    drive_expect(&d, 3, -SLUICE_EINVAL);
    drive_end(&d, handle, 5, 0);
    drive_expect(&d, 5, 0);
    close(peer);
}

/* The peer must not take the gap for the end, whoever asked for a good one. */
static void a_drain_that_fails_becomes_a_reset(void)
{
    uint64_t handle;
    int peer;
    int32_t file = open_file(path);

    drive_pair(&d, &handle, &peer);
    submit(handle, 1, file, BYTES - 50, 100);
    drive_end(&d, handle, 2, SLUICE_SQE_DRAIN);
    CHECK_EQ(drive_expect(&d, 1, -SLUICE_EIO).accepted, 50);
    drive_expect(&d, 2, 0);
    /* What was accepted may be lost with the reset: before Linux 6.5 sendfile holds a part back that it expects to go on. */
    CHECK_EQ(peer_end(&d, peer), ECONNRESET);
    CHECK_EQ(close_file(file), 0);
    close(peer);
}

/* This process does not ignore SIGPIPE: its default would end the test. */
static void a_closed_peer_raises_no_signal(void)
{
    uint64_t handle;
    int peer;
    int32_t file = open_file(path);
    sigset_t pending;

    signal(SIGPIPE, SIG_DFL);
    drive_pair(&d, &handle, &peer);
    peer_reset(peer);
    for (uint64_t t = 1; t < 4; t++) submit(handle, t, file, 0, BYTES);
    sluice_cqe c = drive_wait(&d, 1);
    CHECK(c.result == -SLUICE_EPIPE || c.result == -SLUICE_ECONNRESET);
    drive_expect(&d, 2, -SLUICE_ECANCELED);
    drive_expect(&d, 3, -SLUICE_ECANCELED);
    drive_end(&d, handle, 5, 0);
    drive_expect(&d, 5, 0);
    drive_pair_unix(&d, &handle, &peer); /* Unix sockets give EPIPE at the first try */
    close(peer);
    submit(handle, 6, file, 0, BYTES);
    drive_expect(&d, 6, -SLUICE_EPIPE);
    CHECK_SYS(sigpending(&pending));
    CHECK(!sigismember(&pending, SIGPIPE));
    drive_end(&d, handle, 7, 0);
    drive_expect(&d, 7, 0);
    CHECK_EQ(close_file(file), 0);
}

/*
 * A region that the socket takes whole goes out over several turns, and none of them waits: the loop belongs to others, too.
 * The send buffer is forced to hold it all, which stands for a peer that reads as fast as this side sends.
 */
static void a_large_region_leaves_turns_to_others(void)
{
    int pair[2], room = 16 << 20;
    int32_t file = open_file(path);
    uint64_t other;
    int peer;

    CHECK_SYS(socketpair(AF_UNIX, SOCK_STREAM, 0, pair));
    if (setsockopt(pair[0], SOL_SOCKET, SO_SNDBUFFORCE, &room, sizeof room)) {
        printf("left out: a send buffer of 16 MiB cannot be had here\n");
        close(pair[0]);
        close(pair[1]);
        CHECK_EQ(close_file(file), 0);
        return;
    }
    drive_put(&d, (sluice_sqe){.op = SLUICE_OP_ADOPT, .token = 1, .aux32 = (uint32_t)pair[0]});
    uint64_t handle = drive_expect(&d, 1, 0).handle;
    drive_pair(&d, &other, &peer);
    drive_recv(&d, other, 2, false);
    drive_turn(&d, 0);
    submit(handle, 3, file, 0, BYTES);
    peer_send(peer, "ping", 4);
    sluice_cqe c;
    int turns = 0;
    bool done = false, heard = false;
    for (uint64_t before = drive_ctr(&d, SLUICE_CTR_BYTES_SENT); !done; turns++) {
        drive_turn(&d, -1);
        uint64_t now = drive_ctr(&d, SLUICE_CTR_BYTES_SENT);
        CHECK(now - before <= 1u << 20);
        before = now;
        done = drive_try(&d, 3, &c);
        if (!heard && drive_try(&d, 2, &c)) {
            heard = true;
            CHECK(!done); /* it was not kept waiting for the end of the region */
            CHECK_MEM_EQ(drive_data(&d, &c), "ping", 4);
            drive_give_back(&d, &c);
        }
    }
    CHECK(heard);
    CHECK_GE(turns, (int)(BYTES >> 20) + 1);
    peer_read(&d, pair[1], back, BYTES);
    CHECK_MEM_EQ(back, content, BYTES);
    /* An abort while the rest waits for its turn. */
    submit(handle, 4, file, 0, BYTES);
    drive_turn(&d, 0);
    drive_end(&d, handle, 5, SLUICE_SQE_ABORT);
    drive_expect(&d, 4, -SLUICE_ECANCELED);
    drive_expect(&d, 5, 0);
    CHECK_EQ(close_file(file), 0);
    drive_end(&d, other, 6, 0);
    drive_expect(&d, 6, 0);
    close(pair[1]);
    close(peer);
}

int main(int argc, char **argv)
{
    CHECK_EQ(argc, 2);
    snprintf(path, sizeof path, "/tmp/sluice-test-%d.bin", (int)getpid());
    int fd = (int)CHECK_SYS(open(path, O_RDWR | O_CREAT | O_EXCL | O_CLOEXEC, 0600));
    for (uint32_t i = 0; i < BYTES; i++) content[i] = oracle(9, i);
    CHECK_EQ(write(fd, content, BYTES), BYTES);
    close(fd);
    drive_open(&d, argv[1], NULL);
    drive_pool(&d, 4096, 16);
    drive_turn(&d, 0);
    CHECK_EQ(open_file("/nonexistent"), -SLUICE_ENOENT);
    CHECK_EQ(open_file("/tmp"), -SLUICE_EINVAL);
    CHECK_EQ(sluice_control(d.loop, 0, SLUICE_CONTROL_OPEN_FILE, "a\0b", 3), -SLUICE_EINVAL);
    CHECK_EQ(close_file(3), -SLUICE_ENOENT);
    CHECK_EQ(close_file(-1), -SLUICE_ENOENT);
    in_order_between_sends(false);
    in_order_between_sends(true);
    a_file_that_ends_early();
    a_drain_that_fails_becomes_a_reset();
    a_closed_peer_raises_no_signal();
    a_large_region_leaves_turns_to_others();
    drive_quiet(&d);
    drive_close(&d);
    unlink(path);
    return 0;
}
