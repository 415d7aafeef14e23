/*
 * sctp_threads: stacks on several threads at once, each with its private copy of usrsctp, do not know of each other: every
 * thread's associations come and go with its own data and reasons only.
 */
#include <pthread.h>

#include "sctp/net.h"

#define THREADS 4
#define CYCLES 300

static void *drive(void *arg)
{
    uint8_t id = (uint8_t)(uintptr_t)arg;
    net *n = calloc(1, sizeof *n);
    CHECK(n);
    net_open(n, 2, NULL);
    net_listen(n, 1, NET_PORT, SLUICE_SCTP_PROFILE_DEFAULT);
    for (uint32_t i = 0; i < CYCLES; i++) {
        uint64_t client, server;
        uint8_t data[3000];
        memset(data, id, sizeof data);
        net_pair(n, 0, 1, SLUICE_SCTP_PROFILE_DEFAULT, &client, &server);
        CHECK_EQ(net_send(n, 0, client, 1, data, sizeof data), 1);
        net_run(n, 50);
        net_event *m = net_need(n, 1, server, SLUICE_SCTP_EV_MESSAGE);
        CHECK_EQ(m->e.payload_bytes, sizeof data);
        CHECK_MEM_EQ(m->data, data, sizeof data);
        CHECK_EQ(sluice_sctp_abort(n->node[1].s, server, 12, &id, 1), 0);
        net_run(n, 20);
        CHECK_EQ(net_need(n, 0, client, SLUICE_SCTP_EV_CLOSED)->data[0], id);
        net_forget(n, 0);
        net_forget(n, 1);
    }
    CHECK_EQ(net_counter(n, 0, SLUICE_SCTP_CTR_OPENED), CYCLES);
    CHECK_EQ(net_counter(n, 1, SLUICE_SCTP_CTR_CLOSED), CYCLES);
    net_close(n);
    free(n);
    return NULL;
}

int main(void)
{
    pthread_t threads[THREADS];
    net_need_usrsctp();
    for (uintptr_t i = 0; i < THREADS; i++) CHECK_EQ(pthread_create(&threads[i], NULL, drive, (void *)(i + 1)), 0);
    for (int i = 0; i < THREADS; i++) CHECK_EQ(pthread_join(threads[i], NULL), 0);
    return 0;
}
