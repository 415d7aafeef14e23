package io.sluice.benchmarks.compare;

import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

class SctpVmReportTest {
  private static String line(String tag, int round, String server, double rate, double cpu) {
    return tag + "|64 B|" + round + "|" + server + "|{\"rate\":" + rate + ",\"cpu_us\":" + cpu + ",\"p50_us\":60.0,\"syscalls\":3.000}";
  }

  private static List<String> log() {
    List<String> log = new ArrayList<>(List.of("Booting from ROM..GUEST-BEGIN 6.12.1 2.67", "FACT|jdk: listening"));
    for (String server : List.of("c-epoll", "jdk", "sluice-epoll")) {
      log.add(line("SYSCALLS", 0, server, 1, 1));
    }
    double[][] rates = {{400, 100, 450}, {900, 300, 200}, {400, 200, 200}};
    for (int round = 0; round < rates.length; round++) {
      log.add(line("WINDOW", round + 1, "sluice-epoll", rates[round][2], 17 - round));
      log.add(line("WINDOW", round + 1, "jdk", rates[round][1], 20));
      log.add(line("WINDOW", round + 1, "c-epoll", rates[round][0], 10));
    }
    return log;
  }

  @Test
  void figuresAreThoseOfTheBestWindowAndComparedWithTheBest() {
    String report = SctpVmReport.of(log(), List.of());
    assertTrue(report.contains("| sluice-epoll | 450 | 1.50 | 0.50 | 60.0 | 15.00 | 0.75 | 1.50 | 3.00 |"), report);
    assertTrue(report.contains("Linux 6.12.1\n"), report);
    assertTrue(report.indexOf("| c-epoll |") < report.indexOf("| jdk |"), report);
    assertTrue(report.indexOf("| jdk |") < report.indexOf("| sluice-epoll |"), report);
  }

  @Test
  void aLogThatIsNotCompleteMakesNoReport() {
    for (String missing : List.of("SYSCALLS|64 B|0|jdk", "WINDOW|64 B|1|c-epoll", "W")) {
      List<String> log = log();
      log.removeIf(l -> missing.equals("WINDOW|64 B|1|c-epoll") ? l.contains("c-epoll") : l.startsWith(missing));
      assertThrows(IllegalStateException.class, () -> SctpVmReport.of(log, List.of()), missing);
    }
  }
}
