/*
 * uring_features proves: the io_uring engine keeps the contract with every set of kernel features, down to that of Linux
 * 5.19, and with a kernel ring so small that it is always full. Each scenario runs once per set.
 */
#include <pthread.h>
#include <stdatomic.h>
#include <sys/socket.h>

#include "drive.h"

#define DEFER  SLUICE_FEAT_DEFER_TASKRUN
#define SINGLE SLUICE_FEAT_SINGLE_ISSUER
#define COOP   SLUICE_FEAT_COOP_TASKRUN
#define NOARR  SLUICE_FEAT_NO_SQARRAY
#define REG    SLUICE_FEAT_REGISTERED_RING
#define MACC   SLUICE_FEAT_MULTISHOT_ACCEPT
#define MRECV  SLUICE_FEAT_MULTISHOT_RECV
#define INLINE SLUICE_FEAT_INLINE_SEND
#define ZC     SLUICE_FEAT_SEND_ZC
#define TO     SLUICE_FEAT_SEND_TO
#define NEWER  (SLUICE_FEAT_RECV_BUNDLE | SLUICE_FEAT_BUFFER_INC | SLUICE_FEAT_MIN_WAIT)

typedef struct feature_set {
    const char *name;
    uint32_t    off;
    uint32_t    uring_entries;
} feature_set;

static const feature_set SETS[] = {
    {"everything", 0, 0},
    {"everything, a kernel ring of 8 entries", 0, 8},
    {"no DEFER_TASKRUN", DEFER, 0},
    {"no SINGLE_ISSUER", SINGLE, 0},
    {"no SINGLE_ISSUER, no COOP_TASKRUN", SINGLE | COOP, 0},
    {"no NO_SQARRAY", NOARR, 0},
    {"no registered ring", REG, 0},
    {"no multishot accept", MACC, 0},
    {"no multishot receive", MRECV, 0},
    {"no inline send", INLINE, 0},
    {"no multishot receive, no inline send", MRECV | INLINE, 0},
    {"no zero-copy send", ZC, 0},
    {"no send to an address", TO, 0},
    {"as Linux 6.1", NEWER | NOARR, 0},
    {"as Linux 6.0", NEWER | NOARR | DEFER | INLINE | TO, 0},
    {"as Linux 5.19", NEWER | NOARR | DEFER | INLINE | SINGLE | MRECV | ZC | TO, 0},
    {"nothing optional", SLUICE_FEAT_ALL, 0},
    {"nothing optional, a kernel ring of 8 entries", SLUICE_FEAT_ALL, 8},
};

static void start(drive *d, const feature_set *set, uint32_t buf_bytes, uint32_t buf_count)
{
    sluice_config c = drive_config();

    c.features_off = set->off;
    c.uring_entries = set->uring_entries;
    drive_open(d, "io_uring", &c);
    CHECK_EQ(d->hdr->features & set->off, 0);
    drive_pool(d, buf_bytes, buf_count);
}

static void end_handle(drive *d, uint64_t handle, int peer)
{
    drive_end(d, handle, 900, 0);
    drive_expect(d, 900, 0);
    close(peer);
}

/* ---- scenarios ---- */

static void multishot_accept_and_echo(const feature_set *set)
{
    enum { PEERS = 40, ROUNDS = 20, BYTES = 64 };
    drive d;
    int peer[PEERS];
    uint64_t handle[PEERS];
    uint8_t text[BYTES];

    start(&d, set, 2048, 128);
    uint64_t listener = drive_listen(&d, drive_inet4(0), NULL, 0);
    drive_accept(&d, listener, 1, true);
    drive_turn(&d, 0);
    for (int i = 0; i < PEERS; i++) {
        peer[i] = peer_connect(drive_port(&d, listener));
        handle[i] = drive_wait(&d, 1).handle; /* one by one, so that handle i belongs to peer i */
        drive_recv(&d, handle[i], 100 + (uint64_t)i, true);
    }
    for (int round = 0; round < ROUNDS; round++) {
        for (int i = 0; i < PEERS; i++) {
            for (int b = 0; b < BYTES; b++) text[b] = oracle((uint64_t)i, (uint64_t)(round * BYTES + b));
            peer_send(peer[i], text, BYTES);
        }
        for (int i = 0; i < PEERS; i++) {
            sluice_cqe c = drive_wait(&d, 100 + (uint64_t)i);
            CHECK_EQ(c.result, BYTES);
            drive_send(&d, handle[i], 500, drive_data(&d, &c), BYTES, SLUICE_SQE_LAZY);
            drive_turn(&d, 0);
            drive_expect(&d, 500, BYTES);
            drive_give_back(&d, &c);
        }
        for (int i = 0; i < PEERS; i++) {
            peer_read(&d, peer[i], text, BYTES);
            for (int b = 0; b < BYTES; b++) CHECK_EQ(text[b], oracle((uint64_t)i, (uint64_t)(round * BYTES + b)));
        }
    }
    for (int i = 0; i < PEERS; i++) {
        end_handle(&d, handle[i], peer[i]);
        drive_expect(&d, 100 + (uint64_t)i, -SLUICE_ECANCELED);
    }
    drive_end(&d, listener, 2, 0);
    drive_expect(&d, 2, 0);
    drive_expect(&d, 1, -SLUICE_ECANCELED);
    drive_close(&d);
}

static void cancelled_receive_can_be_started_again(const feature_set *set)
{
    drive d;
    uint64_t handle;
    int peer;

    start(&d, set, 512, 16);
    drive_pair(&d, &handle, &peer);
    for (uint64_t i = 0; i < 50; i++) {
        drive_recv(&d, handle, 10 + i, true);
        if (i & 1) drive_turn(&d, 0); /* odd: cancelled in the kernel; even: in the batch that submits it */
        drive_cancel(&d, handle, 500, 10 + i);
        drive_expect(&d, 500, 0);
        drive_expect(&d, 10 + i, -SLUICE_ECANCELED);
    }
    drive_recv(&d, handle, 1, true);
    peer_send(peer, "x", 1);
    sluice_cqe c = drive_wait(&d, 1);
    CHECK_EQ(c.result, 1);
    drive_give_back(&d, &c);
    CHECK_SYS(shutdown(peer, SHUT_WR));
    CHECK_EQ(drive_expect(&d, 1, 0).flags, SLUICE_CQE_EOF);
    end_handle(&d, handle, peer);
    drive_close(&d);
}

/* C9: more receives than buffers, and all buffers held. Whoever waits gets its turn, in whatever order they come back. */
static void starved_receives_go_on(const feature_set *set)
{
    enum { PEERS = 12, BUFFERS = 4, ROUNDS = 5 };
    drive d;
    int peer[PEERS];
    uint64_t handle[PEERS];
    sluice_cqe held[BUFFERS];

    start(&d, set, 64, BUFFERS);
    for (int i = 0; i < PEERS; i++) {
        drive_pair(&d, &handle[i], &peer[i]);
        drive_recv(&d, handle[i], 7, true);
    }
    for (int round = 0; round < ROUNDS; round++) {
        for (int i = 0; i < PEERS; i++) peer_send(peer[i], "0123456789", 10);
        for (int i = 0; i < BUFFERS; i++) held[i] = drive_wait(&d, 7);
        drive_turn(&d, 0);
        sluice_cqe none;
        CHECK(!drive_try(&d, 7, &none)); /* nothing left to receive into */
        for (int i = 0; i < BUFFERS; i++) drive_give_back(&d, &held[i]);
        for (int i = BUFFERS; i < PEERS; i++) {
            sluice_cqe c = drive_wait(&d, 7);
            CHECK_EQ(c.result, 10);
            drive_give_back(&d, &c);
        }
    }
    CHECK_GT(drive_ctr(&d, SLUICE_CTR_STARVED), 0);
    for (int i = 0; i < PEERS; i++) {
        end_handle(&d, handle[i], peer[i]);
        drive_expect(&d, 7, -SLUICE_ECANCELED);
    }
    CHECK_EQ(drive_ctr(&d, SLUICE_CTR_BUFFERS_OUT), 0);
    drive_close(&d);
}

static void closed_while_starved(const feature_set *set)
{
    drive d;
    uint64_t handle;
    int peer;

    start(&d, set, 64, 2);
    drive_pair(&d, &handle, &peer);
    drive_recv(&d, handle, 1, true);
    uint8_t much[64 * 3] = {0};
    peer_send(peer, much, sizeof much);
    sluice_cqe a = drive_wait(&d, 1), b = drive_wait(&d, 1);
    for (int i = 0; i < 5 && !drive_ctr(&d, SLUICE_CTR_STARVED); i++) drive_turn(&d, 50 * MS);
    CHECK_EQ(drive_ctr(&d, SLUICE_CTR_STARVED), 1);
    end_handle(&d, handle, peer);
    drive_expect(&d, 1, -SLUICE_ECANCELED);
    drive_give_back(&d, &a);
    drive_give_back(&d, &b);
    drive_turn(&d, 0);
    drive_close(&d);
}

/* A message much larger than the socket's buffer, in pieces, against a peer that reads late: C4. */
static void large_send_to_a_slow_peer(const feature_set *set, uint8_t flags)
{
    enum { BYTES = 6 << 20, PIECE = 50000 };
    drive d;
    uint64_t handle;
    int peer;
    uint8_t *out = malloc(BYTES), *in = malloc(BYTES);

    CHECK(out && in);
    for (int i = 0; i < BYTES; i++) out[i] = oracle(3, (uint64_t)i);
    start(&d, set, 512, 16);
    drive_pair(&d, &handle, &peer);
    drive_recv(&d, handle, 1, true);
    uint32_t pieces = 0;
    for (uint32_t at = 0; at < BYTES; at += PIECE, pieces++)
        drive_send(&d, handle, 2, out + at, at + PIECE < BYTES ? PIECE : BYTES - at, flags);
    for (int i = 0; i < 5; i++) drive_turn(&d, 5 * MS); /* the socket is full now */
    peer_read(&d, peer, in, BYTES);
    CHECK_MEM_EQ(in, out, BYTES);
    for (uint32_t i = 0; i < pieces; i++) CHECK_GT(drive_wait(&d, 2).result, 0);
    CHECK_GT(drive_ctr(&d, SLUICE_CTR_BLOCKED_SENDS) + !(d.hdr->features & INLINE) + (flags & SLUICE_SQE_ZEROCOPY), 0);
    CHECK_EQ(drive_ctr(&d, SLUICE_CTR_BYTES_SENT), BYTES);
    end_handle(&d, handle, peer);
    drive_expect(&d, 1, -SLUICE_ECANCELED);
    drive_close(&d);
    free(out);
    free(in);
}

static void aborted_while_the_socket_is_full(const feature_set *set, uint8_t flags)
{
    enum { BYTES = 16 << 20 };
    drive d;
    uint64_t handle;
    int peer;
    uint8_t *out = calloc(1, BYTES);

    CHECK(out);
    start(&d, set, 512, 16);
    drive_pair(&d, &handle, &peer);
    drive_recv(&d, handle, 1, true);
    drive_send(&d, handle, 2, out, BYTES, flags);
    drive_send(&d, handle, 3, out, 1, 0);
    for (int i = 0; i < 3; i++) drive_turn(&d, 5 * MS);
    drive_end(&d, handle, 4, SLUICE_SQE_ABORT);
    sluice_cqe c = drive_wait(&d, 2);
    CHECK_EQ(c.result, -SLUICE_ECANCELED);
    CHECK_GT(c.accepted, 0);
    CHECK_LT(c.accepted, BYTES);
    drive_expect(&d, 3, -SLUICE_ECANCELED);
    drive_wait(&d, 1);
    drive_expect(&d, 4, 0);
    CHECK_EQ(peer_end(&d, peer), ECONNRESET);
    close(peer);
    drive_close(&d);
    free(out);
}

/*
 * The engine is told nothing about an inline send that succeeds. So a wait that has more to send behind it would last until
 * something else happens. Here nothing else happens: the loop blocks without limit until the peer has everything.
 */
typedef struct reader {
    sluice_loop *loop;
    int          fd;
    size_t       bytes;
    atomic_bool  done;
} reader;

static void *read_to_the_end(void *arg)
{
    reader *r = arg;
    char sink[65536];
    ssize_t n;

    while ((n = recv(r->fd, sink, sizeof sink, 0)) > 0) r->bytes += (size_t)n;
    CHECK_MSG(n == 0, "the peer waits for data or the end of the stream: %s", strerror(errno));
    atomic_store(&r->done, true);
    CHECK_EQ(sluice_wake(r->loop), 0);
    return NULL;
}

static void all_is_sent_while_the_loop_blocks(const feature_set *set, bool drain)
{
    enum { PIECES = 500, PIECE = 3000 };
    static uint8_t out[PIECE];
    drive d;
    uint64_t handle;
    pthread_t thread;
    reader r = {0};

    start(&d, set, 512, 16);
    drive_pair(&d, &handle, &r.fd);
    r.loop = d.loop;
    drive_recv(&d, handle, 1, true);
    drive_turn(&d, 0);
    CHECK_EQ(pthread_create(&thread, NULL, read_to_the_end, &r), 0);
    for (int i = 0; i < PIECES; i++) drive_send(&d, handle, 2, out, PIECE, SLUICE_SQE_LAZY);
    if (drain) {
        drive_end(&d, handle, 3, SLUICE_SQE_DRAIN);
    } else {
        drive_put(&d, (sluice_sqe){.op = SLUICE_OP_SHUTDOWN, .flags = SLUICE_SQE_LAZY, .handle = handle, .token = 3});
    }
    while (!atomic_load(&r.done)) drive_turn(&d, -1);
    CHECK_EQ(pthread_join(thread, NULL), 0);
    CHECK_EQ(r.bytes, (size_t)PIECES * PIECE);
    for (int i = 0; i < PIECES; i++) drive_expect(&d, 2, PIECE);
    drive_expect(&d, 3, 0);
    if (!drain) end_handle(&d, handle, r.fd);
    else close(r.fd);
    drive_close(&d);
}

static void watch_and_connect(const feature_set *set)
{
    drive d;
    uint16_t port;

    start(&d, set, 512, 16);
    int listener = peer_listen(&port, 8);
    sluice_addr a = drive_inet4(port);
    drive_scratch_reset(&d);
    drive_put(&d, (sluice_sqe){.op = SLUICE_OP_CONNECT, .token = 1, .addr = drive_scratch(&d, &a, sizeof a)});
    uint64_t handle = drive_expect(&d, 1, 0).handle;
    int peer = peer_accept(listener);
    drive_simple(&d, SLUICE_OP_WATCH, handle, 2);
    drive_turn(&d, 0);
    drive_cancel(&d, handle, 3, 2);
    drive_expect(&d, 3, 0);
    drive_expect(&d, 2, -SLUICE_ECANCELED);
    drive_simple(&d, SLUICE_OP_WATCH, handle, 4);
    peer_send(peer, "unread", 6);
    drive_turn(&d, 0);
    CHECK_SYS(shutdown(peer, SHUT_WR));
    CHECK_EQ(drive_expect(&d, 4, 0).flags, SLUICE_CQE_EOF);
    end_handle(&d, handle, peer);
    close(listener);
    int refusing = peer_refuse(&port);
    a = drive_inet4(port);
    drive_put(&d, (sluice_sqe){.op = SLUICE_OP_CONNECT, .token = 5, .addr = drive_scratch(&d, &a, sizeof a)});
    drive_expect(&d, 5, -SLUICE_ECONNREFUSED);
    close(refusing);
    drive_close(&d);
}

static void forced_destroy_with_everything_in_flight(const feature_set *set)
{
    drive d;
    uint64_t handle;
    int peer;
    static uint8_t out[8 << 20];

    start(&d, set, 512, 16);
    uint64_t listener = drive_listen(&d, drive_inet4(0), NULL, 0);
    drive_accept(&d, listener, 1, true);
    drive_pair(&d, &handle, &peer);
    drive_recv(&d, handle, 2, true);
    drive_send(&d, handle, 3, out, sizeof out, 0);
    for (int i = 0; i < 3; i++) drive_turn(&d, MS);
    CHECK_EQ(sluice_destroy(d.loop, 0), -SLUICE_EBUSY);
    CHECK_EQ(sluice_destroy(d.loop, SLUICE_DESTROY_FORCE), 0);
    d.loop = NULL;
    char sink[4096];
    ssize_t n;
    while ((n = recv(peer, sink, sizeof sink, 0)) > 0) continue;
    CHECK_EQ(n, -1);
    CHECK_EQ(errno, ECONNRESET);
    close(peer);
    free(d.list);
}

int main(void)
{
    int before = open_descriptors();

    for (size_t i = 0; i < sizeof SETS / sizeof SETS[0]; i++) {
        const feature_set *set = &SETS[i];
        printf("%s\n", set->name);
        fflush(stdout);
        multishot_accept_and_echo(set);
        cancelled_receive_can_be_started_again(set);
        starved_receives_go_on(set);
        closed_while_starved(set);
        large_send_to_a_slow_peer(set, 0);
        large_send_to_a_slow_peer(set, SLUICE_SQE_LAZY);
        large_send_to_a_slow_peer(set, SLUICE_SQE_ZEROCOPY);
        aborted_while_the_socket_is_full(set, 0);
        aborted_while_the_socket_is_full(set, SLUICE_SQE_ZEROCOPY);
        all_is_sent_while_the_loop_blocks(set, false);
        all_is_sent_while_the_loop_blocks(set, true);
        watch_and_connect(set);
        forced_destroy_with_everything_in_flight(set);
    }
    CHECK_EQ(open_descriptors(), before);
    return 0;
}
