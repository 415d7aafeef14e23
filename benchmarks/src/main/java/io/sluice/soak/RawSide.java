package io.sluice.soak;

import io.sluice.CloseReason.Kind;
import java.io.IOException;
import java.net.SocketAddress;
import java.net.StandardSocketOptions;
import java.nio.ByteBuffer;
import java.nio.channels.SocketChannel;
import java.util.SplittableRandom;

/** A peer that shares no code with Sluice: a blocking channel of the JDK, on a thread of its own. */
final class RawSide implements Side {
  private static final int MAX_PIECE_BYTES = 4 << 10;

  private final Pair pair;
  private final boolean dials;
  private final SidePlan plan;
  private final SidePlan peer;
  private final Content.Stream out;
  private final Content.Stream in;
  private final byte[] buffer = new byte[16 << 10];
  private volatile long written;
  private volatile long received;
  private volatile boolean sawEnd;
  private volatile String state = "new";

  RawSide(Pair pair, boolean dials) {
    this.pair = pair;
    this.dials = dials;
    Scenario s = pair.scenario;
    this.plan = dials ? s.dialer() : s.acceptor();
    this.peer = dials ? s.acceptor() : s.dialer();
    Content.Stream up = pair.round.content.ofDialer(s.number());
    Content.Stream down = pair.round.content.ofAcceptor(s.number());
    this.out = dials ? up : down;
    this.in = dials ? down : up;
  }

  static void dial(Pair pair, SocketAddress address) {
    RawSide side = new RawSide(pair, true);
    pair.dialer(side);
    try (SocketChannel channel = SocketChannel.open(address)) {
      side.live(channel);
    } catch (IOException e) {
      pair.fault("a JDK socket could not connect: " + e);
    } finally {
      pair.leave();
    }
  }

  /** Reads the header first; without one it ends in answer to the peer. */
  static void accepted(Round round, SocketChannel accepted) throws IOException {
    try (SocketChannel channel = accepted) {
      ByteBuffer header = ByteBuffer.allocate(Content.HEADER_BYTES);
      while (header.hasRemaining()) {
        if (channel.read(header) < 0) {
          return;
        }
      }
      Pair pair = round.pair(round.content.numberIn(header.array()));
      if (pair == null || !pair.scenario.acceptor().raw()) {
        round.faults.add("a JDK socket accepted a header that is not one of this round");
        return;
      }
      RawSide side = new RawSide(pair, false);
      if (!pair.acceptor(side)) {
        pair.fault("two accepted JDK sockets have the same header");
        return;
      }
      side.received = header.capacity();
      try {
        side.live(channel);
      } finally {
        pair.leave();
      }
    }
  }

  private void live(SocketChannel channel) {
    try {
      write(channel);
      switch (plan.act()) {
        case NONE -> readAll(channel);
        case SHUT -> {
          channel.shutdownOutput();
          readAll(channel);
        }
        case CLOSE -> {
          if (!plan.noLinger()) {
            read(channel, peer.total());
          }
        }
        case ABORT -> {
          if (!pair.scenario.unix()) {
            channel.setOption(StandardSocketOptions.SO_LINGER, 0);
          }
        }
        default -> throw new IllegalStateException("no act of a JDK socket: " + plan);
      }
      state = "done";
    } catch (IOException e) {
      state = "failed: " + e;
      if (!peer.mayReset()) {
        pair.fault("a JDK socket failed although its peer does not reset: " + e);
      }
    } finally {
      try {
        channel.close();
      } catch (IOException e) {
        pair.fault("a JDK socket could not be closed: " + e);
      }
    }
  }

  private void write(SocketChannel channel) throws IOException {
    state = "writes";
    SplittableRandom dice = new SplittableRandom(plan.dice());
    while (written < plan.total()) {
      int length = (int) Math.min(plan.total() - written, 1 + dice.nextInt(MAX_PIECE_BYTES));
      if (written < out.headerBytes()) {
        length = (int) Math.min(length, out.headerBytes() - written);
      }
      written += channel.write(out.part(written, length, false));
    }
  }

  private void readAll(SocketChannel channel) throws IOException {
    read(channel, Long.MAX_VALUE);
  }

  private void read(SocketChannel channel, long upTo) throws IOException {
    state = "reads";
    while (received < upTo) {
      int n = channel.read(ByteBuffer.wrap(buffer));
      pair.round.progress.increment();
      if (n < 0) {
        sawEnd = true;
        return;
      }
      int wrong = in.mismatch(received, buffer, n);
      if (wrong >= 0) {
        pair.fault("a JDK socket received a byte at " + (received + wrong) + " that is not this connection's");
      }
      received += n;
    }
  }

  @Override
  public long received() {
    return received;
  }

  @Override
  public long accepted() {
    return written;
  }

  @Override
  public long unsent() {
    return 0;
  }

  @Override
  public boolean sawEnd() {
    return sawEnd;
  }

  @Override
  public Kind kind() {
    return null;
  }

  @Override
  public void judge() {}

  @Override
  public String toString() {
    return "JDK " + (dials ? "dialer" : "acceptor") + "[" + state + ", sent " + written + ", received " + received
        + (sawEnd ? ", saw the end" : "") + "]";
  }
}
