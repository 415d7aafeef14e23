package io.sluice.soak;

import io.sluice.CloseReason.Kind;
import io.sluice.EventLoopGroup;
import io.sluice.EventLoopGroup.ShutdownReport;
import io.sluice.LoopMetric;
import io.sluice.LoopStats;
import java.util.EnumMap;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.locks.LockSupport;
import java.util.function.BooleanSupplier;

/** The end of a round: everything counted must add up, and nothing may be left. */
final class RoundEnd {
  private static final long LIMIT_NANOS = 20_000_000_000L;
  private static final long LOOK_EVERY_NANOS = 200_000;

  private final Round round;
  private final RoundSettings settings;
  private final EventLoopGroup servers;
  private final EventLoopGroup clients;
  private final Map<EventLoopGroup, Tally> groups = new LinkedHashMap<>();

  RoundEnd(Round round, RoundSettings settings, EventLoopGroup servers, Tally serverTally, EventLoopGroup clients,
      Tally clientTally) {
    this.round = round;
    this.settings = settings;
    this.servers = servers;
    this.clients = clients;
    groups.put(servers, serverTally);
    groups.put(clients, clientTally);
  }

  /** Only what stays is open, and it holds nothing. */
  void awaitQuiet() {
    await("all but the staying connections to end", round::quiet);
    groups.keySet().forEach(
        g -> {
          awaitZero(g, LoopMetric.LEASES_RETAINED);
          awaitZero(g, LoopMetric.SEND_BYTES_PENDING);
        });
    long most = 2 * round.stays.sum();
    await("the registries to hold the staying connections only", () -> open() <= most);
  }

  private long open() {
    return groups.keySet().stream().mapToLong(g -> g.connections().count()).sum();
  }

  private void awaitZero(EventLoopGroup g, LoopMetric metric) {
    await(metric + " to be 0", () -> g.stats().value(metric) == 0);
  }

  private void await(String what, BooleanSupplier condition) {
    await(round, what, condition);
  }

  static void await(Round round, String what, BooleanSupplier condition) {
    long start = System.nanoTime();
    while (!condition.getAsBoolean()) {
      if (System.nanoTime() - start > LIMIT_NANOS) {
        round.faults.add("waited in vain for " + what + "\n" + round.stuck(20));
        return;
      }
      LockSupport.parkNanos(LOOK_EVERY_NANOS);
    }
  }

  // ------------------------------------------------------------------------------------------- shutdown

  void shutDown() {
    long staying = round.stays.sum();
    if (settings.oneGroup()) {
      // Of each pair at least the side whose loop was told first: the other one may close in answer before its loop is told.
      expectReport(shutDown(servers).join(), staying);
    } else if (settings.serversEndFirst()) {
      expectReport(shutDown(servers).join(), staying);
      shutDown(clients).join();
    } else if (settings.clientsEndFirst()) {
      expectReport(shutDown(clients).join(), staying);
      shutDown(servers).join();
    } else {
      CompletableFuture<ShutdownReport> s = shutDown(servers);
      CompletableFuture<ShutdownReport> c = shutDown(clients);
      s.join();
      c.join();
    }
    groups.keySet().forEach(EventLoopGroup::close);
    await("every connection to be judged", round::finished);
  }

  private CompletableFuture<ShutdownReport> shutDown(EventLoopGroup g) {
    return g.shutdown(settings.grace()).toCompletableFuture();
  }

  private void expectReport(ShutdownReport r, long staying) {
    if (r.connectionsClosed() + r.connectionsAborted() < staying) {
      round.faults.add("the shutdown reports " + r + ", but " + staying + " connections were open");
    }
  }

  // ------------------------------------------------------------------------------------------- counts

  void expectNothingLeft() {
    groups.forEach(
        (g, tally) -> {
          LoopStats s = g.stats();
          expect("connections in the registry", g.connections().count(), 0, s);
          expect("keys in the registry", g.connections().keyCount(), 0, s);
          expect("opens, counted by the loops and by the handlers",
              s.value(LoopMetric.CONNECTIONS_ACCEPTED) + s.value(LoopMetric.CONNECTIONS_CONNECTED), tally.opens.sum(), s);
          expect("closes, by the loops and by the handlers", s.value(LoopMetric.CONNECTIONS_CLOSED), tally.closes(), s);
          expect("opens and closes", tally.opens.sum(), tally.closes(), s);
          for (Kind kind : Kind.values()) {
            expect("closes of kind " + kind + ", by the loops and by the handlers", s.closes(kind), tally.closes(kind), s);
          }
          expect("handles opened and closed", s.value(LoopMetric.HANDLES_OPENED), s.value(LoopMetric.HANDLES_CLOSED), s);
          for (LoopMetric m : new LoopMetric[] {
            LoopMetric.CONNECTIONS_LIVE, LoopMetric.LEASES_RETAINED, LoopMetric.BUFFERS_OUT, LoopMetric.SEND_BYTES_PENDING,
            LoopMetric.SENDS_IN_FLIGHT, LoopMetric.BAD_RETURNS, LoopMetric.INVALID_SUBMISSIONS}) {
            expect(m.key(), s.value(m), 0, s);
          }
        });
  }

  private void expect(String what, long a, long b, LoopStats s) {
    if (a != b) {
      round.faults.add(what + ": " + a + " and " + b + " after the shutdown, " + settings + "\n" + s);
    }
  }

  RoundResult result(long connections, long messages, long shortages) {
    EnumMap<Kind, Long> closes = new EnumMap<>(Kind.class);
    long opens = 0;
    LoopStats all = LoopStats.sum("all", groups.keySet().stream().map(EventLoopGroup::stats).toList());
    for (Tally t : groups.values()) {
      opens += t.opens.sum();
      for (Kind kind : Kind.values()) {
        closes.merge(kind, t.closes(kind), Long::sum);
      }
    }
    closes.values().removeIf(n -> n == 0);
    return new RoundResult(
        connections, opens, all.value(LoopMetric.BYTES_RECEIVED), all.value(LoopMetric.STARVED),
        all.value(LoopMetric.LATE_CLOSED), messages, shortages, closes);
  }
}
