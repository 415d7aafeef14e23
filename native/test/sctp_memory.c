/*
 * sctp_memory: an association that has nothing to do holds little memory, whatever it once received. A message that is longer than half
 * the receive buffer comes in pieces, which are put together in memory of the association.
 */
#if !defined(_GNU_SOURCE)
#define _GNU_SOURCE
#endif
#include <stdlib.h>
#if defined(__GLIBC__)
#include <malloc.h>
#if __GLIBC_PREREQ(2, 33)
#define HAS_MALLINFO2 1
#endif
#endif

#include "sctp/net.h"

#define PAIRS         8u
#define MESSAGE_BYTES 250000u

#if defined(HAS_MALLINFO2)

static net n;
static uint8_t message[MESSAGE_BYTES];

static size_t held(void)
{
    struct mallinfo2 m = mallinfo2();

    return m.uordblks + m.hblkhd;
}

/* One message on each; what the test keeps of it is dropped. */
static void exchange(const uint64_t *clients, uint32_t bytes)
{
    for (uint32_t i = 0; i < PAIRS; i++) {
        uint32_t before = net_count(&n, 1, 0, SLUICE_SCTP_EV_MESSAGE);
        CHECK_EQ(net_send(&n, 0, clients[i], 0, message, bytes), 1);
        net_run(&n, 2000);
        CHECK_EQ(net_count(&n, 1, 0, SLUICE_SCTP_EV_MESSAGE), before + 1);
    }
    net_forget(&n, 0);
    net_forget(&n, 1);
    net_run(&n, 1000);
}

int main(void)
{
    uint64_t clients[PAIRS], server;

    net_need_usrsctp();
    net_open(&n, 2, NULL);
    net_listen(&n, 1, NET_PORT, SLUICE_SCTP_PROFILE_RFC);
    for (uint32_t i = 0; i < PAIRS; i++) net_pair(&n, 0, 1, SLUICE_SCTP_PROFILE_RFC, &clients[i], &server);
    exchange(clients, 100);
    size_t before = held();
    exchange(clients, MESSAGE_BYTES);
    size_t after = held();
    printf("%zu bytes before, %zu after %u messages of %u bytes on as many associations\n", before, after, PAIRS, MESSAGE_BYTES);
    CHECK_LT(after, before + PAIRS * MESSAGE_BYTES / 4);
    net_close(&n);
    return 0;
}

#else

int main(void) { SKIP("no mallinfo2(3)"); }

#endif
