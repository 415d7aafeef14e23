package io.sluice.sctp;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.DatagramPacket;
import java.net.DatagramSocket;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.SocketException;
import java.util.Random;

/**
 * A wire between clients and a server, made of two JDK sockets: what a client sends comes to the server from the relay's own
 * address. Clients may be exchanged without the server noticing, as by a restart; datagrams may be lost, all or some.
 */
final class UdpRelay implements AutoCloseable {
  private final DatagramSocket front;
  private final DatagramSocket back;
  private final InetSocketAddress server;
  private final Random dice = new Random(4);
  private volatile InetSocketAddress client;
  private volatile boolean cut;
  private volatile int lossPercent;
  private volatile boolean pinned;

  UdpRelay(InetSocketAddress server) {
    try {
      front = new DatagramSocket(0, InetAddress.getLoopbackAddress());
      back = new DatagramSocket(0, InetAddress.getLoopbackAddress());
    } catch (SocketException e) {
      throw new UncheckedIOException(e);
    }
    this.server = server;
    start("relay-there", () -> pump(front, true));
    start("relay-back", () -> pump(back, false));
  }

  private static void start(String name, Runnable run) {
    Thread t = new Thread(run, name);
    t.setDaemon(true);
    t.start();
  }

  /** Where clients send to. */
  InetSocketAddress address() {
    return new InetSocketAddress(InetAddress.getLoopbackAddress(), front.getLocalPort());
  }

  /** From now on nothing passes, in neither direction. */
  void cut() {
    cut = true;
  }

  void mend() {
    cut = false;
  }

  /** Of each direction. */
  void lose(int percent) {
    lossPercent = percent;
  }

  /** Only that client is heard and answered; anybody else is when it is null. */
  void only(InetSocketAddress c) {
    client = c;
    pinned = c != null;
  }

  private void pump(DatagramSocket from, boolean there) {
    DatagramPacket p = new DatagramPacket(new byte[65535], 65535);
    try {
      while (true) {
        p.setLength(65535);
        from.receive(p);
        if (there && !heard((InetSocketAddress) p.getSocketAddress()) || cut || lost()) {
          continue;
        }
        InetSocketAddress to = there ? server : client;
        if (to != null) {
          p.setSocketAddress(to);
          send(there ? back : front, p);
        }
      }
    } catch (IOException closed) {
      // The end of the test.
    }
  }

  private static void send(DatagramSocket s, DatagramPacket p) throws IOException {
    try {
      s.send(p);
    } catch (java.net.PortUnreachableException nobodyThere) {
      // Lost, like any other.
    }
  }

  private boolean heard(InetSocketAddress source) {
    if (!pinned) {
      client = source;
      return true;
    }
    return source.equals(client);
  }

  private synchronized boolean lost() {
    return lossPercent > 0 && dice.nextInt(100) < lossPercent;
  }

  @Override
  public void close() {
    front.close();
    back.close();
  }
}
