package io.sluice.internal.loop;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.sluice.CloseReason;
import io.sluice.CloseReason.Initiator;
import io.sluice.CloseReason.Kind;
import io.sluice.ConnectOptions;
import io.sluice.Connection;
import io.sluice.ConnectionOptions;
import io.sluice.EventLoopGroup;
import io.sluice.FileRegion;
import io.sluice.SendResult;
import io.sluice.TransportOption;
import io.sluice.api.Await;
import io.sluice.api.Cell;
import io.sluice.api.OnEveryCell;
import io.sluice.api.Recorder;
import io.sluice.internal.engine.Engine;
import io.sluice.internal.engine.EngineConfig;
import io.sluice.internal.load.Engines;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.nio.ByteBuffer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.function.BooleanSupplier;

/** An engine queues so many pieces of sends and no more: whom that hits learns it as RESOURCE_LIMIT, and others go on. */
class SendRoomOfTheLoopIT {
  private static final int MAX_OPS = 64;
  private static final int FILES = SendProgress.MAX_QUEUED_FILES;
  private static final int FILE_BYTES = 256 << 10;
  private static final Duration TURN = Duration.ofMillis(20);

  /** A loop with little room, driven by the test's thread. */
  private static final class Small implements AutoCloseable {
    final EventLoopGroup group;
    final Loop loop;
    final ServerSocket door = new ServerSocket();
    final List<Socket> peers = new ArrayList<>();
    final Path file = Files.createTempFile("sluice", ".data");

    Small(Cell cell) throws IOException {
      group = cell.builder().callerDriven().build();
      Engine engine = Engines.open(
          Engines.select(cell.engine(), cell.isNio() ? null : cell.binding()),
          new EngineConfig(0, 0, 0, 0, 0, MAX_OPS, 0, 0, 0, 0));
      loop = new Loop((LoopGroup) group, 1, engine, new LoopMemory(1024, 16, 1 << 20, false));
      door.setReceiveBufferSize(16 << 10);
      door.bind(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0));
      Files.write(file, new byte[FILE_BYTES]);
    }

    void drive(BooleanSupplier done) {
      Await.until("the loop has done it", () -> {
        loop.turn(TURN);
        return done.getAsBoolean();
      });
    }

    Connection connect(Recorder handler) throws IOException {
      ConnectOptions options = ConnectOptions.defaults().withConnection(
          ConnectionOptions.defaults().with(TransportOption.SO_SNDBUF, 16 << 10).withLinger(Duration.ofHours(1)));
      ConnectStage stage = new ConnectStage();
      Connector connector = new Connector(loop, door.getLocalSocketAddress(), options, handler, stage);
      stage.connector(connector);
      loop.execute(connector::start);
      drive(handler.opened::isDone);
      peers.add(door.accept());
      return handler.opened.join();
    }

    /** To a peer that does not read. */
    Connection full(Recorder handler) throws IOException {
      Connection c = connect(handler);
      for (int i = 0; i < FILES; i++) {
        assertTrue(c.send(new FileRegion(file, 0, FILE_BYTES), null).accepted());
      }
      return c;
    }

    @Override
    public void close() throws Exception {
      group.close(); // First: it counts the loops that have ended.
      loop.shutdown().begin(0);
      drive(loop::hasEnded);
      for (Socket s : peers) {
        s.close();
      }
      door.close();
      Files.delete(file);
    }
  }

  private static void expectResourceLimit(CloseReason why) {
    assertEquals(Kind.RESOURCE_LIMIT, why.kind());
    assertEquals(Initiator.LOOP, why.initiator());
  }

  /** The FIN of {@code shutdownOutput} finds no room, and that of the close behind it needs none. */
  @OnEveryCell
  void aCloseBehindAShutdownThatFoundNoRoomLosesNothing(Cell cell) throws Exception {
    class EndsBoth extends Recorder {
      @Override
      public void onInputClosed(Connection c) {
        c.shutdownOutput();
        c.close();
      }
    }
    try (Small s = new Small(cell)) {
      EndsBoth r = new EndsBoth();
      s.connect(r);
      Socket peer = s.peers.get(0);
      for (int i = 0; i < MAX_OPS / FILES; i++) {
        s.full(new Recorder());
      }
      s.loop.turn(Duration.ZERO);
      peer.shutdownOutput();
      s.drive(r.closed::isDone);
      assertEquals(Kind.PEER_CLOSE, r.closed.join().kind());
      assertEquals(-1, peer.getInputStream().read(), "the FIN");
    }
  }

  @OnEveryCell
  void whoFindsNoRoomEndsWithResourceLimitAndOthersGoOn(Cell cell) throws Exception {
    try (Small s = new Small(cell)) {
      List<Connection> others = new ArrayList<>();
      for (int i = 0; i < MAX_OPS / FILES; i++) {
        others.add(s.full(new Recorder()));
      }
      s.loop.turn(Duration.ZERO);
      Recorder sender = new Recorder();
      Recorder finisher = new Recorder();
      Connection sending = s.connect(sender);
      Connection finishing = s.connect(finisher);
      List<CloseReason> told = new ArrayList<>();
      assertEquals(SendResult.QUEUED, sending.send(ByteBuffer.allocate(10), (c, failure) -> told.add(failure)));
      finishing.shutdownOutput();
      s.drive(() -> sender.closed.isDone() && finisher.closed.isDone());
      expectResourceLimit(sender.closed.join());
      expectResourceLimit(finisher.closed.join());
      assertEquals(10, sender.closed.join().bytesUnsent());
      assertEquals(1, told.size());
      expectResourceLimit(told.get(0));
      Socket first = s.peers.get(0);
      CompletableFuture<Integer> read = CompletableFuture.supplyAsync(() -> readAll(first));
      others.get(0).close();
      s.drive(read::isDone);
      assertEquals(FILES * FILE_BYTES, read.join());
      assertTrue(others.stream().skip(1).allMatch(Connection::isOpen));
    }
  }

  private static int readAll(Socket s) {
    try {
      return s.getInputStream().readAllBytes().length;
    } catch (IOException e) {
      throw new AssertionError(e);
    }
  }
}
