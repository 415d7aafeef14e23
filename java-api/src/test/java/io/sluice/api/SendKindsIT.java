package io.sluice.api;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.sluice.CloseReason;
import io.sluice.Connection;
import io.sluice.FileRegion;
import java.net.Socket;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Random;
import java.util.concurrent.CopyOnWriteArrayList;
import org.junit.jupiter.api.io.TempDir;

/** Gathering, large, empty and file sends, in one order, each with its listener. */
class SendKindsIT {
  @TempDir Path folder;

  @OnEveryCell
  void kindsOfSendsKeepTheirOrder(Cell cell) throws Exception {
    byte[] content = random(100_000, 1);
    Path file = Files.write(folder.resolve("content"), content);
    List<String> told = new CopyOnWriteArrayList<>();
    try (Server<Recorder> server = new Server<>(cell.group(), Recorder::new);
        Socket s = server.client()) {
      Connection c = Await.value(Await.next(server.handlers).opened);
      byte[] large = random(300_000, 2);
      Await.on(
          c.loop(),
          () -> {
            c.send(new ByteBuffer[] {bytes("a"), bytes(""), bytes("bc").asReadOnlyBuffer()});
            c.send(bytes("d"), (x, failure) -> told.add("d " + failure));
            c.send(new FileRegion(file, 10, 50_000), (x, failure) -> told.add("file " + failure));
            c.send(ByteBuffer.wrap(large), (x, failure) -> told.add("large " + failure));
            c.send(ByteBuffer.allocate(0), (x, failure) -> told.add("empty " + failure));
            return null;
          });
      c.send(new FileRegion(file, 0, 3), null);
      c.shutdownOutput();
      byte[] got = s.getInputStream().readAllBytes();
      ByteBuffer expected = ByteBuffer.allocate(4 + 50_000 + 300_000 + 3);
      expected.put(bytes("abcd")).put(content, 10, 50_000).put(large).put(content, 0, 3);
      assertArrayEquals(expected.array(), got);
      Await.until("all listeners", () -> told.size() == 4);
      assertEquals(List.of("d null", "file null", "large null"), told.stream().filter(t -> !t.startsWith("e")).toList());
    }
  }

  @OnEveryCell
  void listenersHearTheReasonWhenTheConnectionEndsFirst(Cell cell) throws Exception {
    List<String> told = new CopyOnWriteArrayList<>();
    try (Server<Recorder> server = new Server<>(cell.group(), Recorder::new);
        Socket s = server.client()) {
      Recorder r = Await.next(server.handlers);
      Connection c = Await.value(r.opened);
      int[] accepted = new int[1];
      boolean more = true;
      while (more) {
        more =
            Await.on(
                c.loop(),
                () ->
                    c.send(
                            ByteBuffer.allocate(100_000),
                            (x, f) -> told.add((r.closed.isDone() ? "late " : "") + (f == null ? "ok" : f.kind())))
                        .accepted());
        accepted[0] += more ? 1 : 0;
      }
      CloseReason why = Await.value(c.abort());
      assertEquals(accepted[0], told.size());
      assertTrue(told.contains("LOCAL_ABORT"), told::toString);
      assertTrue(told.stream().noneMatch(t -> t.startsWith("late")), told::toString);
      assertTrue(why.bytesUnsent() > 0);
    }
  }

  @OnEveryCell
  void aFileThatCannotBeSentIsAnArgumentError(Cell cell) throws Exception {
    Path file = Files.write(folder.resolve("short"), new byte[10]);
    try (Server<Recorder> server = new Server<>(cell.group(), Recorder::new);
        Socket s = server.client()) {
      Connection c = Await.value(Await.next(server.handlers).opened);
      String m =
          assertThrows(IllegalArgumentException.class, () -> c.send(new FileRegion(file, 5, 6), null)).getMessage();
      assertTrue(m.contains("10 bytes") && m.contains("short"), m);
      assertThrows(
          IllegalArgumentException.class, () -> c.send(new FileRegion(folder.resolve("absent"), 0, 1), null));
      assertThrows(IllegalArgumentException.class, () -> new FileRegion(file, -1, 6));
      assertTrue(c.isOpen());
    }
  }

  private static ByteBuffer bytes(String s) {
    return ByteBuffer.wrap(s.getBytes(StandardCharsets.UTF_8));
  }

  private static byte[] random(int n, int seed) {
    byte[] b = new byte[n];
    new Random(seed).nextBytes(b);
    return b;
  }
}
