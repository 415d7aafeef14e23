package io.sluice.internal.loop;

import static org.junit.jupiter.api.Assertions.assertEquals;

import io.sluice.EventLoopGroup;
import io.sluice.api.Await;
import io.sluice.api.Cell;
import io.sluice.api.OnEveryCell;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;

/** A socket that the loop does not take over: its descriptor is closed once, when nobody needs it any more, and its end is told. */
class RefusedMessageSocketIT {
  /** No process has that many. */
  private static final int NO_DESCRIPTOR = 1 << 30;

  /** Writes down what it is called. */
  private static final class Recorded extends MessageSocket {
    final List<String> calls = new ArrayList<>();

    Recorded(Loop loop) {
      super(loop);
      adopt(NO_DESCRIPTOR);
    }

    void closeNow() {
      close();
    }

    @Override
    protected void adopted() {
      calls.add("adopted");
    }

    @Override
    protected void refused(int code, int osError) {
      calls.add("refused");
    }

    @Override
    protected void discard(int descriptor) {
      calls.add("discard " + (descriptor == NO_DESCRIPTOR));
    }

    @Override
    protected void received(int at, int bytes) {
      calls.add("received");
    }

    @Override
    protected void failed(int osError) {
      calls.add("failed");
    }

    @Override
    protected void sent(Object owner, int stream, int ppid, int context, int result, int osError) {
      calls.add("sent");
    }

    @Override
    protected void ended() {
      calls.add("ended");
    }
  }

  private static final class Group implements AutoCloseable {
    final EventLoopGroup group;
    final Loop loop;

    Group(Cell cell) {
      group = cell.builder().callerDriven().stallThreshold(Duration.ZERO).build();
      loop = (Loop) group.loops().get(0);
      loop.turn(Duration.ZERO);
    }

    void drive(Recorded s, int calls) {
      Await.until("the ADOPT was answered", () -> {
        loop.turn(Duration.ofMillis(1));
        return s.calls.size() >= calls;
      });
    }

    @Override
    public void close() {
      group.shutdown(Duration.ZERO);
      group.close();
    }
  }

  @OnEveryCell
  void theDescriptorIsKeptUntilTheCloseThatFollows(Cell cell) {
    try (Group g = new Group(cell)) {
      Recorded s = new Recorded(g.loop);
      g.drive(s, 1);
      assertEquals(List.of("refused"), s.calls);
      assertEquals(0, g.loop.messages.sockets.live());
      s.closeNow();
      s.closeNow();
      assertEquals(List.of("refused", "discard true", "ended"), s.calls);
    }
  }

  /** As when a connect is given up within the turn that it was asked in: whoever waits for the end must not wait for ever. */
  @OnEveryCell
  void aCloseInFrontOfTheRefusalEndsItToo(Cell cell) {
    try (Group g = new Group(cell)) {
      Recorded s = new Recorded(g.loop);
      s.closeNow();
      g.drive(s, 2);
      assertEquals(List.of("discard true", "ended"), s.calls);
      assertEquals(0, g.loop.messages.sockets.live());
    }
  }

  @OnEveryCell
  void aLoopThatBreaksInFrontOfTheAdoptRefusesIt(Cell cell) {
    try (Group g = new Group(cell)) {
      Recorded waiting = new Recorded(g.loop);
      Recorded closing = new Recorded(g.loop);
      closing.closeNow();
      g.loop.shutdown().breakUp(CloseReasons.loopBroken(1)); // What is submitted is never carried out.
      assertEquals(List.of("refused"), waiting.calls);
      assertEquals(List.of("discard true", "ended"), closing.calls);
    }
  }

  /** Answered, and nobody reads the answer. */
  @OnEveryCell
  void aLoopThatBreaksBehindTheRefusalTellsIt(Cell cell) {
    try (Group g = new Group(cell)) {
      Recorded s = new Recorded(g.loop);
      g.loop.submissions.enter(0);
      g.loop.submissions.enter(0);
      g.loop.shutdown().breakUp(CloseReasons.loopBroken(1));
      assertEquals(List.of("refused"), s.calls);
      s.closeNow();
      assertEquals(List.of("refused", "discard true", "ended"), s.calls);
    }
  }
}
