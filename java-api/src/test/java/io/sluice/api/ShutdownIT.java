package io.sluice.api;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.sluice.CloseReason.Kind;
import io.sluice.Connection;
import io.sluice.ConnectOptions;
import io.sluice.EventLoop;
import io.sluice.EventLoopGroup;
import io.sluice.EventLoopGroup.ShutdownReport;
import io.sluice.FileRegion;
import io.sluice.SendResult;
import io.sluice.contract.Census;
import io.sluice.internal.abi.Abi;
import io.sluice.internal.loop.Counters;
import java.io.BufferedReader;
import java.io.File;
import java.io.InputStreamReader;
import java.net.Socket;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CyclicBarrier;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicReference;
import org.junit.jupiter.api.Assumptions;
import org.opentest4j.TestAbortedException;

/** The end of a group, and of the process: always, completely, in silence. */
class ShutdownIT {
  private static final int FIRST_JDK_WITH_NATIVE_ACCESS_FLAG = 22;

  @OnEveryCell
  void nothingIsLeftAndTheReportSaysWhatWasAborted(Cell cell) throws Exception {
    cell.group().close(); // The first group of a process leaves the library, and classes, behind.
    Census before = Census.take();
    List<Socket> clients = new ArrayList<>();
    EventLoopGroup group = cell.builder().threads(2).build();
    Server<Recorder> server = new Server<>(group, Recorder::new);
    Connection stuck = null;
    for (int i = 0; i < 20; i++) {
      clients.add(server.client(4096));
      Recorder r = Await.next(server.handlers);
      Connection c = Await.value(r.opened);
      clients.get(i).getOutputStream().write(new byte[10_000]);
      if (i % 3 == 0) {
        c.pauseReading();
      }
      if (i == 7) {
        stuck = c;
        while (c.send(ByteBuffer.allocate(64 << 10)).accepted()) {
          Await.on(c.loop(), () -> null);
        }
      }
    }
    ShutdownReport report = Await.value(group.shutdown(Duration.ofMillis(200)));
    assertEquals(19, report.connectionsClosed());
    assertEquals(1, report.connectionsAborted());
    assertTrue(report.bytesUnsent() > 0);
    assertEquals(Kind.LOOP_SHUTDOWN, stuck.closeReason().kind());
    group.close();
    for (Socket s : clients) {
      s.close();
    }
    before.expectSame("after the end of the group");
    for (EventLoop loop : group.loops()) {
      assertEquals(Counters.of(loop, Abi.CTR_OPENED), Counters.of(loop, Abi.CTR_CLOSED));
    }
  }

  @OnEveryEngine
  void aCallerDrivenGroupIsClosedWhileAnotherThreadBeginsToDriveIt(Cell cell) throws Exception {
    for (int round = 0; round < 150; round++) {
      EventLoopGroup group = cell.builder().threads(2).callerDriven().build();
      CyclicBarrier start = new CyclicBarrier(2);
      AtomicReference<Throwable> thrown = new AtomicReference<>();
      Thread driver =
          new Thread(
              () -> {
                try {
                  start.await();
                  driveWhatIsMine(group);
                } catch (Throwable t) {
                  thrown.compareAndSet(null, t);
                }
              });
      driver.start();
      start.await();
      group.close(); // Must not throw, whoever came first.
      driver.join();
      assertEquals(null, thrown.get());
      assertEquals(new ShutdownReport(0, 0, 0, 0), Await.value(group.shutdown(Duration.ZERO)));
    }
  }

  private static void driveWhatIsMine(EventLoopGroup group) {
    List<EventLoop> mine = new ArrayList<>(group.loops());
    CompletableFuture<ShutdownReport> end = null;
    while (!mine.isEmpty() && (end == null || !end.isDone())) {
      mine.removeIf(
          loop -> {
            try {
              loop.turn(Duration.ofMillis(1));
              return false;
            } catch (IllegalStateException drivenByTheOther) {
              return true;
            }
          });
      end = group.shutdown(Duration.ZERO).toCompletableFuture();
    }
  }

  @OnEveryEngine
  void filesRefusedForTheirNumberAreToldWhenThereIsRoom(Cell cell) throws Exception {
    class Writable extends Recorder {
      final CompletableFuture<Void> writable = new CompletableFuture<>();

      @Override
      public void onWritable(Connection c) {
        super.onWritable(c);
        writable.complete(null);
      }
    }
    Path file = Files.createTempFile("sluice", ".data");
    Files.write(file, new byte[10]);
    FileRegion region = new FileRegion(file, 0, 10);
    try (Server<Writable> server = new Server<>(cell.group(), Writable::new);
        Socket s = server.client();
        Socket t = server.client()) {
      Writable onLoop = Await.next(server.handlers);
      Connection c = Await.value(onLoop.opened);
      Await.on(
          c.loop(),
          () -> {
            while (c.send(region, null).accepted()) {}
            return null;
          });
      Await.value(onLoop.writable);
      Writable outside = Await.next(server.handlers);
      Connection d = Await.value(outside.opened);
      CompletableFuture<Void> gate = new CompletableFuture<>();
      d.loop().execute(gate::join);
      SendResult last;
      do {
        last = d.send(region, null);
      } while (last.accepted());
      assertEquals(SendResult.REJECTED, last);
      gate.complete(null);
      Await.value(outside.writable);
      assertTrue(d.send(region, null).accepted());
    } finally {
      Files.delete(file);
    }
  }

  /**
   * What java.util.logging makes of the one line that tells, at the start, what runs; nothing about the end. The line may come too late for
   * a process as short as this.
   */
  private static final String THE_START = "([^\\n]*Announcement[^\\n]*\\R[^\\n]*Sluice [^\\n]*: engine [^\\n]*\\R)?";

  @OnEveryCell
  void aProcessEndsInSilenceWithLiveConnections(Cell cell) throws Exception {
    cell.group().close();
    for (int exit : new int[] {0, 7}) {
      Process p = new ProcessBuilder(command(cell, exit)).start();
      List<Socket> sockets = new ArrayList<>();
      try (BufferedReader out = new BufferedReader(new InputStreamReader(p.getInputStream()))) {
        int port = Integer.parseInt(out.readLine());
        for (int i = 0; i < 10; i++) {
          Socket s = new Socket("127.0.0.1", port);
          sockets.add(s);
          s.setSoTimeout((int) Await.LIMIT_SECONDS * 1000);
          s.getOutputStream().write(i);
          assertEquals(i, s.getInputStream().read());
        }
        Thread load = load(sockets);
        p.getOutputStream().write('\n');
        p.getOutputStream().flush();
        assertTrue(p.waitFor(Await.LIMIT_SECONDS, TimeUnit.SECONDS), "the process does not end");
        String noise = new String(p.getErrorStream().readAllBytes(), StandardCharsets.UTF_8);
        assertTrue(noise.matches(THE_START), noise);
        assertEquals(exit, p.exitValue());
        load.join();
      } finally {
        p.destroyForcibly();
        for (Socket s : sockets) {
          s.close();
        }
      }
    }
  }

  /** Traffic until the process is gone. */
  private static Thread load(List<Socket> sockets) {
    Thread t =
        new Thread(
            () -> {
              try {
                while (true) {
                  for (Socket s : sockets) {
                    s.getOutputStream().write(1);
                    if (s.getInputStream().read() < 0) {
                      return;
                    }
                  }
                }
              } catch (java.io.IOException ended) {
                // The process is gone.
              }
            });
    t.start();
    return t;
  }

  private static List<String> command(Cell cell, int exit) throws Exception {
    List<String> command = new ArrayList<>();
    command.add(Path.of(System.getProperty("java.home"), "bin", "java").toString());
    if (Runtime.version().feature() >= FIRST_JDK_WITH_NATIVE_ACCESS_FLAG) {
      command.add("--enable-native-access=ALL-UNNAMED");
    }
    for (String property : List.of("sluice.native.path", "jna.boot.library.path")) {
      if (System.getProperty(property) != null) {
        command.add("-D" + property + "=" + System.getProperty(property));
      }
    }
    List<String> path = new ArrayList<>();
    for (Class<?> c : List.of(ShutdownIT.class, Connection.class, Assumptions.class, TestAbortedException.class)) {
      path.add(Path.of(c.getProtectionDomain().getCodeSource().getLocation().toURI()).toString());
    }
    path.add(System.getProperty("java.class.path"));
    command.addAll(List.of("-cp", String.join(File.pathSeparator, path), Child.class.getName()));
    command.addAll(List.of(cell.engine(), cell.binding(), Integer.toString(exit)));
    return command;
  }

  /** An echo server that prints its port and ends when a line comes, without closing anything. */
  static final class Child {
    private Child() {}

    public static void main(String[] args) throws Exception {
      Server<Recorder.Echo> server =
          new Server<>(new Cell(args[0], args[1]).builder().threads(2).build(), Recorder.Echo::new);
      server.group.connect(server.address(), ConnectOptions.defaults(), new Recorder());
      System.out.println(server.listener.port());
      System.in.read();
      int exit = Integer.parseInt(args[2]);
      if (exit != 0) {
        System.exit(exit);
      }
    }
  }
}
