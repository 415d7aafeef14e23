package io.sluice.examples;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.sluice.TransportException;
import java.net.DatagramPacket;
import java.net.DatagramSocket;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.util.Arrays;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

class UdpEchoTest {
  private static final InetSocketAddress ANY_PORT = new InetSocketAddress(InetAddress.getLoopbackAddress(), 0);

  @ParameterizedTest
  @MethodSource("io.sluice.examples.Engines#all")
  void everyClientGetsItsOwnDatagramsBack(GroupSettings group) throws Exception {
    UdpEcho.Echo handler = new UdpEcho.Echo();
    try (UdpEcho server = UdpEcho.start(ANY_PORT, group, handler)) {
      for (int client = 1; client <= 20; client++) {
        try (DatagramSocket s = new DatagramSocket()) {
          s.setSoTimeout(60_000);
          byte[] message = new byte[client * 10];
          Arrays.fill(message, (byte) client);
          s.send(new DatagramPacket(message, message.length, ANY_PORT.getAddress(), server.port()));
          DatagramPacket answer = new DatagramPacket(new byte[1000], 1000);
          s.receive(answer);
          assertArrayEquals(message, Arrays.copyOf(answer.getData(), answer.getLength()));
        }
      }
      assertEquals(0, handler.lost.sum());
      assertTrue(server.toString().startsWith("udp echo on " + server.port() + ", sockets="), server.toString());
    }
  }

  @ParameterizedTest
  @MethodSource("io.sluice.examples.Engines#all")
  void aPortInUseIsATypedFailure(GroupSettings group) throws Exception {
    try (DatagramSocket taken = new DatagramSocket(ANY_PORT)) {
      InetSocketAddress address = (InetSocketAddress) taken.getLocalSocketAddress();
      TransportException failure =
          assertThrows(TransportException.class, () -> UdpEcho.start(address, group, new UdpEcho.Echo()));
      assertTrue(failure.getMessage().contains("address in use"), failure.getMessage());
    }
  }
}
