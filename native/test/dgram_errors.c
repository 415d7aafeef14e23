/*
 * dgram_errors: D4 and D5: what ICMP tells is a notification with destination and code, ends nothing, is told once, makes
 * nobody spin, and with IP_RECVERR fails no SEND.
 */
#include "drive_dgram.h"

#include <netinet/in.h>
#include <sys/socket.h>

#define RECEIVE 100
#define BUFFERS 64u
#define QUIET_TRIES 300

static drive d;
static const sluice_optval recverr = {.option = SLUICE_OPT_IP_RECVERR, .value = 1};

static void end(uint64_t handle)
{
    drive_end(&d, handle, 1, 0);
    drive_expect(&d, 1, 0);
}

static void ended(uint64_t handle)
{
    sluice_cqe c;

    end(handle);
    while (drive_try(&d, RECEIVE, &c))
        if (c.flags & SLUICE_CQE_BUFFER) drive_give_back(&d, &c);
}

/*
 * A loop with nothing to do sleeps: no turn may end before its time for want of a reason. What a loaded kernel has yet to bring, ICMP
 * errors above all, is such a reason, so there are further tries. One that spins fails in each of them.
 */
static void sleeps(void)
{
    uint64_t waits, calls;

    for (int i = 0; i < 3; i++) drive_turn(&d, 10 * MS);
    for (int i = 0; i < QUIET_TRIES; i++) {
        waits = drive_ctr(&d, SLUICE_CTR_WAITS);
        calls = drive_ctr(&d, SLUICE_CTR_SYSCALLS);
        drive_turn(&d, 30 * MS);
        CHECK_GT(drive_ctr(&d, SLUICE_CTR_WAITS), waits);
        calls = drive_ctr(&d, SLUICE_CTR_SYSCALLS) - calls;
        if (calls <= 4) return;
    }
    FAIL("%" PRIu64 " system calls in a turn that has nothing to do", calls);
}

/* Is waited for while there is one more to come. Only Linux's engines tell of each error: over the test double of kqueue nothing tells of
   the queue but what a call says. */
static bool next_note(bool more, sluice_cqe *c)
{
    if (d.engine == SLUICE_ENGINE_KQUEUE) {
        if (!drive_try(&d, RECEIVE, c)) return false;
        CHECK(c->flags & SLUICE_CQE_NOTE);
        return true;
    }
    if (more) *c = dgram_note(&d, RECEIVE);
    return more;
}

static void check_refused(const sluice_cqe *c, uint16_t port, const void *bytes, uint32_t n)
{
    CHECK(c->flags & SLUICE_CQE_BUFFER);
    sluice_meta m = dgram_meta(&d, c);
    CHECK_EQ(m.flags, SLUICE_META_ERROR | SLUICE_META_HAS_LOCAL);
    CHECK_EQ(m.family, SLUICE_FAMILY_INET4);
    CHECK_EQ(m.port, port);
    CHECK_EQ(m.addr[0], 127);
    CHECK_EQ(m.local[0], 127);
    CHECK_EQ(m.origin, SLUICE_ORIGIN_ICMP);
    CHECK_EQ(m.icmp_type, 3); /* RFC 792: destination unreachable, */
    CHECK_EQ(m.icmp_code, 3); /* port unreachable */
    CHECK_EQ(m.code, SLUICE_ECONNREFUSED);
    CHECK_EQ(m.os_errno, ECONNREFUSED);
    CHECK_EQ(c->result, n);
    CHECK_EQ(memcmp(dgram_payload(&d, c), bytes, n), 0);
}

static void a_refused_datagram_is_told_with_its_destination(bool connected, bool multishot)
{
    uint16_t nobody = refusing_udp_port(), port;
    sluice_addr to = drive_inet4(nobody);
    uint64_t s = dgram_open(&d, drive_inet4(0), connected ? &to : NULL, &recverr, 1);
    sluice_meta meta = dgram_to(nobody);

    dgram_receive(&d, s, RECEIVE, multishot);
    drive_scratch_reset(&d);
    dgram_send(&d, s, 2, "lost", 4, connected ? NULL : &meta);
    drive_expect(&d, 2, 4);
    sluice_cqe c = dgram_note(&d, RECEIVE);
    check_refused(&c, nobody, "lost", 4);
    drive_give_back(&d, &c);
    sleeps();
    CHECK(!drive_try(&d, RECEIVE, &c));
    /* Neither the notification nor what is behind it ended the RECVMSG. */
    if (!connected) {
        int peer = peer_udp(&port);
        peer_udp_to(peer, drive_port(&d, s), "alive", 5);
        dgram_expect(&d, RECEIVE, "alive", 5);
        close(peer);
    }
    ended(s);
}

/* The error of one peer must not fail the datagrams to others, however they are mixed. */
static void refused_peers_do_not_disturb_others(void)
{
    uint64_t s = dgram_open(&d, drive_inet4(0), NULL, &recverr, 1);
    uint16_t nobody = refusing_udp_port(), port;
    int peer = peer_udp(&port), notes = 0, arrived = 0;
    sluice_meta lost = dgram_to(nobody), good = dgram_to(port);
    uint8_t bytes[8];
    sluice_cqe c;

    dgram_receive(&d, s, RECEIVE, true);
    for (int round = 0; round < 10; round++) {
        drive_scratch_reset(&d);
        for (uint64_t i = 0; i < 20; i++) dgram_send(&d, s, 10 + i, &bytes[0], 8, i % 2 ? &good : &lost);
        for (uint64_t i = 0; i < 20; i++) drive_expect(&d, 10 + i, 8);
        for (int i = 0; i < 10; i++, arrived++) CHECK_EQ(peer_udp_from(&d, peer, bytes, sizeof bytes, NULL), 8);
        drive_turn(&d, 0);
        /* The kernel limits the rate of ICMP messages, but not on loopback; a loaded one brings them some time after the SEND. */
        while (next_note(notes < 10 * (round + 1), &c)) {
            check_refused(&c, nobody, bytes, 8);
            drive_give_back(&d, &c);
            notes++;
        }
    }
    CHECK_EQ(arrived, 100);
    CHECK_GT(notes, 0);
    printf("%d notifications of 100 refused datagrams\n", notes);
    sleeps();
    CHECK(!drive_try(&d, RECEIVE, &c));
    ended(s);
    close(peer);
}

/* Without IP_RECVERR a connected socket learns it, too: here, or by a SEND, as udp(7) has it. Nothing ends. */
static void a_connected_socket_learns_it_without_the_queue(void)
{
    uint16_t nobody = refusing_udp_port();
    sluice_addr to = drive_inet4(nobody);
    uint64_t s = dgram_open(&d, drive_inet4(0), &to, NULL, 0);

    dgram_receive(&d, s, RECEIVE, true);
    drive_turn(&d, 0);
    dgram_send(&d, s, 2, "x", 1, NULL);
    drive_expect(&d, 2, 1);
    sluice_cqe c = dgram_note(&d, RECEIVE);
    CHECK_EQ(c.result, -SLUICE_ECONNREFUSED);
    CHECK_EQ(c.detail, ECONNREFUSED);
    CHECK_EQ(c.flags, SLUICE_CQE_NOTE | SLUICE_CQE_MORE);
    sleeps();
    drive_cancel(&d, s, 3, RECEIVE);
    drive_expect(&d, 3, 0);
    drive_expect(&d, RECEIVE, -SLUICE_ECANCELED);
    /* No RECVMSG: the next SEND is told, the one behind it is not. */
    dgram_send(&d, s, 4, "x", 1, NULL);
    drive_expect(&d, 4, 1);
    dgram_await_error(dgram_descriptor(drive_port(&d, s)));
    dgram_send(&d, s, 5, "y", 1, NULL);
    drive_expect(&d, 5, -SLUICE_ECONNREFUSED);
    dgram_send(&d, s, 6, "z", 1, NULL);
    drive_expect(&d, 6, 1);
    sleeps();
    end(s);
    /* An unconnected one without IP_RECVERR hears nothing (udp(7)). */
    s = dgram_open(&d, drive_inet4(0), NULL, NULL, 0);
    sluice_meta meta = dgram_to(nobody);
    dgram_receive(&d, s, RECEIVE, true);
    drive_scratch_reset(&d);
    dgram_send(&d, s, 2, "x", 1, &meta);
    drive_expect(&d, 2, 1);
    sleeps();
    CHECK(!drive_try(&d, RECEIVE, &c));
    ended(s);
}

/* Errors that come before the RECVMSG wait for it; more of them than one turn tells come in the next. */
static void errors_wait_for_the_receive(void)
{
    uint64_t s = dgram_open(&d, drive_inet4(0), NULL, &recverr, 1);
    uint16_t nobody = refusing_udp_port();
    sluice_meta lost = dgram_to(nobody);
    uint64_t sent = 0, notes = 0, plain = 0;
    uint8_t byte;
    sluice_cqe c;

    for (int round = 0; round < 5; round++) {
        drive_scratch_reset(&d);
        for (uint64_t i = 0; i < 20; i++, sent++) dgram_send(&d, s, 10 + i, "x", 1, &lost);
        for (uint64_t i = 0; i < 20; i++) drive_expect(&d, 10 + i, 1);
    }
    /* One that arrives takes the socket's pending error away: now only the queue knows. */
    uint16_t port;
    int peer = peer_udp(&port);
    sluice_meta good = dgram_to(port);
    dgram_send(&d, s, 2, "x", 1, &good);
    drive_expect(&d, 2, 1);
    CHECK_EQ(peer_udp_from(&d, peer, &byte, sizeof byte, NULL), 1);
    /* When the error of this one is there, those of all before it are. */
    struct sockaddr_in to = {.sin_family = AF_INET, .sin_port = htons(nobody), .sin_addr.s_addr = htonl(INADDR_LOOPBACK)};
    CHECK_SYS(connect(peer, (struct sockaddr *)&to, sizeof to));
    CHECK_EQ(send(peer, "x", 1, 0), 1);
    dgram_await_error(peer);
    close(peer);
    sleeps(); /* with a queue full of errors and nobody to read it */
    dgram_receive(&d, s, RECEIVE, true);
    for (; notes < sent; notes++) {
        c = dgram_note(&d, RECEIVE);
        /* Held back, so that the buffers run out: what then comes has no buffer, but a code. */
        if (!(c.flags & SLUICE_CQE_BUFFER)) {
            CHECK_EQ(c.result, -SLUICE_ECONNREFUSED);
            plain++;
        }
    }
    printf("%" PRIu64 " notifications of %" PRIu64 ", %" PRIu64 " without a buffer\n", notes, sent, plain);
    CHECK_GT(notes, SLUICE_NOTES_MAX); /* so they were told in more than one turn */
    CHECK_EQ(plain, notes - drive_ctr(&d, SLUICE_CTR_BUFFERS_OUT));
    CHECK_GT(plain, 0);
    sleeps();
    end(s);
    CHECK_LT(drive_expect(&d, RECEIVE, -SLUICE_ECANCELED).flags, 1);
    for (uint32_t id = 0; id < BUFFERS; id++) {
        sluice_cqe back = {.buf_id = (uint16_t)id};
        drive_give_back(&d, &back);
    }
    drive_turn(&d, 0);
}

/* What the SEND itself found out it is told, and the RECVMSG is not, although the kernel puts that into the queue, too.
   IPv6's headers and the largest datagram are more than the 65536 bytes that loopback takes at once. */
static void a_datagram_too_long_for_the_path_is_refused(void)
{
    sluice_optval v[] = {recverr, {.option = SLUICE_OPT_IP_MTU_DISCOVER, .value = 2}};
    sluice_cqe c = dgram_try(&d, drive_inet6(0), NULL, v, 2);
    if (c.result) {
        printf("no IPv6 here: %s\n", sluice_strerror(c.result));
        return;
    }
    uint64_t s = c.handle;
    sluice_meta to = {.family = SLUICE_FAMILY_INET6, .port = drive_port(&d, s), .addr = {[15] = 1}};
    static uint8_t big[65527];

    dgram_receive(&d, s, RECEIVE, true);
    drive_scratch_reset(&d);
    dgram_send(&d, s, 2, big, sizeof big, &to);
    dgram_send(&d, s, 3, "fits", 4, &to);
    drive_expect(&d, 2, -SLUICE_EMSGSIZE);
    drive_expect(&d, 3, 4);
    dgram_expect(&d, RECEIVE, "fits", 4);
    sleeps();
    CHECK(!drive_try(&d, RECEIVE, &c));
    ended(s);
}

int main(int argc, char **argv)
{
    CHECK_EQ(argc, 2);
    drive_open(&d, argv[1], NULL);
    drive_pool(&d, 1024, BUFFERS);
    for (int multishot = 0; multishot < 2; multishot++) {
        a_refused_datagram_is_told_with_its_destination(false, multishot);
        a_refused_datagram_is_told_with_its_destination(true, multishot);
    }
    refused_peers_do_not_disturb_others();
    a_connected_socket_learns_it_without_the_queue();
    /* Only Linux has the queue; over the test double of kqueue nothing tells of it but what a call says. */
    if (d.engine != SLUICE_ENGINE_KQUEUE) errors_wait_for_the_receive();
    a_datagram_too_long_for_the_path_is_refused();
    drive_quiet(&d);
    CHECK_EQ(drive_ctr(&d, SLUICE_CTR_BUFFERS_OUT), 0);
    drive_close(&d);
    return 0;
}
