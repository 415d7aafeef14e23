package io.sluice.examples;

import io.sluice.EngineUnavailableException;
import java.io.IOException;
import java.io.PrintStream;
import java.util.Locale;
import java.util.concurrent.TimeUnit;

/**
 * What {@code ci/demo} shows: the engine report, an echo server under clients that check every byte, and the reasons that
 * connections end for. Exit code 0 only when everything was as it should be.
 */
public final class Demo {
  static final String USAGE = "usage: Demo [--connections N] [--kib N] [--threads N] " + GroupSettings.USAGE;
  static final int DEFAULT_CONNECTIONS = 64;
  static final int MAX_CONNECTIONS = 1000;
  static final int DEFAULT_KIB_PER_CONNECTION = 1024;

  private Demo() {}

  public static void main(String[] args) throws InterruptedException {
    int exitCode = run(args, System.out, System.err);
    if (exitCode != 0) {
      System.exit(exitCode);
    }
  }

  static int run(String[] args, PrintStream out, PrintStream err) throws InterruptedException {
    try {
      Arguments arguments = Arguments.parse(
          args, "--connections", "--kib", GroupSettings.THREADS, GroupSettings.ENGINE, GroupSettings.BINDING);
      int connections = arguments.integer("--connections", DEFAULT_CONNECTIONS, 1, MAX_CONNECTIONS);
      int kib = arguments.integer("--kib", DEFAULT_KIB_PER_CONNECTION, 1, 1 << 20);
      GroupSettings group = GroupSettings.from(arguments, Runtime.getRuntime().availableProcessors());
      int faults = show(connections, kib * 1024L, group, out);
      out.println(faults == 0 ? "Demo: everything as it should be" : "Demo: " + faults + " faults");
      return faults == 0 ? 0 : Arguments.EXIT_FAILED;
    } catch (Arguments.InvalidException e) {
      err.println("Demo: " + e.getMessage());
      err.println(USAGE);
      return Arguments.EXIT_BAD_ARGUMENTS;
    } catch (EngineUnavailableException | IOException e) {
      err.println("Demo: " + e.getMessage());
      return Arguments.EXIT_FAILED;
    }
  }

  private static int show(int connections, long bytesPerConnection, GroupSettings settings, PrintStream out)
      throws IOException, InterruptedException {
    EchoServer.Settings server = new EchoServer.Settings(EchoServer.anyLoopbackPort(), settings);
    try (EchoServer echo = EchoServer.start(server, new EchoHandler())) {
      out.println("Which engine runs, and why not another:");
      out.println(echo.group().report());
      out.println();
      out.println("Echo server and " + connections + " clients (blocking JDK sockets), every byte verified:");
      out.println("  " + echo);
      int faults = drive(echo.port(), connections, bytesPerConnection, out);
      out.println();
      out.println("Why connections end:");
      faults += new CloseReasonTour(echo.group(), out).run();
      out.println();
      return faults;
    }
  }

  private static int drive(int port, int connections, long bytesPerConnection, PrintStream out)
      throws InterruptedException {
    long started = System.nanoTime();
    EchoClients.Totals totals = EchoClients.run(port, connections, bytesPerConnection);
    double seconds = (System.nanoTime() - started) / (double) TimeUnit.SECONDS.toNanos(1);
    out.println(String.format(
        Locale.ROOT, "  %d connections, %d messages, %d bytes each way verified, %d clients with faults, %.1f s",
        totals.clients(), totals.messages(), totals.bytes(), totals.faults().size(), seconds));
    for (String fault : totals.faults()) {
      out.println("  " + fault);
    }
    return totals.faults().size();
  }
}
