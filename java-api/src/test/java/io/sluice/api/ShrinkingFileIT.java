package io.sluice.api;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import io.sluice.CloseReason;
import io.sluice.CloseReason.Initiator;
import io.sluice.CloseReason.Kind;
import io.sluice.Connection;
import io.sluice.FileRegion;
import java.io.IOException;
import java.net.Socket;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import org.junit.jupiter.api.io.TempDir;

/** A file becomes shorter when its region was taken: the reason says so, and the peer does not take the gap for the end. */
class ShrinkingFileIT {
  private static final int BYTES = 100_000;
  private static final int LEFT = 10;

  @TempDir Path folder;

  /** Sends a region of which most is gone before anything is sent. */
  private final class Sender extends Recorder {
    final List<CloseReason> told = new CopyOnWriteArrayList<>();

    void send(Connection c, boolean andClose) throws IOException {
      Path file = Files.write(folder.resolve("file"), new byte[BYTES]);
      c.send(new FileRegion(file, 0, BYTES), (x, failure) -> told.add(failure));
      if (andClose) {
        c.close();
      }
      Files.write(file, new byte[LEFT]);
    }

    @Override
    public void onInputClosed(Connection c) {
      try {
        send(c, true);
      } catch (IOException e) {
        throw new AssertionError(e);
      }
    }

    void expectTheGapIsTold(Socket s) {
      CloseReason why = Await.value(closed);
      assertEquals(Kind.IO_ERROR, why.kind());
      assertEquals(Initiator.LOCAL, why.initiator());
      assertEquals(BYTES - LEFT, why.bytesUnsent());
      assertEquals(List.of(Kind.IO_ERROR), told.stream().map(CloseReason::kind).toList());
      assertThrows(IOException.class, () -> s.getInputStream().readAllBytes(), "a reset, not an end");
    }
  }

  private void sendsInATask(Cell cell, boolean andClose) throws Exception {
    try (Server<Sender> server = new Server<>(cell.group(), Sender::new);
        Socket s = server.client()) {
      Sender r = Await.next(server.handlers);
      Connection c = Await.value(r.opened);
      Await.on(
          c.loop(),
          () -> {
            r.send(c, andClose);
            return null;
          });
      r.expectTheGapIsTold(s);
    }
  }

  @OnEveryCell
  void whileTheConnectionIsOpen(Cell cell) throws Exception {
    sendsInATask(cell, false);
  }

  @OnEveryCell
  void whileTheCloseWaitsForThePeer(Cell cell) throws Exception {
    sendsInATask(cell, true);
  }

  @OnEveryCell
  void whileTheCloseOnlySendsWhatIsQueued(Cell cell) throws Exception {
    try (Server<Sender> server = new Server<>(cell.group(), Sender::new);
        Socket s = server.client()) {
      s.shutdownOutput();
      Await.next(server.handlers).expectTheGapIsTold(s);
    }
  }
}
