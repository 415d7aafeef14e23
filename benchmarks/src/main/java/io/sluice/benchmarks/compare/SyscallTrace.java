package io.sluice.benchmarks.compare;

import java.io.BufferedReader;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.concurrent.TimeUnit;

/**
 * Counts a process's system calls with {@code strace -c -f}, for machines where the load generator may not use the
 * kernel's tracepoint. Slow for the server, exact in number.
 */
final class SyscallTrace {
  private final Process strace;
  private final BufferedReader output;

  private SyscallTrace(Process strace, BufferedReader output) {
    this.strace = strace;
    this.output = output;
  }

  static SyscallTrace attach(long pid) throws IOException {
    Process strace = new ProcessBuilder("strace", "-c", "-f", "-p", Long.toString(pid)).start();
    BufferedReader output = strace.errorReader(StandardCharsets.UTF_8);
    String first = output.readLine();
    if (first == null || !first.contains("attached")) {
      strace.destroy();
      throw new IOException("strace: " + first);
    }
    return new SyscallTrace(strace, output);
  }

  /** Detaches and returns the number of calls since {@link #attach}. */
  long detach() throws IOException, InterruptedException {
    new ProcessBuilder("kill", "-INT", Long.toString(strace.pid())).start().waitFor();
    long calls = -1;
    for (String line; (line = output.readLine()) != null; ) {
      String[] columns = line.trim().split("\\s+");
      if (columns[columns.length - 1].equals("total")) {
        calls = Long.parseLong(columns[3]); // % time, seconds, usecs/call, calls
      }
    }
    strace.waitFor(5, TimeUnit.SECONDS);
    if (calls < 0) {
      throw new IOException("strace printed no total");
    }
    return calls;
  }
}
