package io.sluice.api;

import static org.junit.jupiter.api.Assertions.assertEquals;

import io.sluice.Connection;
import io.sluice.ListenerState;
import java.io.BufferedReader;
import java.io.File;
import java.io.InputStreamReader;
import java.net.Socket;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Assumptions;
import org.opentest4j.TestAbortedException;

/**
 * Out of descriptors: the listener says THROTTLED, loses no connection, and goes on by itself. In a JVM of its own, whose
 * limit of descriptors is low ({@code prlimit}-free: {@code sh -c 'ulimit -n ...'}).
 */
class ThrottledIT {
  private static final int DESCRIPTORS = 400;
  private static final int CLIENTS = 500;

  @OnEveryEngine
  void aListenerOutOfDescriptorsRecovers(Cell cell) throws Exception {
    cell.group().close();
    Assumptions.assumeTrue(new File("/bin/sh").canExecute(), "no /bin/sh");
    List<String> command = new ArrayList<>();
    command.add("/bin/sh");
    command.add("-c");
    command.add("ulimit -n " + DESCRIPTORS + " && exec \"$@\"");
    command.add("sh");
    command.add(Path.of(System.getProperty("java.home"), "bin", "java").toString());
    command.add("-cp");
    command.add(classPath());
    // The JDK would raise the soft limit to the hard one; ulimit -n sets both.
    for (String property : List.of("sluice.native.path", "jna.boot.library.path")) {
      if (System.getProperty(property) != null) {
        command.add("-D" + property + "=" + System.getProperty(property));
      }
    }
    command.add(Child.class.getName());
    command.add(cell.engine());
    command.add(cell.binding());
    Process p = new ProcessBuilder(command).redirectError(ProcessBuilder.Redirect.INHERIT).start();
    List<Socket> sockets = new ArrayList<>();
    try (BufferedReader out = new BufferedReader(new InputStreamReader(p.getInputStream()))) {
      int port = Integer.parseInt(out.readLine());
      try (Socket warmUp = new Socket("127.0.0.1", port)) {
        // The test's own classes come from a folder, and that needs descriptors too.
        warmUp.getOutputStream().write(2);
        assertEquals(2, warmUp.getInputStream().read());
      }
      assertEquals("warm", out.readLine());
      Socket first = new Socket("127.0.0.1", port);
      first.setSoTimeout(60_000);
      for (int i = 0; i < CLIENTS; i++) {
        sockets.add(new Socket("127.0.0.1", port));
      }
      assertEquals(ListenerState.THROTTLED.toString(), out.readLine());
      first.getOutputStream().write(1);
      assertEquals(1, first.getInputStream().read(), "established connections go on");
      for (int i = 0; i < 300; i++) {
        sockets.get(i).close();
      }
      assertEquals(ListenerState.LISTENING.toString(), out.readLine());
      for (int i = 300; i < CLIENTS; i++) {
        sockets.get(i).setSoTimeout(60_000);
        sockets.get(i).getOutputStream().write(i);
        assertEquals(i & 0xff, sockets.get(i).getInputStream().read(), "connection " + i);
      }
    } finally {
      for (Socket s : sockets) {
        s.close();
      }
      p.destroy();
      p.waitFor(60, TimeUnit.SECONDS);
    }
  }

  /** Also where the classes were loaded from: a launcher of tests may have a class path of its own. */
  private static String classPath() throws Exception {
    List<String> path = new ArrayList<>();
    for (Class<?> c : List.of(ThrottledIT.class, Connection.class, Assumptions.class, TestAbortedException.class)) {
      path.add(Path.of(c.getProtectionDomain().getCodeSource().getLocation().toURI()).toString());
    }
    path.add(System.getProperty("java.class.path"));
    return String.join(File.pathSeparator, path);
  }

  /** The server with few descriptors. Prints its port, then the listener's states as they change. */
  static final class Child {
    private Child() {}

    public static void main(String[] args) throws Exception {
      Cell cell = new Cell(args[0], args[1]);
      Server<Recorder.Echo> server = new Server<>(cell.group(), Recorder.Echo::new);
      System.out.println(server.listener.port());
      Await.value(Await.next(server.connections).closed());
      System.out.println("warm");
      Await.until("throttled", () -> server.listener.state() == ListenerState.THROTTLED);
      System.out.println(server.listener.state());
      Await.until("listening", () -> server.listener.state() == ListenerState.LISTENING);
      System.out.println(server.listener.state());
      Connection c = server.connections.poll();
      Await.value(c.closed());
    }
  }
}
