/*
 * drive.h: a small driver for the C tests: it plays the caller of the ABI, and the peers on the other side.
 *
 * Completions are moved from the ring into a list as they come; a test asks for them by token, so the order in which
 * independent operations complete does not matter unless the test says so. Every wait has a limit and fails with a message
 * that names the token.
 */
#ifndef SLUICE_TEST_DRIVE_H
#define SLUICE_TEST_DRIVE_H

#include <stdbool.h>
#include <sys/types.h>

#include "check.h"
#include "sluice.h"

#define DRIVE_LIMIT_S 20
#define MS 1000000ll

typedef struct drive {
    sluice_loop   *loop;
    sluice_header *hdr;
    sluice_sqe    *sq;
    sluice_cqe    *cq;
    uint32_t      *rq;
    uint64_t      *ctr;
    uint8_t       *scratch;
    uint32_t       scratch_used;
    uint32_t       engine;
    uint8_t       *pool; /* group 0 */
    uint32_t       buf_bytes, buf_count;
    sluice_cqe    *list; /* taken, not yet asked for */
    uint32_t       list_count, list_cap;
    uint64_t       terminals; /* completions without MORE ever taken */
} drive;

/* Ends the test with "skipped" when the engine is not usable here. config may be NULL; its engine is filled in. */
void drive_open(drive *d, const char *engine, const sluice_config *config);
void drive_pool(drive *d, uint32_t buf_bytes, uint32_t count); /* registers group 0 */
void drive_close(drive *d);                                    /* checks that nothing lives */
uint32_t drive_engine(const char *name);
sluice_config drive_config(void); /* all defaults */

/* ---- submitting ---- */
void     drive_put(drive *d, sluice_sqe e);
uint64_t drive_scratch(drive *d, const void *bytes, uint32_t n); /* copies, answers the offset */
void     drive_scratch_reset(drive *d);
void     drive_send(drive *d, uint64_t handle, uint64_t token, const void *bytes, uint32_t n, uint8_t flags);
void     drive_recv(drive *d, uint64_t handle, uint64_t token, bool multishot);
void     drive_end(drive *d, uint64_t handle, uint64_t token, uint8_t flags); /* CLOSE */
void     drive_simple(drive *d, uint8_t op, uint64_t handle, uint64_t token);
void     drive_cancel(drive *d, uint64_t handle, uint64_t token, uint64_t victim);

/* ---- completions ---- */
int        drive_turn(drive *d, int64_t timeout_ns);          /* one enter; takes what it brought */
bool       drive_try(drive *d, uint64_t token, sluice_cqe *out); /* the oldest with that token, if any was taken */
sluice_cqe drive_wait(drive *d, uint64_t token);
sluice_cqe drive_expect(drive *d, uint64_t token, int32_t result); /* waits, checks result and that it is terminal */
void       drive_quiet(drive *d);                             /* turns a few times: nothing more may come */
void       drive_quiet_of(drive *d, uint64_t handle);         /* ... nothing more that mentions the handle */
uint8_t   *drive_data(drive *d, const sluice_cqe *c);
void       drive_give_back(drive *d, const sluice_cqe *c);
/* Receives n bytes through a MULTISHOT or repeated RECV with that token, giving buffers back. */
void       drive_read(drive *d, uint64_t handle, uint64_t token, bool multishot, void *out, size_t n);
uint64_t   drive_ctr(const drive *d, uint32_t counter);

/* ---- sockets of the loop ---- */
sluice_addr drive_inet4(uint16_t port); /* 127.0.0.1 */
sluice_addr drive_unix(const char *path, uint32_t len);
uint64_t drive_listen(drive *d, sluice_addr a, const sluice_optval *opts, uint32_t count);
uint16_t drive_port(drive *d, uint64_t listener);
void     drive_accept(drive *d, uint64_t listener, uint64_t token, bool multishot);
/* A connected pair: a handle of the loop, and a blocking descriptor of the test. */
void     drive_pair(drive *d, uint64_t *handle, int *peer);
void     drive_pair_unix(drive *d, uint64_t *handle, int *peer);

/* ---- peers: plain blocking sockets with a time limit ---- */
int  peer_listen(uint16_t *port, int backlog);
int  peer_refuse(uint16_t *port); /* refuses connections, and keeps the port from other processes, until it is closed */
int  peer_accept(int listener);
int  peer_connect(uint16_t port);
void peer_send(int fd, const void *bytes, size_t n);
/* Reads exactly n bytes while the loop turns. */
void peer_read(drive *d, int fd, void *out, size_t n);
/* The peer's end: 0 = end of stream, else errno. Data before it is dropped. The loop turns meanwhile. */
int  peer_end(drive *d, int fd);
void peer_reset(int fd); /* closes with RST */

/* Byte number i of stream number id: the content oracle. */
static inline uint8_t oracle(uint64_t id, uint64_t i)
{
    uint64_t x = (id * 0x9e3779b97f4a7c15ull) ^ (i >> 3) * 0xbf58476d1ce4e5b9ull;

    return (uint8_t)(x >> ((i & 7) * 8)) ^ (uint8_t)i;
}

int open_descriptors(void); /* of this process */

#endif
