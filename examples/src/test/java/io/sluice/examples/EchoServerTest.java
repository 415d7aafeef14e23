package io.sluice.examples;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.sluice.TransportException;
import java.io.ByteArrayOutputStream;
import java.io.PrintStream;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.net.UnixDomainSocketAddress;
import java.nio.ByteBuffer;
import java.nio.channels.SocketChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

class EchoServerTest {
  @ParameterizedTest
  @MethodSource("io.sluice.examples.Engines#all")
  void everyClientGetsItsOwnBytesBack(GroupSettings group) throws Exception {
    EchoServer.Settings settings = new EchoServer.Settings(EchoServer.anyLoopbackPort(), group);
    try (EchoServer server = EchoServer.start(settings, new EchoHandler())) {
      EchoClients.Totals totals = EchoClients.run(server.port(), 8, 200_000);
      assertEquals(List.of(), totals.faults());
      assertEquals(8 * 200_000L, totals.bytes());
      assertTrue(server.toString().startsWith("listening on " + server.port() + " engine="), server.toString());
    }
  }

  @ParameterizedTest
  @MethodSource("io.sluice.examples.Engines#all")
  void echoOverAUnixSocketAndItsFileGoesAway(GroupSettings group, @TempDir Path folder) throws Exception {
    Path path = folder.resolve("echo.sock");
    EchoServer.Settings settings = new EchoServer.Settings(UnixDomainSocketAddress.of(path), group);
    byte[] message = "over a Unix socket".getBytes(StandardCharsets.US_ASCII);
    try (EchoServer server = EchoServer.start(settings, new EchoHandler());
        SocketChannel client = SocketChannel.open(UnixDomainSocketAddress.of(path))) {
      assertTrue(server.toString().startsWith("listening on " + path + " engine="), server.toString());
      client.write(ByteBuffer.wrap(message));
      ByteBuffer answer = ByteBuffer.allocate(message.length);
      while (answer.hasRemaining() && client.read(answer) >= 0) {
        // Reads until the whole answer is there.
      }
      assertArrayEquals(message, answer.array());
    }
    assertFalse(Files.exists(path));
  }

  @ParameterizedTest
  @MethodSource("io.sluice.examples.Engines#all")
  void aPortInUseIsATypedFailure(GroupSettings group) throws Exception {
    try (ServerSocket taken = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
      EchoServer.Settings settings =
          new EchoServer.Settings(new InetSocketAddress(taken.getInetAddress(), taken.getLocalPort()), group);
      TransportException failure =
          assertThrows(TransportException.class, () -> EchoServer.start(settings, new EchoHandler()));
      assertTrue(failure.getMessage().contains(String.valueOf(taken.getLocalPort())), failure.getMessage());
    }
  }

  @Test
  void theDemoFindsNothingWrong() throws Exception {
    ByteArrayOutputStream out = new ByteArrayOutputStream();
    ByteArrayOutputStream err = new ByteArrayOutputStream();
    int exitCode = Demo.run(
        new String[] {"--connections", "4", "--kib", "64", "--engine", "nio"}, new PrintStream(out), new PrintStream(err));
    assertEquals("", err.toString());
    assertEquals(0, exitCode, out.toString());
    assertTrue(out.toString().contains("262144 bytes each way verified, 0 clients with faults"), out.toString());
  }

  @Test
  void theEngineReportNamesEveryEngine() {
    ByteArrayOutputStream out = new ByteArrayOutputStream();
    assertEquals(0, EngineReport.run(new String[0], new PrintStream(out), System.err));
    for (String name : List.of("engine io_uring: ", "engine epoll: ", "engine nio: ", "binding jni: ", "binding jna: ")) {
      assertTrue(out.toString().contains(name), out.toString());
    }
  }
}
