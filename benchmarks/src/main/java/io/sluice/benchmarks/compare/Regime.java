package io.sluice.benchmarks.compare;

/** How the load is offered. Batching changes with it, so costs are reported per regime. */
enum Regime {
  /** Closed loop: as much as the server can take (with one connection: one message after the other). */
  SATURATED,
  /** Open loop at one rate for all servers; latency counts from the intended time. */
  FIXED_RATE,
  /** Closed loop with system calls and allocations counted; its times are not used, counting costs. */
  COUNTED
}
