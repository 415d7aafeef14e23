/* Command line of the load generator. */
#ifndef SLUICE_BENCH_OPTIONS_H
#define SLUICE_BENCH_OPTIONS_H

#include <stdbool.h>
#include <stdint.h>

enum mode { MODE_CLOSED, MODE_OPEN, MODE_CHURN, MODE_IDLE };
enum engine { ENGINE_EPOLL, ENGINE_URING };

enum {
    MAX_CONNECTIONS = 16000,
    MAX_MESSAGE_BYTES = 1 << 20,
    MAX_DEPTH = 1024,
    /* Several sends of one connection may be in the kernel at once with io_uring; below this many outstanding
     * bytes a loopback socket takes each of them at once, so they cannot overtake each other. */
    MAX_URING_OUTSTANDING_BYTES = 65536,
    MAX_URING_DEPTH = 64,
    MAX_DATAGRAM_BYTES = 1472, /* what fits a packet of 1500 */
    MAX_TRAIN = 64,            /* datagrams that the kernel cuts one send into */
    MAX_TRAIN_BYTES = 63 << 10,
};

typedef struct options {
    enum mode mode;
    enum engine engine;
    int port;              /* TCP, or UDP, to 127.0.0.1 when > 0 */
    const char *unix_path; /* else this stream socket */
    uint32_t connections, message_bytes, depth;
    double rate;           /* open loop: messages per second over all connections */
    double warmup_s, measure_s, tail_s;
    int cpu;               /* pin to this CPU; -1: wherever */
    bool datagrams;        /* over UDP: each connection is a connected socket; needs io_uring */
    bool trains;           /* free slots leave together, as one segmented send */
    bool sleep;            /* block when there is nothing to do instead of polling */
    int server_pid;        /* account this process; 0: none */
    double sample_us;      /* sample the server's user/system split this often; 0: not */
    bool count_syscalls;   /* count the server's system calls (costs it about 0.1 us each) */
    const char *name;      /* echoed in the report */
} options;

/* Fills `o` from the command line; prints what is wrong and exits with 2 when something is. */
void options_parse(options *o, int argc, char **argv);

const char *mode_name(enum mode mode);
const char *engine_name(enum engine engine);

#endif
