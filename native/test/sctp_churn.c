/*
 * sctp_churn: ten thousand associations opened and ended, from ports that change, with flat memory; a stack with a thousand
 * associations is shut down through few slots, every peer is told, and usrsctp ends; stacks come and go.
 */
#include <dirent.h>

#include "sctp/net.h"

static net n;

static void cycles(uint32_t count)
{
    long before = 0;
    net_open(&n, 2, NULL);
    net_listen(&n, 1, NET_PORT, SLUICE_SCTP_PROFILE_DEFAULT);
    for (uint32_t i = 0; i < count; i++) {
        uint64_t client, server;
        n.node[0].addr.port = (uint16_t)(1 + i % 60000); /* a new peer each time */
        net_pair(&n, 0, 1, SLUICE_SCTP_PROFILE_DEFAULT, &client, &server);
        CHECK_EQ(net_send(&n, 0, client, 0, "hello", 5), 1);
        net_flush(&n);
        uint32_t who = i & 1;
        if (i % 3) CHECK_EQ(sluice_sctp_abort(n.node[who].s, who ? server : client, 12, "next", 4), 0);
        else CHECK_EQ(sluice_sctp_close(n.node[who].s, who ? server : client, 1000, NULL, 0), 0);
        net_run(&n, i % 3 ? 10 : 200);
        CHECK_EQ(net_count(&n, 0, client, SLUICE_SCTP_EV_CLOSED), 1);
        CHECK_EQ(net_count(&n, 1, server, SLUICE_SCTP_EV_CLOSED), 1);
        net_forget(&n, 0);
        net_forget(&n, 1);
        if (i == count / 4) before = net_rss_kb();
    }
    long grown = net_rss_kb() - before;
    printf("%u associations, %ld KiB more than after a quarter of them\n", count, grown);
    for (uint32_t node = 0; node < 2; node++) {
        CHECK_EQ(net_counter(&n, node, SLUICE_SCTP_CTR_OPENED), count);
        CHECK_EQ(net_counter(&n, node, SLUICE_SCTP_CTR_CLOSED), count);
        CHECK_EQ(net_counter(&n, node, SLUICE_SCTP_CTR_PATHS), 0);
    }
#if !defined(__SANITIZE_ADDRESS__) /* which keeps freed memory for a while */
    CHECK_MSG(grown < 2048, "%ld KiB", grown);
#endif
    net_close(&n);
}

static void shutdown_many(void)
{
    enum { MANY = 1000 };
    static uint64_t client[MANY], server[MANY];
    sluice_sctp_config c = { .size = sizeof c, .slots = 64 };
    net_open(&n, 2, &c);
    uint64_t listener = net_listen(&n, 1, NET_PORT, SLUICE_SCTP_PROFILE_DEFAULT);
    for (int i = 0; i < MANY; i++) {
        n.node[0].addr.port = (uint16_t)(1 + i);
        net_pair(&n, 0, 1, SLUICE_SCTP_PROFILE_DEFAULT, &client[i], &server[i]);
        net_forget(&n, 1);
    }
    net_forget(&n, 0);
    n.node[0].addr.port = 1;
    uint32_t rounds = 0;
    int left;
    /* The client's stack goes: it is one peer of the server's for each port. */
    while ((left = sluice_sctp_shutdown(n.node[0].s, "shutting down", 13)) > 0) {
        net_pull(&n, 0);
        CHECK_LT(++rounds, MANY);
    }
    CHECK_EQ(left, 0);
    CHECK_GE(rounds, MANY / 64);
    net_pull(&n, 0);
    CHECK_EQ(net_counter(&n, 0, SLUICE_SCTP_CTR_ABORTS_SENT), MANY);
    CHECK_EQ(net_counter(&n, 0, SLUICE_SCTP_CTR_OUT_DROPPED), 0);
    for (int i = 0; i < MANY; i++)
        CHECK_EQ(net_need(&n, 0, client[i], SLUICE_SCTP_EV_CLOSED)->e.kind, SLUICE_SCTP_CLOSED_STACK_SHUTDOWN);
    uint32_t aborts = 0;
    for (net_packet *p = n.first; p; p = p->next) aborts += p->data[12] == 6;
    CHECK_EQ(aborts, MANY);
    sluice_sctp_connect_args a = { .size = sizeof a, .peer_port = 1, .peer = n.node[1].addr, .options = { .size = 64 } };
    CHECK_EQ(sluice_sctp_connect(n.node[0].s, &a), -SLUICE_EALREADY);
    CHECK_EQ(sluice_sctp_unlisten(n.node[1].s, listener), 0);
    net_close(&n);
}

static uint32_t descriptors(void)
{
    uint32_t count = 0;
    DIR *d = opendir("/proc/self/fd");
    CHECK(d);
    while (readdir(d)) count++;
    closedir(d);
    return count;
}

static void stacks_come_and_go(void)
{
    uint32_t before = descriptors();
    for (uint32_t i = 0; i < 20; i++) {
        uint64_t client, server;
        net_open(&n, 3, NULL); /* three private copies at once */
        net_listen(&n, 1, NET_PORT, SLUICE_SCTP_PROFILE_DEFAULT);
        net_listen(&n, 2, NET_PORT, SLUICE_SCTP_PROFILE_DEFAULT);
        net_pair(&n, 0, 1, SLUICE_SCTP_PROFILE_DEFAULT, &client, &server);
        net_pair(&n, 0, 2, SLUICE_SCTP_PROFILE_DEFAULT, &client, &server);
        net_close(&n);
    }
    CHECK_EQ(descriptors(), before);
}

int main(void)
{
    net_need_usrsctp();
    cycles(10000);
    shutdown_many();
    stacks_come_and_go();
    return 0;
}
