/*
 * churn: connections come and go while descriptors and slots are reused as fast as they can be. Every byte of every
 * connection is checked against its own oracle, on both sides; then the census: no descriptor, handle, buffer or queued
 * piece is left.
 */
#include <sys/socket.h>

#include "drive.h"

#define LIFETIMES 3000
#define AT_ONCE 24
#define MAX_BYTES 3000

typedef struct conn {
    bool     used, closed_by_us;
    uint64_t id, handle;
    int      peer;
    uint32_t bytes, written, echoed, answered; /* sent by the peer; received by the loop; read back by the peer */
} conn;

static drive d;
static conn conns[AT_ONCE];
static uint8_t echo[AT_ONCE][MAX_BYTES];
static uint32_t seed = 12345, ended;

static uint32_t below(uint32_t n)
{
    seed = seed * 1103515245 + 12345;
    return (seed >> 8) % n;
}

#define TOKEN_ACCEPT 1u
#define TOKEN_SEND 2u
#define TOKEN_CLOSE 3u
#define TOKEN_CONN 100u

static void on_data(conn *k, const sluice_cqe *c)
{
    CHECK_EQ_U64(c->handle, k->handle);
    CHECK_LE(k->echoed + (uint32_t)c->result, k->bytes);
    const uint8_t *data = drive_data(&d, c);
    for (int i = 0; i < c->result; i++)
        if (data[i] != oracle(k->id, k->echoed + (uint32_t)i))
            FAIL("connection %" PRIu64 " received a byte of somebody else at %u", k->id, k->echoed + (uint32_t)i);
    uint8_t *copy = &echo[k - conns][k->echoed];
    memcpy(copy, data, (size_t)c->result);
    drive_send(&d, k->handle, TOKEN_SEND, copy, (uint32_t)c->result, below(2) ? SLUICE_SQE_LAZY : 0);
    k->echoed += (uint32_t)c->result;
    drive_give_back(&d, c);
}

static void on_completion(const sluice_cqe *c)
{
    if (c->token == TOKEN_SEND) {
        /* Data that was received before a CLOSE is echoed behind it; a peer that went first may have sent RST. */
        bool late = c->result == -SLUICE_ECANCELED || c->result == -SLUICE_ESTALE || c->result == -SLUICE_EALREADY;
        bool reset = c->result == -SLUICE_ECONNRESET || c->result == -SLUICE_EPIPE;
        CHECK_MSG(c->result > 0 || late || reset, "%s", sluice_strerror(c->result));
        return;
    }
    if (c->token == TOKEN_CLOSE) {
        CHECK_EQ(c->result, 0);
        return;
    }
    conn *k = &conns[c->token - TOKEN_CONN];
    if (c->flags & SLUICE_CQE_BUFFER) on_data(k, c);
    else CHECK_MSG(c->result == 0 || c->result == -SLUICE_ECANCELED || c->result == -SLUICE_ECONNRESET, "%s",
                   sluice_strerror(c->result));
}

static void turn(int64_t timeout_ns)
{
    drive_turn(&d, timeout_ns);
    uint32_t kept = 0;
    for (uint32_t i = 0; i < d.list_count; i++) {
        sluice_cqe c = d.list[i];
        if (c.token == TOKEN_ACCEPT || c.token >= 1000) d.list[kept++] = c;
        else on_completion(&c);
    }
    d.list_count = kept;
}

static void begin(conn *k, uint16_t port)
{
    static uint64_t id;
    sluice_cqe c;

    *k = (conn){.used = true, .id = ++id, .bytes = 1 + below(MAX_BYTES)};
    k->peer = peer_connect(port);
    while (!drive_try(&d, TOKEN_ACCEPT, &c)) turn(10 * MS);
    CHECK_EQ(c.result, 0);
    k->handle = c.handle;
    drive_recv(&d, k->handle, TOKEN_CONN + (uint64_t)(k - conns), true);
}

static void step(conn *k)
{
    uint8_t text[MAX_BYTES];

    if (k->written < k->bytes) {
        uint32_t n = 1 + below(k->bytes - k->written);
        for (uint32_t i = 0; i < n; i++) text[i] = oracle(k->id, k->written + i);
        peer_send(k->peer, text, n);
        k->written += n;
    }
    ssize_t got = recv(k->peer, text, sizeof text, MSG_DONTWAIT);
    for (ssize_t i = 0; i < got; i++)
        if (text[i] != oracle(k->id, k->answered++)) FAIL("connection %" PRIu64 " was sent a wrong byte", k->id);
    bool complete = k->answered == k->bytes;
    if (!complete && (k->written < k->bytes || below(40))) return; /* now and then one is cut off in the middle */
    drive_end(&d, k->handle, TOKEN_CLOSE, below(3) ? 0 : SLUICE_SQE_ABORT);
    uint64_t closed = drive_ctr(&d, SLUICE_CTR_CLOSED);
    if (below(2)) close(k->peer), k->peer = -1; /* the peer's end before ours, or behind it */
    while (drive_ctr(&d, SLUICE_CTR_CLOSED) == closed) turn(10 * MS);
    if (k->peer >= 0) close(k->peer);
    k->used = false;
    ended++;
}

int main(int argc, char **argv)
{
    CHECK_EQ(argc, 2);
    drive_open(&d, argv[1], NULL);
    drive_pool(&d, 1024, 32);
    drive_turn(&d, 0);
    int before = open_descriptors();
    uint64_t listener = drive_listen(&d, drive_inet4(0), NULL, 0);
    uint16_t port = drive_port(&d, listener);
    drive_accept(&d, listener, TOKEN_ACCEPT, true);
    while (ended < LIFETIMES) {
        conn *k = &conns[below(AT_ONCE)];
        if (k->used) step(k);
        else begin(k, port);
        if (!below(3)) turn(0);
    }
    for (conn *k = conns; k < conns + AT_ONCE; k++) {
        if (!k->used) continue;
        close(k->peer);
        drive_end(&d, k->handle, TOKEN_CLOSE, 0);
    }
    drive_cancel(&d, listener, 1000, TOKEN_ACCEPT);
    drive_end(&d, listener, TOKEN_CLOSE, 0);
    while (drive_ctr(&d, SLUICE_CTR_OPENED) != drive_ctr(&d, SLUICE_CTR_CLOSED)) turn(10 * MS);
    turn(0);
    CHECK_EQ(drive_ctr(&d, SLUICE_CTR_BUFFERS_OUT), 0);
    CHECK_EQ(drive_ctr(&d, SLUICE_CTR_OPS_IN_FLIGHT), 0);
    CHECK_EQ(open_descriptors(), before);
    CHECK_EQ(d.terminals, drive_ctr(&d, SLUICE_CTR_SUBMISSIONS));
    drive_close(&d);
    return 0;
}
