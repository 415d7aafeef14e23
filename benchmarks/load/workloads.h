/* The kinds of load. Each runs from its first connection to its report line. */
#ifndef SLUICE_BENCH_WORKLOADS_H
#define SLUICE_BENCH_WORKLOADS_H

#include "options.h"

void run_echo(const options *o);
void run_datagrams(const options *o); /* the same over UDP */  /* closed and open loop */
void run_churn(const options *o); /* connect, request, response, close */
void run_idle(const options *o);  /* many quiet connections, held until stdin closes */

#endif
