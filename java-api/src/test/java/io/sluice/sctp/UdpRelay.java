package io.sluice.sctp;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.DatagramPacket;
import java.net.DatagramSocket;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.SocketException;
import java.util.Arrays;
import java.util.Random;
import java.util.function.UnaryOperator;

/**
 * A wire between clients and a server, made of two JDK sockets: what a client sends comes to the server from the relay's own
 * address. Clients may be exchanged without the server noticing, as by a restart; datagrams may be lost, all or some, changed, or made up.
 */
final class UdpRelay implements AutoCloseable {
  private final DatagramSocket front;
  private final DatagramSocket rear;
  private final InetSocketAddress server;
  private final Wire there = new Wire();
  private final Wire back = new Wire();
  private volatile InetSocketAddress client;
  private volatile boolean cut;
  private volatile int lossPercent;
  private volatile boolean even;
  private volatile int dropped = -1;
  private volatile UnaryOperator<byte[]> change = UnaryOperator.identity();
  private volatile byte[] last;
  private volatile boolean pinned;

  /** What gets lost of one direction. */
  private static final class Wire {
    private final Random dice = new Random(4);
    private int count;
    private int victim;

    boolean loses(int percent, boolean even) {
      if (percent == 0) {
        return false;
      }
      if (!even) {
        return dice.nextInt(100) < percent;
      }
      int block = 100 / percent;
      if (count % block == 0) {
        victim = dice.nextInt(block);
      }
      return count++ % block == victim;
    }
  }

  UdpRelay(InetSocketAddress server) {
    try {
      front = new DatagramSocket(0, InetAddress.getLoopbackAddress());
      rear = new DatagramSocket(0, InetAddress.getLoopbackAddress());
    } catch (SocketException e) {
      throw new UncheckedIOException(e);
    }
    this.server = server;
    start("relay-there", () -> pump(front, there));
    start("relay-back", () -> pump(rear, back));
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

  /** Of each direction, at random. */
  void lose(int percent) {
    even = false;
    lossPercent = percent;
  }

  /** Of each direction, exactly that share: one of so many, and which one is random. So no more than two in a row. */
  void loseEvenly(int percent) {
    even = true;
    lossPercent = percent;
  }

  /** From now on packets that begin with a chunk of that type are lost, in both directions; -1: none. */
  void drop(int chunkType) {
    dropped = chunkType;
  }

  /** What becomes of packets on their way to the server; null: it is lost. */
  void change(UnaryOperator<byte[]> how) {
    change = how;
  }

  /** The last one that the server was sent. */
  byte[] last() {
    return last;
  }

  /** As if the client had sent it. */
  void inject(byte[] packet) throws IOException {
    send(rear, new DatagramPacket(packet, packet.length, server));
  }

  /** Only that client is heard and answered; anybody else is when it is null. */
  void only(InetSocketAddress c) {
    client = c;
    pinned = c != null;
  }

  private void pump(DatagramSocket from, Wire wire) {
    DatagramPacket p = new DatagramPacket(new byte[65535], 65535);
    try {
      while (true) {
        p.setLength(65535);
        from.receive(p);
        if (wire == there && !heard((InetSocketAddress) p.getSocketAddress()) || cut || wire.loses(lossPercent, even)) {
          continue;
        }
        byte[] packet = Arrays.copyOf(p.getData(), p.getLength());
        if (SctpPacket.type(packet) != dropped) {
          pass(packet, wire);
        }
      }
    } catch (IOException closed) {
      // The end of the test.
    }
  }

  private void pass(byte[] packet, Wire wire) throws IOException {
    InetSocketAddress to = wire == there ? server : client;
    byte[] changed = wire == there ? change.apply(packet) : packet;
    if (to == null || changed == null) {
      return;
    }
    if (wire == there) {
      last = changed;
    }
    send(wire == there ? rear : front, new DatagramPacket(changed, changed.length, to));
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

  @Override
  public void close() {
    front.close();
    rear.close();
  }
}
