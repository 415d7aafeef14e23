package io.sluice.api;

import io.sluice.EventLoopGroup;
import io.sluice.UdpHandler;
import io.sluice.UdpOptions;
import io.sluice.UdpSocket;
import java.io.IOException;
import java.net.DatagramPacket;
import java.net.DatagramSocket;
import java.net.Inet4Address;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.UnknownHostException;
import java.util.Arrays;

/** The other side of a UDP socket: a JDK socket, which shares no code with what is tested. */
final class UdpPeer implements AutoCloseable {
  static final InetSocketAddress LOOPBACK4 = new InetSocketAddress(ip(127, 0, 0, 1), 0);
  static final InetSocketAddress LOOPBACK6 = new InetSocketAddress(ip(0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 1), 0);

  final DatagramSocket socket;
  private final byte[] room = new byte[65536];
  private final DatagramPacket incoming = new DatagramPacket(room, room.length);

  UdpPeer() throws IOException {
    this(LOOPBACK4);
  }

  UdpPeer(InetSocketAddress local) throws IOException {
    socket = new DatagramSocket(local);
    socket.setSoTimeout((int) Await.LIMIT_SECONDS * 1000);
  }

  static InetAddress ip(int... bytes) {
    byte[] raw = new byte[bytes.length];
    for (int i = 0; i < raw.length; i++) {
      raw[i] = (byte) bytes[i];
    }
    try {
      return InetAddress.getByAddress(raw);
    } catch (UnknownHostException e) {
      throw new AssertionError(e);
    }
  }

  static UdpSocket bind(EventLoopGroup group, UdpHandler handler) {
    return bind(group, UdpOptions.defaults(), handler);
  }

  static UdpSocket bind(EventLoopGroup group, UdpOptions options, UdpHandler handler) {
    return Await.value(group.bindUdp(LOOPBACK4, options, handler));
  }

  static InetSocketAddress nobody() throws IOException {
    try (UdpPeer p = new UdpPeer()) {
      return p.address();
    }
  }

  static boolean hasInet6() {
    try (UdpPeer p = new UdpPeer(LOOPBACK6)) {
      return !(p.socket.getLocalAddress() instanceof Inet4Address);
    } catch (IOException e) {
      return false;
    }
  }

  InetSocketAddress address() {
    return (InetSocketAddress) socket.getLocalSocketAddress();
  }

  void send(InetSocketAddress to, byte[] data) throws IOException {
    socket.send(new DatagramPacket(data, data.length, to));
  }

  void send(UdpSocket to, byte[] data) throws IOException {
    send(to.localAddress(), data);
  }

  byte[] receive() throws IOException {
    incoming.setLength(room.length);
    socket.receive(incoming);
    return Arrays.copyOf(room, incoming.getLength());
  }

  /** Of what {@link #receive} returned last. */
  InetSocketAddress sender() {
    return (InetSocketAddress) incoming.getSocketAddress();
  }

  @Override
  public void close() {
    socket.close();
  }
}
