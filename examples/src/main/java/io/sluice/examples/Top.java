package io.sluice.examples;

import io.sluice.management.EventLoopGroupMXBean;
import java.io.Console;
import java.io.IOException;
import java.io.PrintStream;
import java.lang.reflect.UndeclaredThrowableException;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * Shows the event loops of a running process: connections, traffic, turns, closes by reason, once a second. Attaches to the
 * process through JMX, so both must run as the same user and the other one on a JDK with the module jdk.management.agent.
 */
public final class Top {
  static final String USAGE = "usage: Top --pid PID [--count FRAMES] [--interval MILLISECONDS]";
  static final int DEFAULT_INTERVAL_MILLIS = 1000;

  private static final String CLEAR = "\033[H\033[2J";

  private Top() {}

  public static void main(String[] args) throws InterruptedException {
    int exitCode = run(args, System.out, System.err, isTerminal());
    if (exitCode != 0) {
      System.exit(exitCode);
    }
  }

  /** From JDK 22 on there is a console also where there is no terminal, and a method that tells. */
  private static boolean isTerminal() {
    Console console = System.console();
    if (console == null) {
      return false;
    }
    try {
      return (boolean) Console.class.getMethod("isTerminal").invoke(console);
    } catch (ReflectiveOperationException olderJdk) {
      return true;
    }
  }

  static int run(String[] args, PrintStream out, PrintStream err, boolean terminal) throws InterruptedException {
    try {
      Arguments arguments = Arguments.parse(args, "--pid", "--count", "--interval");
      if (!arguments.has("--pid")) {
        throw new Arguments.InvalidException("--pid is missing: the process to look at");
      }
      int pid = arguments.integer("--pid", 0, 1, Integer.MAX_VALUE);
      int count = arguments.integer("--count", Integer.MAX_VALUE, 1, Integer.MAX_VALUE);
      int interval = arguments.integer("--interval", DEFAULT_INTERVAL_MILLIS, 10, 3_600_000);
      try (TopTarget target = TopTarget.attach(pid)) {
        show(target, count, interval, out, terminal);
      }
      return 0;
    } catch (Arguments.InvalidException e) {
      err.println("Top: " + e.getMessage());
      err.println(USAGE);
      return Arguments.EXIT_BAD_ARGUMENTS;
    } catch (IOException | UndeclaredThrowableException e) {
      Throwable cause = e instanceof UndeclaredThrowableException u ? u.getUndeclaredThrowable() : e;
      err.println("Top: " + cause.getMessage());
      return Arguments.EXIT_FAILED;
    }
  }

  private static void show(TopTarget target, int count, int intervalMillis, PrintStream out, boolean terminal)
      throws IOException, InterruptedException {
    Map<String, TopView.Sample> before = new LinkedHashMap<>();
    for (int frame = 1; ; frame++) {
      List<String> lines = new ArrayList<>();
      Map<String, TopView.Sample> now = new LinkedHashMap<>();
      for (Map.Entry<String, EventLoopGroupMXBean> group : target.groups().entrySet()) {
        TopView.Sample sample = TopView.Sample.of(group.getValue());
        now.put(group.getKey(), sample);
        lines.addAll(TopView.lines("pid " + target.pid() + ", group " + group.getKey(), sample, before.get(group.getKey())));
      }
      if (lines.isEmpty()) {
        throw new IOException("process " + target.pid() + " has no event loop group any more");
      }
      out.print(terminal ? CLEAR : "");
      lines.forEach(out::println);
      out.flush();
      if (frame == count) {
        return;
      }
      before = now;
      Thread.sleep(intervalMillis);
    }
  }
}
