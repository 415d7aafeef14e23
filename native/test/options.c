/* Options on listeners, accepted and connecting sockets; queries; addresses. */
#include <sys/socket.h>

#include "drive.h"

static drive d;

static int64_t option_of(uint64_t handle, uint32_t option)
{
    sluice_optval o = {.option = option};
    uint32_t len = sizeof o;

    CHECK_EQ(sluice_query(d.loop, handle, SLUICE_QUERY_OPTION, &o, &len), 0);
    return o.value;
}

static int set_option(uint64_t handle, uint32_t option, int64_t value)
{
    sluice_optval o = {.option = option, .value = value};

    return sluice_control(d.loop, handle, SLUICE_CONTROL_SET_OPTION, &o, sizeof o);
}

static sluice_cqe submit_with(uint8_t op, uint64_t handle, const sluice_addr *a, const sluice_optval *v, uint32_t n)
{
    drive_scratch_reset(&d);
    sluice_sqe e = {.op = op, .handle = handle, .token = 77, .aux32 = n};
    if (a) e.addr = drive_scratch(&d, a, sizeof *a);
    if (n) e.aux = drive_scratch(&d, v, n * (uint32_t)sizeof *v);
    drive_put(&d, e);
    return drive_wait(&d, 77);
}

static void listeners(void)
{
    sluice_addr any = drive_inet4(0), v6 = {.family = SLUICE_FAMILY_INET6, .bytes = {[15] = 1}};
    sluice_optval both[] = {{.option = SLUICE_OPT_SO_REUSEPORT, .value = 1}, {.option = SLUICE_OPT_TCP_FASTOPEN, .value = 16},
                            {.option = SLUICE_OPT_TCP_DEFER_ACCEPT, .value = 3}};
    sluice_optval unknown = {.option = 4711}, wrong = {.option = SLUICE_OPT_TCP_NODELAY, .value = 2},
                  only = {.option = SLUICE_OPT_IPV6_V6ONLY, .value = 1};

    uint64_t first = drive_listen(&d, any, both, 3);
    CHECK_EQ(option_of(first, SLUICE_OPT_SO_REUSEPORT), 1);
    CHECK_EQ(option_of(first, SLUICE_OPT_SO_REUSEADDR), 1);
    CHECK_GE(option_of(first, SLUICE_OPT_TCP_DEFER_ACCEPT), 3);
    sluice_addr same = drive_inet4(drive_port(&d, first));
    uint64_t second = drive_listen(&d, same, both, 1); /* SO_REUSEPORT lets it in */
    CHECK_EQ(submit_with(SLUICE_OP_LISTEN, 0, &same, NULL, 0).result, -SLUICE_EADDRINUSE);
    CHECK_EQ(submit_with(SLUICE_OP_LISTEN, 0, &any, &unknown, 1).result, -SLUICE_ENOTSUP);
    CHECK_EQ(submit_with(SLUICE_OP_LISTEN, 0, &any, &wrong, 1).result, -SLUICE_EINVAL);
    CHECK_EQ(submit_with(SLUICE_OP_LISTEN, 0, &any, &only, 1).result, -SLUICE_ENOTSUP);
    sluice_addr elsewhere = {.family = SLUICE_FAMILY_INET4, .bytes = {192, 0, 2, 1}};
    CHECK_EQ(submit_with(SLUICE_OP_LISTEN, 0, &elsewhere, NULL, 0).result, -SLUICE_EADDRNOTAVAIL);
    sluice_cqe six = submit_with(SLUICE_OP_LISTEN, 0, &v6, &only, 1);
    if (six.result == 0) { /* a machine without IPv6 says EADDRNOTAVAIL or ENOTSUP */
        CHECK_EQ(option_of(six.handle, SLUICE_OPT_IPV6_V6ONLY), 1);
        sluice_addr a;
        uint32_t len = sizeof a;
        CHECK_EQ(sluice_query(d.loop, six.handle, SLUICE_QUERY_LOCAL_ADDR, &a, &len), 0);
        CHECK_EQ(a.family, SLUICE_FAMILY_INET6);
        CHECK_MEM_EQ(a.bytes, v6.bytes, 16);
        drive_end(&d, six.handle, 9, 0);
        drive_expect(&d, 9, 0);
    }
    drive_end(&d, first, 9, 0);
    drive_expect(&d, 9, 0);
    drive_end(&d, second, 9, 0);
    drive_expect(&d, 9, 0);
}

static void accepted_and_connected(void)
{
    sluice_optval v[] = {{.option = SLUICE_OPT_TCP_NODELAY, .value = 1}, {.option = SLUICE_OPT_SO_KEEPALIVE, .value = 1},
                         {.option = SLUICE_OPT_TCP_KEEPIDLE, .value = 33}, {.option = SLUICE_OPT_TCP_USER_TIMEOUT, .value = 5000},
                         {.option = SLUICE_OPT_SO_SNDBUF, .value = 100000}, {.option = SLUICE_OPT_IP_TOS, .value = 16}};
    uint32_t n = sizeof v / sizeof *v;
    uint64_t listener = drive_listen(&d, drive_inet4(0), NULL, 0);
    sluice_addr to = drive_inet4(drive_port(&d, listener));
    sluice_optval unknown = {.option = 99};

    CHECK_EQ(submit_with(SLUICE_OP_ACCEPT, listener, NULL, &unknown, 1).result, -SLUICE_ENOTSUP);
    drive_scratch_reset(&d);
    uint64_t opts = drive_scratch(&d, v, sizeof v);
    drive_put(&d, (sluice_sqe){.op = SLUICE_OP_ACCEPT, .handle = listener, .token = 1, .aux = opts, .aux32 = n});
    drive_turn(&d, 0);
    sluice_optval client[] = {{.option = SLUICE_OPT_TCP_NODELAY, .value = 1},
                              {.option = SLUICE_OPT_TCP_FASTOPEN_CONNECT, .value = 1}};
    sluice_cqe c = submit_with(SLUICE_OP_CONNECT, 0, &to, client, 2);
    CHECK_EQ(c.result, 0);
    /* With fast open the first SEND may be what connects. */
    drive_send(&d, c.handle, 2, "fast", 4, 0);
    drive_expect(&d, 2, 4);
    sluice_cqe a = drive_expect(&d, 1, 0);
    for (uint32_t i = 0; i < n; i++)
        CHECK_EQ(option_of(a.handle, v[i].option), v[i].option == SLUICE_OPT_SO_SNDBUF ? 2 * v[i].value : v[i].value);
    CHECK_EQ(option_of(c.handle, SLUICE_OPT_TCP_NODELAY), 1);
    char text[4];
    drive_read(&d, a.handle, 3, false, text, 4);
    CHECK_MEM_EQ(text, "fast", 4);

    CHECK_EQ(set_option(a.handle, SLUICE_OPT_TCP_CORK, 1), 0);
    CHECK_EQ(option_of(a.handle, SLUICE_OPT_TCP_CORK), 1);
    CHECK_EQ(set_option(a.handle, SLUICE_OPT_TCP_CORK, 2), -SLUICE_EINVAL);
    CHECK_EQ(set_option(a.handle, SLUICE_OPT_TCP_NOTSENT_LOWAT, -1), -SLUICE_EINVAL);
    CHECK_EQ(set_option(a.handle, 0, 1), -SLUICE_ENOTSUP);

    sluice_addr one, two;
    uint32_t len = sizeof one;
    CHECK_EQ(sluice_query(d.loop, a.handle, SLUICE_QUERY_PEER_ADDR, &one, &len), 0);
    CHECK_EQ(sluice_query(d.loop, c.handle, SLUICE_QUERY_LOCAL_ADDR, &two, &len), 0);
    CHECK_MEM_EQ(&one, &two, sizeof one);
    sluice_tcp_info info;
    len = sizeof info;
    CHECK_EQ(sluice_query(d.loop, a.handle, SLUICE_QUERY_TCP_INFO, &info, &len), 0);
    CHECK_EQ(info.state, 1); /* TCP_ESTABLISHED */
    CHECK_EQ(info.bytes_received, 4);
    CHECK_GT(info.snd_mss, 0);
    uint64_t unsent = 99;
    len = sizeof unsent;
    CHECK_EQ(sluice_query(d.loop, a.handle, SLUICE_QUERY_UNSENT, &unsent, &len), 0);
    CHECK_EQ(unsent, 0);
    len = 4;
    CHECK_EQ(sluice_query(d.loop, a.handle, SLUICE_QUERY_UNSENT, &unsent, &len), -SLUICE_EINVAL);
    len = sizeof unsent;
    CHECK_EQ(sluice_query(d.loop, listener, SLUICE_QUERY_UNSENT, &unsent, &len), -SLUICE_ENOTSUP);
    CHECK_EQ(sluice_query(d.loop, listener, 99, &unsent, &len), -SLUICE_EINVAL);
    uint64_t all[] = {a.handle, c.handle, listener};
    for (int i = 0; i < 3; i++) {
        drive_end(&d, all[i], 9, 0);
        drive_expect(&d, 9, 0);
    }
}

static void adopting_and_detaching(void)
{
    int pair[2], datagram = (int)CHECK_SYS(socket(AF_UNIX, SOCK_DGRAM, 0));
    int unconnected = (int)CHECK_SYS(socket(AF_INET, SOCK_STREAM, 0)), before;
    const struct { uint32_t fd; int32_t result; } bad[] = {
        {99999, -SLUICE_EINVAL}, {1, -SLUICE_EINVAL}, {(uint32_t)datagram, -SLUICE_ENOTSUP},
        {(uint32_t)unconnected, -SLUICE_ENOTCONN}};

    for (int i = 0; i < 4; i++) {
        drive_put(&d, (sluice_sqe){.op = SLUICE_OP_ADOPT, .token = 1, .aux32 = bad[i].fd});
        drive_expect(&d, 1, bad[i].result);
    }
    close(datagram);
    close(unconnected);
    CHECK_SYS(socketpair(AF_UNIX, SOCK_STREAM, 0, pair));
    before = open_descriptors();
    drive_put(&d, (sluice_sqe){.op = SLUICE_OP_ADOPT, .token = 1, .aux32 = (uint32_t)pair[0]});
    uint64_t handle = drive_expect(&d, 1, 0).handle;
    drive_recv(&d, handle, 2, true);
    drive_simple(&d, SLUICE_OP_DETACH, handle, 3);
    drive_expect(&d, 3, -SLUICE_EBUSY);
    drive_cancel(&d, handle, 4, 2);
    drive_expect(&d, 4, 0);
    drive_expect(&d, 2, -SLUICE_ECANCELED);
    drive_simple(&d, SLUICE_OP_DETACH, handle, 5);
    CHECK_EQ(drive_expect(&d, 5, pair[0]).result, pair[0]);
    drive_simple(&d, SLUICE_OP_DETACH, handle, 6);
    drive_expect(&d, 6, -SLUICE_ESTALE);
    CHECK_EQ(open_descriptors(), before); /* open, and the test's again */
    peer_send(pair[0], "mine", 4);
    char text[4];
    peer_read(&d, pair[1], text, 4);
    close(pair[0]);
    close(pair[1]);
}

int main(int argc, char **argv)
{
    CHECK_EQ(argc, 2);
    drive_open(&d, argv[1], NULL);
    drive_pool(&d, 4096, 16);
#if defined(__linux__)
    const bool linux_options = true;
#else
    const bool linux_options = false;
#endif
    if (linux_options) {
        listeners();
        accepted_and_connected();
    } else {
        printf("left out: what is tested of options is Linux's\n");
    }
    adopting_and_detaching();
    drive_quiet(&d);
    drive_close(&d);
    return 0;
}
