package io.sluice.examples;

import io.sluice.LoopMetric;
import io.sluice.management.EventLoopGroupMXBean;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.StringJoiner;

/** One group in lines: a table with a row for each loop, and why connections ended. */
final class TopView {
  private static final String HEADER =
      String.format(
          "%6s %8s %8s %8s %9s %9s %9s %9s %9s %9s %6s %9s %8s %9s %7s", "loop", "conns", "opens/s", "closes/s", "msg in/s",
          "msg out/s", "in/s", "out/s", "turns/s", "sysc/s", "busy", "longest", "tasks/s", "delay", "stalls");
  private static final String[] UNITS = {"", "k", "M", "G", "T"};

  private TopView() {}

  /** What a group said at one time. */
  record Sample(
      String engine, long nanos, List<Map<String, Long>> loops, Map<String, Long> closes) {
    static Sample of(EventLoopGroupMXBean group) {
      return new Sample(
          group.getEngine() + "/" + group.getBinding(), group.getUptimeNanos(), group.getLoopMetrics(), group.getCloses());
    }
  }

  /** @param before null: rates are averages since the group was opened */
  static List<String> lines(String title, Sample now, Sample before) {
    double seconds = Math.max(1e-9, (now.nanos - (before == null ? 0 : before.nanos)) / 1e9);
    List<String> lines = new ArrayList<>();
    lines.add(
        String.format(
            Locale.ROOT, "%s, %s, up %.1f s, rates over %.1f s", title, now.engine, now.nanos / 1e9, seconds));
    lines.add(HEADER);
    for (int i = 0; i < now.loops.size(); i++) {
      lines.add(row(Integer.toString(i), now.loops.get(i), before == null ? Map.of() : before.loops.get(i), seconds));
    }
    lines.add("closed: " + closes(now, before, seconds));
    lines.add("");
    return lines;
  }

  private static String row(String name, Map<String, Long> now, Map<String, Long> before, double seconds) {
    Rates r = new Rates(now, before, seconds);
    return String.format(
        Locale.ROOT, "%6s %8s %8s %8s %9s %9s %9s %9s %9s %9s %5.1f%% %9s %8s %9s %7d", name,
        number(now.get(LoopMetric.CONNECTIONS_LIVE.key())),
        number(r.of(LoopMetric.CONNECTIONS_ACCEPTED) + r.of(LoopMetric.CONNECTIONS_CONNECTED)),
        number(r.of(LoopMetric.CONNECTIONS_CLOSED)), number(r.of(LoopMetric.MESSAGES_RECEIVED)),
        number(r.of(LoopMetric.MESSAGES_SENT)), number(r.of(LoopMetric.BYTES_RECEIVED)) + "B",
        number(r.of(LoopMetric.BYTES_SENT)) + "B", number(r.of(LoopMetric.TURNS)), number(r.of(LoopMetric.SYSCALLS)),
        Math.min(100, r.of(LoopMetric.TURN_TIME) / 1e7), millis(now.get(LoopMetric.TURN_TIME_LONGEST.key())),
        number(r.of(LoopMetric.TASKS)), millis(r.taskDelay()), now.get(LoopMetric.STALLS.key()));
  }

  private record Rates(Map<String, Long> now, Map<String, Long> before, double seconds) {
    private long change(LoopMetric metric) {
      return now.get(metric.key()) - before.getOrDefault(metric.key(), 0L);
    }

    double of(LoopMetric metric) {
      return change(metric) / seconds;
    }

    /** Of the oldest task of a batch, on average. */
    double taskDelay() {
      return (double) change(LoopMetric.TASK_DELAY) / Math.max(1, change(LoopMetric.TASK_BATCHES));
    }
  }

  private static String closes(Sample now, Sample before, double seconds) {
    StringJoiner all = new StringJoiner(", ").setEmptyValue("none");
    now.closes.forEach(
        (kind, n) -> {
          if (n > 0) {
            long change = n - (before == null ? 0 : before.closes.getOrDefault(kind, 0L));
            all.add(kind + " " + n + (change > 0 ? " (" + number(change / seconds) + "/s)" : ""));
          }
        });
    return all.toString();
  }

  static String number(double n) {
    int unit = 0;
    double v = n;
    while (v >= 9999.5 && unit < UNITS.length - 1) {
      v /= 1000;
      unit++;
    }
    boolean whole = v == Math.rint(v) || v >= 100;
    return String.format(Locale.ROOT, whole ? "%.0f%s" : "%.1f%s", v, UNITS[unit]);
  }

  private static String millis(double nanos) {
    return String.format(Locale.ROOT, "%.2fms", nanos / 1e6);
  }
}
