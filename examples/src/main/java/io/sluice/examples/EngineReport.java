package io.sluice.examples;

import io.sluice.EngineUnavailableException;
import io.sluice.EventLoopGroup;
import java.io.PrintStream;

/** Prints which engine and binding run on this machine, and for every other one why not. */
public final class EngineReport {
  private EngineReport() {}

  public static void main(String[] args) {
    int exitCode = run(args, System.out, System.err);
    if (exitCode != 0) {
      System.exit(exitCode);
    }
  }

  static int run(String[] args, PrintStream out, PrintStream err) {
    try {
      Arguments arguments = Arguments.parse(args, GroupSettings.ENGINE, GroupSettings.BINDING);
      try (EventLoopGroup group = GroupSettings.from(arguments, 1).open()) {
        out.println(group.report());
      }
      return 0;
    } catch (Arguments.InvalidException e) {
      err.println("EngineReport: " + e.getMessage());
      err.println("usage: EngineReport " + GroupSettings.USAGE);
      return Arguments.EXIT_BAD_ARGUMENTS;
    } catch (EngineUnavailableException e) {
      err.println("EngineReport: " + e.getMessage());
      return Arguments.EXIT_FAILED;
    }
  }
}
