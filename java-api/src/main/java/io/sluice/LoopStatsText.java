package io.sluice;

import io.sluice.LoopMetric.Unit;
import java.util.Locale;
import java.util.StringJoiner;

/** A snapshot in words: columns that line up, numbers a person can read. */
final class LoopStatsText {
  private static final String[] DECIMAL = {"", " k", " M", " G", " T", " P", " E"};
  private static final String[] BINARY = {" B", " KiB", " MiB", " GiB", " TiB", " PiB", " EiB"};
  /** From here on engine counters matter only when they are not 0. */
  private static final LoopMetric FIRST_ENGINE_METRIC = LoopMetric.SUBMISSIONS;

  private final LoopStats s;
  private final StringBuilder text = new StringBuilder(1024);

  private LoopStatsText(LoopStats s) {
    this.s = s;
  }

  static String of(LoopStats s) {
    LoopStatsText t = new LoopStatsText(s);
    t.text.append(s.name()).append(", engine ").append(s.engine()).append(", binding ").append(s.binding());
    if (s.loops() > 1) {
      t.text.append(", ").append(s.loops()).append(" loops");
    }
    t.text.append(", over ").append(time(s.span().toNanos()));
    t.connections();
    t.traffic();
    t.turns();
    t.engine();
    return t.text.toString();
  }

  private void connections() {
    line("connections", LoopMetric.CONNECTIONS_LIVE, "live", LoopMetric.CONNECTIONS_ACCEPTED, "accepted",
        LoopMetric.CONNECTIONS_CONNECTED, "connected", LoopMetric.CONNECTS_FAILED, "failed to connect");
    StringJoiner kinds = new StringJoiner(", ", ": ", "").setEmptyValue("");
    s.closes().forEach(
        (kind, n) -> {
          if (n != 0) {
            kinds.add(kind + " " + count(n));
          }
        });
    line("closed", LoopMetric.CONNECTIONS_CLOSED, "closed" + kinds);
  }

  private void traffic() {
    line("received", LoopMetric.MESSAGES_RECEIVED, "messages", LoopMetric.BYTES_RECEIVED, "");
    line("sent", LoopMetric.MESSAGES_SENT, "messages", LoopMetric.BYTES_SENT, "", LoopMetric.SEND_BYTES_PENDING, "pending");
    if (s.value(LoopMetric.UDP_SOCKETS_OPENED) != 0) {
      line("udp", LoopMetric.UDP_SOCKETS_LIVE, "sockets", LoopMetric.DATAGRAMS_RECEIVED, "received", LoopMetric.DATAGRAMS_SENT,
          "sent", LoopMetric.DATAGRAMS_TRUNCATED, "truncated", LoopMetric.DATAGRAM_ERRORS, "errors");
    }
    line("buffers", LoopMetric.BUFFERS_OUT, "out", LoopMetric.LEASES_RETAINED, "retained", LoopMetric.STARVED, "starved",
        LoopMetric.THROTTLED, "throttled", LoopMetric.STALE_COMPLETIONS, "stale");
  }

  private void turns() {
    line("turns", LoopMetric.TURNS, "turns", LoopMetric.SYSCALLS, "syscalls", LoopMetric.WAITS, "waits",
        LoopMetric.WAKES, "wakes");
    line("turn time", LoopMetric.TURN_TIME, String.format(Locale.ROOT, "(%.1f %% busy)", 100 * s.busyShare()),
        LoopMetric.TURN_TIME_LONGEST, "longest", LoopMetric.STALLS, "stalls");
    line("tasks", LoopMetric.TASKS, "tasks", LoopMetric.TASK_DELAY_LONGEST, "longest delay");
    text.append("   ").append(time(s.meanTaskDelay().toNanos())).append(" mean");
  }

  private void engine() {
    StringJoiner j = new StringJoiner("   ");
    for (LoopMetric m : LoopMetric.values()) {
      if (m.compareTo(FIRST_ENGINE_METRIC) >= 0 && s.value(m) != 0) {
        j.add(amount(m) + " " + m.key().substring("engine.".length()).replace('.', ' '));
      }
    }
    if (j.length() > 0) {
      label("engine").append(j);
    }
  }

  private StringBuilder label(String label) {
    return text.append(String.format(Locale.ROOT, "%n  %-12s", label));
  }

  private void line(String label, Object... metricsAndWords) {
    label(label);
    for (int i = 0; i < metricsAndWords.length; i += 2) {
      String words = (String) metricsAndWords[i + 1];
      String amount = amount((LoopMetric) metricsAndWords[i]);
      text.append(i == 0 ? String.format(Locale.ROOT, "%10s", amount) : "   " + amount);
      text.append(words.isEmpty() ? "" : " ").append(words);
    }
  }

  private String amount(LoopMetric m) {
    long n = s.value(m);
    return m.unit() == Unit.BYTES ? bytes(n) : m.unit() == Unit.NANOSECONDS ? time(n) : count(n);
  }

  static String count(long n) {
    return n < 100_000 ? Long.toString(n) : scaled(n, 1000, DECIMAL);
  }

  static String bytes(long n) {
    return scaled(n, 1024, BINARY);
  }

  private static String scaled(long n, int step, String[] units) {
    if (n < step) {
      return n + units[0];
    }
    double v = n;
    int u = 0;
    // What would be rounded up to the next unit is written in it.
    while (v >= step - 0.05 && u < units.length - 1) {
      v /= step;
      u++;
    }
    return String.format(Locale.ROOT, "%.1f%s", v, units[u]);
  }

  static String time(long nanos) {
    if (nanos < 1_000) {
      return nanos + " ns";
    }
    if (nanos < 1_000_000) {
      return String.format(Locale.ROOT, "%.1f us", nanos / 1e3);
    }
    if (nanos < 1_000_000_000) {
      return String.format(Locale.ROOT, "%.1f ms", nanos / 1e6);
    }
    return String.format(Locale.ROOT, "%.1f s", nanos / 1e9);
  }
}
