package io.sluice.api;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.sluice.CloseReason.Kind;
import io.sluice.ConnectOptions;
import io.sluice.Connection;
import io.sluice.ListenOptions;
import io.sluice.Listener;
import io.sluice.TransportException;
import java.net.StandardProtocolFamily;
import java.net.UnixDomainSocketAddress;
import java.nio.ByteBuffer;
import java.nio.channels.ServerSocketChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;

/** Unix stream sockets: the same API with another kind of address. */
class UnixSocketIT {
  private Path folder;
  private Path path;

  /** Not a TempDir of JUnit: its path may be too long for a socket. */
  @BeforeEach
  void folder() throws Exception {
    folder = Files.createTempDirectory("slu");
    path = folder.resolve("s");
  }

  @AfterEach
  void remove() throws Exception {
    Files.deleteIfExists(path);
    Files.deleteIfExists(folder);
  }

  @OnEveryCell
  void echoesOverAUnixSocketAndRemovesItsFile(Cell cell) {
    UnixDomainSocketAddress address = UnixDomainSocketAddress.of(path);
    try (Server<Recorder.Echo> server =
        new Server<>(cell.builder().threads(2).build(), address, ListenOptions.defaults(), Recorder.Echo::new)) {
      assertEquals(address, server.address());
      assertEquals(-1, server.listener.port());
      for (int i = 0; i < 4; i++) {
        Recorder r = new Recorder();
        Connection c = Await.value(server.group.connect(address, ConnectOptions.defaults(), r));
        assertEquals(address, c.remoteAddress());
        c.send(ByteBuffer.wrap(new byte[] {'u'}));
        Await.until("the echo", () -> r.text().equals("u"));
        Await.value(c.close());
        assertEquals(Kind.PEER_CLOSE, Await.value(Await.next(server.handlers).closed).kind());
      }
      Await.value(server.listener.close());
      assertFalse(Files.exists(path));
    }
  }

  @OnEveryCell
  void aStaleSocketFileIsTakenOver(Cell cell) throws Exception {
    UnixDomainSocketAddress address = UnixDomainSocketAddress.of(path);
    try (ServerSocketChannel dead = ServerSocketChannel.open(StandardProtocolFamily.UNIX)) {
      dead.bind(address);
    }
    assertTrue(Files.exists(path), "the JDK leaves the file behind, as a process that died does");
    try (Server<Recorder> server = new Server<>(cell.group(), address, ListenOptions.defaults(), Recorder::new)) {
      Await.value(server.group.connect(address, ConnectOptions.defaults(), new Recorder()));
      Listener second = server.group.listen(address, ListenOptions.defaults(), c -> new Recorder());
      assertTrue(Await.failure(second.ready()).getMessage().contains("address in use"));
      assertTrue(Files.exists(path), "a live socket is left alone");
    }
    assertFalse(Files.exists(path));
  }

  @OnEveryCell
  void aFileThatIsNoSocketIsNeverRemoved(Cell cell) throws Exception {
    Files.writeString(path, "precious");
    try (var group = cell.group()) {
      Listener l = group.listen(UnixDomainSocketAddress.of(path), ListenOptions.defaults(), c -> new Recorder());
      Await.failure(l.ready());
    }
    assertEquals("precious", Files.readString(path));
  }

  @OnEveryCell
  void aMissingSocketIsRefused(Cell cell) {
    try (var group = cell.group()) {
      Throwable t =
          Await.failure(
              group.connect(UnixDomainSocketAddress.of(path), ConnectOptions.defaults(), new Recorder()));
      assertEquals(Kind.REFUSED, assertInstanceOf(TransportException.class, t).reason().kind(), t.getMessage());
      assertThrows(
          IllegalArgumentException.class,
          () ->
              group.listen(
                  UnixDomainSocketAddress.of("/x".repeat(80)), ListenOptions.defaults(), c -> new Recorder()));
    }
  }
}
