#include "drive.h"

#include <netinet/in.h>
#include <sys/mman.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <time.h>

static int64_t now_ns(void)
{
    struct timespec t;

    clock_gettime(CLOCK_MONOTONIC, &t);
    return (int64_t)t.tv_sec * 1000000000 + t.tv_nsec;
}

uint32_t drive_engine(const char *name)
{
    if (!strcmp(name, "epoll")) return SLUICE_ENGINE_EPOLL;
    if (!strcmp(name, "io_uring")) return SLUICE_ENGINE_IO_URING;
    if (!strcmp(name, "kqueue")) return SLUICE_ENGINE_KQUEUE;
    FAIL("usage: test ENGINE with ENGINE epoll, io_uring or kqueue, not '%s'", name);
}

sluice_config drive_config(void)
{
    return (sluice_config){.size = sizeof(sluice_config)};
}

void drive_open(drive *d, const char *engine, const sluice_config *config)
{
    sluice_probe_info info = {.size = sizeof info};
    sluice_config c = config ? *config : drive_config();
    const char *off = getenv("SLUICE_TEST_FEATURES_OFF"); /* runs any test as on an older kernel */
    uint64_t bytes;

    memset(d, 0, sizeof *d);
    d->engine = c.engine = drive_engine(engine);
    CHECK_EQ(sluice_probe(c.engine, &info), 0);
    if (!info.usable) SKIP("%s: %s", engine, info.reason);
    const char *entries = getenv("SLUICE_TEST_URING_ENTRIES"); /* or with a kernel ring that is always full */
    if (entries && !c.uring_entries) c.uring_entries = (uint32_t)strtoul(entries, NULL, 0);
    if (off) c.features_off |= (uint32_t)strtoul(off, NULL, 0) & SLUICE_FEAT_ALL;
    CHECK_EQ(sluice_open(&c, &d->loop), 0);
    d->hdr = sluice_shared(d->loop, &bytes);
    CHECK_EQ(d->hdr->magic, SLUICE_MAGIC);
    CHECK_EQ(d->hdr->bytes, bytes);
    uint8_t *base = (uint8_t *)d->hdr;
    d->sq = (void *)(base + d->hdr->sq_offset);
    d->cq = (void *)(base + d->hdr->cq_offset);
    d->rq = (void *)(base + d->hdr->rq_offset);
    d->ctr = (void *)(base + d->hdr->counters_offset);
    d->scratch = base + d->hdr->scratch_offset;
}

void drive_pool(drive *d, uint32_t buf_bytes, uint32_t count)
{
    d->buf_bytes = buf_bytes;
    d->buf_count = count;
    d->pool = mmap(NULL, (size_t)buf_bytes * count, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
    CHECK(d->pool != MAP_FAILED);
    CHECK_EQ(sluice_pool(d->loop, 0, d->pool, buf_bytes, count), 0);
}

void drive_close(drive *d)
{
    CHECK_EQ(drive_ctr(d, SLUICE_CTR_OPENED) - drive_ctr(d, SLUICE_CTR_CLOSED), 0);
    CHECK_EQ(sluice_destroy(d->loop, 0), 0);
    if (d->pool) munmap(d->pool, (size_t)d->buf_bytes * d->buf_count);
    free(d->list);
}

uint64_t drive_ctr(const drive *d, uint32_t counter) { return d->ctr[counter]; }

/* ------------------------------------------------------------------------------- submitting */

void drive_put(drive *d, sluice_sqe e)
{
    while (d->hdr->sq_tail - d->hdr->sq_head == d->hdr->sq_entries) drive_turn(d, 0);
    d->sq[d->hdr->sq_tail & (d->hdr->sq_entries - 1)] = e;
    d->hdr->sq_tail++;
}

uint64_t drive_scratch(drive *d, const void *bytes, uint32_t n)
{
    uint32_t at = d->scratch_used;

    CHECK_LE(at + n, d->hdr->scratch_bytes);
    memcpy(d->scratch + at, bytes, n);
    d->scratch_used = (at + n + 7) & ~7u;
    return d->hdr->scratch_offset + at;
}

void drive_scratch_reset(drive *d) { d->scratch_used = 0; }

void drive_send(drive *d, uint64_t handle, uint64_t token, const void *bytes, uint32_t n, uint8_t flags)
{
    drive_put(d, (sluice_sqe){.op = SLUICE_OP_SEND, .flags = flags, .handle = handle, .token = token, .len = n,
                              .addr = (uintptr_t)bytes});
}

void drive_recv(drive *d, uint64_t handle, uint64_t token, bool multishot)
{
    drive_put(d, (sluice_sqe){.op = SLUICE_OP_RECV, .flags = multishot ? SLUICE_SQE_MULTISHOT : 0, .handle = handle,
                              .token = token});
}

void drive_end(drive *d, uint64_t handle, uint64_t token, uint8_t flags)
{
    drive_put(d, (sluice_sqe){.op = SLUICE_OP_CLOSE, .flags = flags, .handle = handle, .token = token});
}

void drive_simple(drive *d, uint8_t op, uint64_t handle, uint64_t token)
{
    drive_put(d, (sluice_sqe){.op = op, .handle = handle, .token = token});
}

void drive_cancel(drive *d, uint64_t handle, uint64_t token, uint64_t victim)
{
    drive_put(d, (sluice_sqe){.op = SLUICE_OP_CANCEL, .handle = handle, .token = token, .aux = victim});
}

/* ------------------------------------------------------------------------------- completions */

static void take(drive *d)
{
    sluice_header *h = d->hdr;

    for (; h->cq_head != h->cq_tail; h->cq_head++) {
        if (d->list_count == d->list_cap) {
            d->list_cap = d->list_cap ? d->list_cap * 2 : 64;
            d->list = realloc(d->list, d->list_cap * sizeof *d->list);
            CHECK(d->list);
        }
        const sluice_cqe *c = &d->cq[h->cq_head & (h->cq_entries - 1)];
        CHECK_EQ(c->reserved, 0);
        if (!(c->flags & SLUICE_CQE_MORE)) d->terminals++;
        d->list[d->list_count++] = *c;
    }
}

int drive_turn(drive *d, int64_t timeout_ns)
{
    int n = sluice_enter(d->loop, timeout_ns, 0);

    if (n < 0) FAIL("sluice_enter: %s (%d)", sluice_strerror(n), n);
    CHECK_EQ((uint32_t)n, d->hdr->cq_tail - d->hdr->cq_head);
    take(d);
    return n;
}

bool drive_try(drive *d, uint64_t token, sluice_cqe *out)
{
    for (uint32_t i = 0; i < d->list_count; i++) {
        if (d->list[i].token != token) continue;
        *out = d->list[i];
        memmove(&d->list[i], &d->list[i + 1], (d->list_count - i - 1) * sizeof *d->list);
        d->list_count--;
        return true;
    }
    return false;
}

sluice_cqe drive_wait(drive *d, uint64_t token)
{
    sluice_cqe c;
    int64_t end = now_ns() + DRIVE_LIMIT_S * 1000 * MS;

    while (!drive_try(d, token, &c)) {
        if (now_ns() > end) {
            for (uint32_t i = 0; i < d->list_count; i++)
                fprintf(stderr, "have: token %" PRIu64 " op %u result %d flags %x detail %u\n", d->list[i].token,
                        d->list[i].op, d->list[i].result, d->list[i].flags, d->list[i].detail);
            FAIL("no completion with token %" PRIu64 " within %d s", token, DRIVE_LIMIT_S);
        }
        drive_turn(d, 50 * MS);
    }
    return c;
}

sluice_cqe drive_expect(drive *d, uint64_t token, int32_t result)
{
    sluice_cqe c = drive_wait(d, token);

    if (c.result != result || (c.flags & SLUICE_CQE_MORE))
        FAIL("token %" PRIu64 " op %u: result %d (%s), expected %d (%s); flags %x, errno %u", token, c.op, c.result,
             sluice_strerror(c.result < 0 ? c.result : 0), result, sluice_strerror(result < 0 ? result : 0), c.flags,
             c.detail);
    return c;
}

void drive_quiet(drive *d)
{
    for (int i = 0; i < 3; i++) drive_turn(d, 5 * MS);
    for (uint32_t i = 0; i < d->list_count; i++)
        FAIL("unexpected completion: token %" PRIu64 " op %u result %d flags %x", d->list[i].token, d->list[i].op,
             d->list[i].result, d->list[i].flags);
}

void drive_quiet_of(drive *d, uint64_t handle)
{
    uint32_t known = d->list_count;

    for (int i = 0; i < 3; i++) drive_turn(d, 5 * MS);
    for (uint32_t i = known; i < d->list_count; i++)
        if (d->list[i].handle == handle)
            FAIL("token %" PRIu64 " op %u mentions an ended handle", d->list[i].token, d->list[i].op);
}

uint8_t *drive_data(drive *d, const sluice_cqe *c)
{
    CHECK(c->flags & SLUICE_CQE_BUFFER);
    CHECK_EQ(c->buf_group, 0);
    CHECK_LT(c->buf_id, d->buf_count);
    CHECK_GT(c->result, 0);
    CHECK_LE(c->detail + (uint32_t)c->result, d->buf_bytes);
    return d->pool + (size_t)c->buf_id * d->buf_bytes + c->detail;
}

void drive_give_back(drive *d, const sluice_cqe *c)
{
    while (d->hdr->rq_tail - d->hdr->rq_head == d->hdr->rq_entries) drive_turn(d, 0);
    d->rq[d->hdr->rq_tail & (d->hdr->rq_entries - 1)] = (uint32_t)c->buf_group << 16 | c->buf_id;
    d->hdr->rq_tail++;
}

void drive_read(drive *d, uint64_t handle, uint64_t token, bool multishot, void *out, size_t n)
{
    uint8_t *at = out;

    while (n) {
        if (!multishot) drive_recv(d, handle, token, false);
        sluice_cqe c = drive_wait(d, token);
        if (c.result <= 0) FAIL("receive: %s, %zu bytes missing", sluice_strerror(c.result), n);
        CHECK_EQ_U64(c.handle, handle);
        CHECK_LE((size_t)c.result, n);
        CHECK_EQ(!!(c.flags & SLUICE_CQE_MORE), multishot);
        memcpy(at, drive_data(d, &c), (size_t)c.result);
        at += c.result;
        n -= (size_t)c.result;
        drive_give_back(d, &c);
    }
}

/* ------------------------------------------------------------------------------- sockets of the loop */

sluice_addr drive_inet4(uint16_t port)
{
    return (sluice_addr){.family = SLUICE_FAMILY_INET4, .port = port, .bytes = {127, 0, 0, 1}};
}

sluice_addr drive_unix(const char *path, uint32_t len)
{
    sluice_addr a = {.family = SLUICE_FAMILY_UNIX, .path_len = len};

    memcpy(a.bytes, path, len);
    return a;
}

#define TOKEN_SETUP 0xfeed0000u

uint64_t drive_listen(drive *d, sluice_addr a, const sluice_optval *opts, uint32_t count)
{
    sluice_sqe e = {.op = SLUICE_OP_LISTEN, .token = TOKEN_SETUP, .len = 128};

    drive_scratch_reset(d);
    e.addr = drive_scratch(d, &a, sizeof a);
    if (count) {
        e.aux = drive_scratch(d, opts, count * (uint32_t)sizeof *opts);
        e.aux32 = count;
    }
    drive_put(d, e);
    return drive_expect(d, TOKEN_SETUP, 0).handle;
}

uint16_t drive_port(drive *d, uint64_t listener)
{
    sluice_addr a;
    uint32_t len = sizeof a;

    CHECK_EQ(sluice_query(d->loop, listener, SLUICE_QUERY_LOCAL_ADDR, &a, &len), 0);
    CHECK_EQ(len, sizeof a);
    return a.port;
}

void drive_accept(drive *d, uint64_t listener, uint64_t token, bool multishot)
{
    drive_put(d, (sluice_sqe){.op = SLUICE_OP_ACCEPT, .handle = listener, .token = token,
                              .flags = multishot ? SLUICE_SQE_MULTISHOT : 0});
}

void drive_pair(drive *d, uint64_t *handle, int *peer)
{
    uint64_t listener = drive_listen(d, drive_inet4(0), NULL, 0);

    drive_accept(d, listener, TOKEN_SETUP + 1, false);
    *peer = peer_connect(drive_port(d, listener));
    *handle = drive_expect(d, TOKEN_SETUP + 1, 0).handle;
    drive_end(d, listener, TOKEN_SETUP + 2, 0);
    drive_expect(d, TOKEN_SETUP + 2, 0);
}

void drive_pair_unix(drive *d, uint64_t *handle, int *peer)
{
    int pair[2];

    CHECK_SYS(socketpair(AF_UNIX, SOCK_STREAM, 0, pair));
    drive_put(d, (sluice_sqe){.op = SLUICE_OP_ADOPT, .token = TOKEN_SETUP + 3, .aux32 = (uint32_t)pair[0]});
    *handle = drive_expect(d, TOKEN_SETUP + 3, 0).handle;
    *peer = pair[1];
}
