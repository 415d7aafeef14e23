package io.sluice.internal.loop;

import io.sluice.CloseReason;
import io.sluice.LoopMetric;
import io.sluice.LoopStats;
import io.sluice.internal.abi.Abi;
import io.sluice.internal.abi.Counters;
import io.sluice.internal.engine.Engine;
import java.time.Duration;
import java.util.EnumMap;

/** Makes snapshots of what a loop and its engine have counted. Any thread, also after the loop has ended. */
final class LoopStatsReader {
  private final Loop loop;
  private final Engine engine;
  private final LoopCounters counters;
  private final Counters engineCounters;
  private final long openedNanos = System.nanoTime();

  LoopStatsReader(Loop loop) {
    this.loop = loop;
    this.engine = loop.engine;
    this.counters = loop.counters;
    this.engineCounters = new Counters(engine.shared());
  }

  LoopStats read(String name) {
    boolean ended = loop.hasEnded();
    if (ended) {
      loop.pool.countReturned(); // What was released while it ended.
    }
    EnumMap<CloseReason.Kind, Long> closes = new EnumMap<>(CloseReason.Kind.class);
    long closed = 0;
    for (CloseReason.Kind kind : CloseReason.Kind.values()) {
      long n = counters.closes(kind);
      closes.put(kind, n);
      closed += n;
    }
    EnumMap<LoopMetric, Long> values = new EnumMap<>(LoopMetric.class);
    for (LoopMetric metric : LoopMetric.values()) {
      values.put(metric, value(metric, closed, ended));
    }
    Duration span = Duration.ofNanos(System.nanoTime() - openedNanos);
    return new LoopStats(name, engine.name(), engine.binding(), 1, span, values, closes);
  }

  private long value(LoopMetric metric, long closed, boolean ended) {
    return switch (metric) {
      case CONNECTIONS_LIVE ->
          notNegative(counters.read(LoopCounters.ACCEPTED) + counters.read(LoopCounters.CONNECTED) - closed);
      case CONNECTIONS_ACCEPTED -> counters.read(LoopCounters.ACCEPTED);
      case CONNECTIONS_CONNECTED -> counters.read(LoopCounters.CONNECTED);
      case CONNECTS_FAILED -> counters.read(LoopCounters.CONNECTS_FAILED);
      case CONNECTIONS_CLOSED -> closed;
      case MESSAGES_RECEIVED -> counters.read(LoopCounters.MESSAGES_RECEIVED);
      case MESSAGES_SENT -> counters.read(LoopCounters.MESSAGES_SENT);
      case BYTES_RECEIVED -> engineCounters.read(Abi.CTR_BYTES_RECEIVED);
      case BYTES_SENT -> engineCounters.read(Abi.CTR_BYTES_SENT);
      case SEND_BYTES_PENDING -> pendingBytes();
      case TURNS -> engineCounters.read(Abi.CTR_TURNS);
      case SYSCALLS -> engineCounters.read(Abi.CTR_SYSCALLS);
      case WAITS -> engineCounters.read(Abi.CTR_WAITS);
      case WAKES -> engineCounters.read(Abi.CTR_WAKES);
      case TURN_TIME -> counters.read(LoopCounters.TURN_NANOS);
      case TURN_TIME_LONGEST ->
          Math.max(counters.read(LoopCounters.LONGEST_TURN_NANOS), counters.read(LoopCounters.LONGEST_STALL_NANOS));
      case STALLS -> counters.read(LoopCounters.STALLS);
      case TASKS -> counters.read(LoopCounters.TASKS);
      case TASK_BATCHES -> counters.read(LoopCounters.TASK_BATCHES);
      case TASK_DELAY -> counters.read(LoopCounters.TASK_DELAY_NANOS);
      case TASK_DELAY_LONGEST -> counters.read(LoopCounters.LONGEST_TASK_DELAY_NANOS);
      // When the loop has ended, so has every other use of a buffer.
      case BUFFERS_OUT -> ended ? leasesRetained() : engineCounters.read(Abi.CTR_BUFFERS_OUT);
      case LEASES_RETAINED -> leasesRetained();
      case LEASES_LOST -> counters.read(LoopCounters.LEASES_LOST);
      case LEASES_MISUSED -> counters.read(LoopCounters.LEASES_MISUSED);
      case STARVED -> engineCounters.read(Abi.CTR_STARVED);
      case THROTTLED -> engineCounters.read(Abi.CTR_THROTTLED);
      case STALE_COMPLETIONS -> counters.read(LoopCounters.STALE_COMPLETIONS);
      case SUBMISSIONS -> engineCounters.read(Abi.CTR_SUBMISSIONS);
      case COMPLETIONS -> engineCounters.read(Abi.CTR_COMPLETIONS);
      case STALE_SUBMISSIONS -> engineCounters.read(Abi.CTR_STALE);
      case INVALID_SUBMISSIONS -> engineCounters.read(Abi.CTR_INVALID);
      case BAD_RETURNS -> engineCounters.read(Abi.CTR_BAD_RETURNS);
      case HANDLES_OPENED -> engineCounters.read(Abi.CTR_OPENED);
      case HANDLES_CLOSED -> engineCounters.read(Abi.CTR_CLOSED);
      case REARMS -> engineCounters.read(Abi.CTR_REARMS);
      case COMPLETION_OVERFLOWS -> engineCounters.read(Abi.CTR_CQ_OVERFLOWS);
      case KERNEL_OVERFLOWS -> engineCounters.read(Abi.CTR_KERNEL_OVERFLOWS);
      case INLINE_SENDS -> engineCounters.read(Abi.CTR_INLINE_SENDS);
      case BLOCKED_SENDS -> engineCounters.read(Abi.CTR_BLOCKED_SENDS);
      case LATE_CLOSED -> engineCounters.read(Abi.CTR_LATE_CLOSED);
      case UDP_SOCKETS_LIVE ->
          notNegative(counters.read(LoopCounters.UDP_OPENED) - counters.read(LoopCounters.UDP_CLOSED));
      case UDP_SOCKETS_OPENED -> counters.read(LoopCounters.UDP_OPENED);
      case DATAGRAMS_RECEIVED -> engineCounters.read(Abi.CTR_DATAGRAMS_RECEIVED);
      case DATAGRAMS_SENT -> engineCounters.read(Abi.CTR_DATAGRAMS_SENT);
      case DATAGRAMS_TRUNCATED -> engineCounters.read(Abi.CTR_DATAGRAMS_TRUNCATED);
      case DATAGRAM_ERRORS -> engineCounters.read(Abi.CTR_DATAGRAM_ERRORS);
      case DATAGRAM_HANDLER_FAILURES -> counters.read(LoopCounters.UDP_HANDLER_FAILURES);
      case SENDS_IN_FLIGHT -> engineCounters.read(Abi.CTR_OPS_IN_FLIGHT);
    };
  }

  private long leasesRetained() {
    return notNegative(counters.read(LoopCounters.LEASES_RETAINED) - counters.read(LoopCounters.LEASES_ENDED));
  }

  /** What was taken is sent, lost with its connection, or pending: so nobody has to count pending bytes up and down. */
  private long pendingBytes() {
    long gone = counters.read(LoopCounters.BYTES_UNSENT) + engineCounters.read(Abi.CTR_BYTES_SENT);
    return notNegative(counters.read(LoopCounters.BYTES_TAKEN) - gone);
  }

  /** The parts of a difference are read one after the other, while the loop goes on counting. */
  private static long notNegative(long n) {
    return Math.max(0, n);
  }
}
