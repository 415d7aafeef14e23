package io.sluice.contract;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.io.BufferedReader;
import java.io.InputStreamReader;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Assumptions;
import org.junit.jupiter.api.Test;

/** Running out of descriptors throttles an ACCEPT and ends nothing. In a process of its own, with few descriptors. */
class ThrottleIT extends ContractTest {
  private static final int DESCRIPTORS = 256;

  ThrottleIT(EngineCell cell) {
    super(cell);
  }

  @Test
  void anAcceptOutOfDescriptorsWaitsAndGoesOn() throws Exception {
    Assumptions.assumeTrue(Files.isExecutable(Path.of("/bin/sh")), "needs a shell with ulimit");
    Process child = start();
    closing(child::destroyForcibly);
    BufferedReader lines = closing(new BufferedReader(new InputStreamReader(child.getInputStream())));
    int port = Integer.parseInt(expect(lines, "PORT ").substring(5));
    Socket established = connect(port);
    connect(port);
    echo(established);
    expect(lines, "FULL");
    for (int i = 0; i < 6; i++) {
      connect(port);
    }
    child.getOutputStream().write('\n');
    child.getOutputStream().flush();
    expect(lines, "THROTTLED");
    echo(established);
    expect(lines, "OK");
    assertEquals(0, child.waitFor());
  }

  private Process start() throws Exception {
    List<String> command = new ArrayList<>(List.of("/bin/sh", "-c", "ulimit -n " + DESCRIPTORS + " && exec \"$@\"", "sh"));
    command.add(Path.of(System.getProperty("java.home"), "bin", "java").toString());
    if (Runtime.version().feature() >= 22) {
      command.add("--enable-native-access=ALL-UNNAMED");
    }
    for (String property : List.of("sluice.native.path", "jna.boot.library.path")) {
      if (System.getProperty(property) != null) {
        command.add("-D" + property + "=" + System.getProperty(property));
      }
    }
    command.addAll(List.of("-Xshare:auto", "-cp", System.getProperty("java.class.path"), ThrottleChild.class.getName()));
    command.addAll(List.of(cell.engine(), cell.binding()));
    return new ProcessBuilder(command).redirectError(ProcessBuilder.Redirect.INHERIT).start();
  }

  private static String expect(BufferedReader lines, String start) throws Exception {
    String line = lines.readLine();
    if (line == null || !line.startsWith(start)) {
      throw new AssertionError("the child said " + line + ", expected " + start);
    }
    return line;
  }

  private Socket connect(int port) throws Exception {
    return closing(Peers.connect(new InetSocketAddress(Peers.ANY_PORT.getAddress(), port)));
  }

  private static void echo(Socket s) throws Exception {
    s.getOutputStream().write(77);
    assertEquals(77, s.getInputStream().read());
  }
}
