/* What both C floors share: the command line, the listening socket, the readiness line, fatal errors. */
#ifndef SLUICE_BENCH_LISTENER_H
#define SLUICE_BENCH_LISTENER_H

#include <stdint.h>

/* Deep enough for the 10,000 connection workload to arrive in a burst; the kernel clamps it to somaxconn. */
#define FLOOR_BACKLOG 4096
/* One receive: large enough for the 16 KiB workload in one piece. */
#define FLOOR_BUF_BYTES 16384
#define FLOOR_MAX_CONNECTIONS 32768

/*
 * Reads `--port N` (0 picks one) or `--unix PATH`, opens the listening socket (close-on-exec, TCP_NODELAY set, which
 * accepted sockets inherit on Linux), raises the descriptor limit, ignores SIGPIPE, prints
 * "listening on WHERE engine=ENGINE binding=c" and returns the descriptor. Exits with a message on any error.
 */
int floor_listen(int argc, char **argv, const char *engine, int nonblocking);

/* Prints "WHAT: strerror(err)" and exits with status 1. */
_Noreturn void floor_die(const char *what, int err);

#endif
