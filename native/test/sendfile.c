/* SENDFILE: between SENDs, in order; ends that fail; files that are closed while they are queued; SIGPIPE. */
#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <sys/socket.h>
#include <sys/stat.h>

#include "drive.h"

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
    int32_t other = open_file("/proc/self/cmdline");
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

int main(int argc, char **argv)
{
    CHECK_EQ(argc, 2);
    snprintf(path, sizeof path, "/tmp/sluice-test-%d.bin", (int)getpid());
    int fd = (int)CHECK_SYS(open(path, O_RDWR | O_CREAT | O_EXCL | O_CLOEXEC, 0600));
    for (uint32_t i = 0; i < BYTES; i++) content[i] = oracle(9, i);
    CHECK_EQ(write(fd, content, BYTES), BYTES);
    close(fd);
    drive_open(&d, argv[1], NULL);
    drive_turn(&d, 0);
    CHECK_EQ(open_file("/nonexistent"), -SLUICE_ENOENT);
    CHECK_EQ(open_file("/tmp"), -SLUICE_EINVAL);
    CHECK_EQ(sluice_control(d.loop, 0, SLUICE_CONTROL_OPEN_FILE, "a\0b", 3), -SLUICE_EINVAL);
    CHECK_EQ(close_file(3), -SLUICE_ENOENT);
    CHECK_EQ(close_file(-1), -SLUICE_ENOENT);
    in_order_between_sends(false);
    in_order_between_sends(true);
    a_file_that_ends_early();
    a_closed_peer_raises_no_signal();
    drive_quiet(&d);
    drive_close(&d);
    unlink(path);
    return 0;
}
