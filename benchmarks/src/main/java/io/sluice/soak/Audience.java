package io.sluice.soak;

import io.sluice.BufferLease;
import io.sluice.CloseReason;
import io.sluice.CloseReason.Kind;
import io.sluice.ConnectOptions;
import io.sluice.Connection;
import io.sluice.ConnectionHandler;
import io.sluice.ConnectionOptions;
import io.sluice.ConnectionRegistry.BroadcastResult;
import io.sluice.EventLoopGroup;
import io.sluice.ListenOptions;
import io.sluice.Listener;
import java.net.SocketAddress;
import java.nio.ByteBuffer;
import java.time.Duration;
import java.util.List;
import java.util.SplittableRandom;
import java.util.concurrent.atomic.LongAdder;

/**
 * Broadcasts while everything else goes on: connections under one key of the registry, some of them slow, which come and are
 * closed by another thread in between. Every message names itself and is verified; members get each at most once and in order.
 * And since all of them end in good order, exactly those messages arrive that the broadcasts were told are accepted.
 *
 * <pre>
 *   message:  length of the content (4)  number (8)  content: a function of the number
 * </pre>
 */
final class Audience {
  private static final Object KEY = "audience";
  private static final int MEMBERS = 12;
  /** One broadcast for so many connections of the round. */
  private static final int EVERY = 16;
  /** One member is replaced for so many broadcasts. */
  private static final int REPLACE_EVERY = 8;
  private static final int FRAME_BYTES = Integer.BYTES + Long.BYTES;
  private static final int MAX_CONTENT_BYTES = 6000;
  private static final int PAUSE_PERCENT = 20;
  /** So that readers that pause for a moment are enough to have messages rejected. */
  private static final ConnectionOptions SMALL =
      ConnectionOptions.defaults().withLinger(Duration.ofMinutes(2)).withSendBounds(1 << 10, 4 << 10, 16 << 10);
  /** Content numbers of their own, apart from those of connections. */
  private static final long CONTENT_BASE = 1L << 50;

  private final Round round;
  private final EventLoopGroup servers;
  private final Tally serverTally;
  private final EventLoopGroup clients;
  private final Tally clientTally;
  private final SplittableRandom dice;
  private final boolean onLoop;
  private final Listener listener;
  private final LongAdder accepted = new LongAdder();
  private final LongAdder refused = new LongAdder();
  private final LongAdder delivered = new LongAdder();
  /** Calls of onOpen, of both sides. */
  private final LongAdder opened = new LongAdder();
  private long joined;
  private long number;

  Audience(Round round, EventLoopGroup servers, Tally serverTally, EventLoopGroup clients, Tally clientTally,
      SocketAddress at, long seed) {
    this.round = round;
    this.servers = servers;
    this.serverTally = serverTally;
    this.clients = clients;
    this.clientTally = clientTally;
    this.dice = new SplittableRandom(seed);
    this.onLoop = dice.nextBoolean();
    this.listener = servers.listen(at, ListenOptions.defaults().withConnections(SMALL), c -> new Seat());
    listener.ready().toCompletableFuture().join();
    for (int i = 0; i < MEMBERS; i++) {
      join();
    }
  }

  private void join() {
    joined++;
    clients.connect(listener.addresses().get(0), ConnectOptions.defaults().withConnection(SMALL), new Member(dice.nextLong()))
        .whenComplete((c, failure) -> {
          if (failure != null) {
            round.faults.add("a member of the audience could not connect: " + failure);
          }
        });
  }

  /** Asked for each connection of the round. */
  void whileLaunching(int launched) {
    if (launched % EVERY == 0) {
      long n = number++;
      ByteBuffer message = message(n, dice.nextInt(MAX_CONTENT_BYTES));
      if (onLoop) { // One thread for all, so that messages have an order.
        servers.loops().get(0).execute(() -> broadcast(message));
      } else {
        broadcast(message);
      }
      if (n % REPLACE_EVERY == REPLACE_EVERY - 1) {
        round.foreign.execute(n, this::closeTheOldest);
        join();
      }
    }
  }

  private void broadcast(ByteBuffer message) {
    BroadcastResult r = servers.connections().broadcastTo(KEY, message);
    if (message.position() != 0) {
      round.faults.add("a broadcast moved the position of its buffer to " + message.position());
    }
    accepted.add(r.accepted());
    refused.add(r.rejected());
  }

  private ByteBuffer message(long n, int length) {
    ByteBuffer m = ByteBuffer.allocate(FRAME_BYTES + length).putInt(length).putLong(n);
    return m.put(content(n).part(0, length, false)).flip();
  }

  private Content.Stream content(long n) {
    return round.content.ofAcceptor(CONTENT_BASE + n);
  }

  private void closeTheOldest() {
    List<Connection> members = servers.connections().byKey(KEY);
    if (!members.isEmpty()) {
      members.get(0).close();
    }
  }

  /** Everybody goes. The round waits for that, then come the counts. */
  void leave() {
    round.await("the audience to be complete", () -> opened.sum() == 2 * joined);
    listener.close();
    servers.loops().get(0).execute(() -> servers.connections().byKey(KEY).forEach(Connection::close)); // Behind the broadcasts.
  }

  /** When nobody is left: the messages that arrived. */
  long judge() {
    if (accepted.sum() != delivered.sum()) {
      round.faults.add(
          accepted + " messages of broadcasts were accepted and " + delivered + " arrived, " + refused + " were rejected");
    }
    return delivered.sum();
  }

  /** The side that broadcasts send from. */
  private final class Seat implements ConnectionHandler {
    @Override
    public void onOpen(Connection c) {
      serverTally.opens.increment();
      round.newcomerOpened();
      if (!servers.connections().register(KEY, c)) {
        round.faults.add("the registry refused a connection in onOpen");
      }
      opened.increment();
    }

    @Override
    public void onData(Connection c, BufferLease data) {
      round.faults.add("a member of the audience sent something");
    }

    @Override
    public void onClosed(Connection c, CloseReason why) {
      serverTally.closed(why.kind());
      round.newcomerClosed();
      if (why.kind() != Kind.LOCAL_CLOSE || why.bytesUnsent() != 0) {
        round.faults.add("a seat of the audience ended with " + why);
      }
    }
  }

  /** Takes messages apart and holds each against its number. */
  private final class Member implements ConnectionHandler {
    private final SplittableRandom pauses;
    private final ByteBuffer frame = ByteBuffer.allocate(FRAME_BYTES);
    private Content.Stream content;
    private long last = -1;
    private int length;
    private int at;

    Member(long seed) {
      pauses = new SplittableRandom(seed);
    }

    @Override
    public void onOpen(Connection c) {
      clientTally.opens.increment();
      round.newcomerOpened();
      opened.increment();
    }

    @Override
    public void onData(Connection c, BufferLease lease) {
      round.progress.increment();
      byte[] bytes = new byte[lease.length()];
      lease.copyTo(0, bytes, 0, bytes.length);
      ByteBuffer in = ByteBuffer.wrap(bytes);
      while (in.hasRemaining()) {
        take(in);
      }
      if (pauses.nextInt(100) < PAUSE_PERCENT) {
        c.pauseReading();
        round.resumeLater(c);
      }
    }

    private void take(ByteBuffer in) {
      if (content == null) {
        while (frame.hasRemaining() && in.hasRemaining()) {
          frame.put(in.get());
        }
        if (frame.hasRemaining()) {
          return;
        }
        begin();
      }
      byte[] part = new byte[Math.min(length - at, in.remaining())];
      in.get(part);
      int wrong = content.mismatch(at, part, part.length);
      if (wrong >= 0) {
        round.faults.add("byte " + (at + wrong) + " of message " + last + " of a broadcast is wrong");
      }
      at += part.length;
      if (at == length) {
        delivered.increment();
        content = null;
        frame.clear();
      }
    }

    private void begin() {
      length = frame.getInt(0);
      long n = frame.getLong(Integer.BYTES);
      if (n <= last || length < 0 || length >= MAX_CONTENT_BYTES) {
        round.faults.add("message " + n + " of " + length + " bytes after message " + last + " of a broadcast");
        length = 0;
      }
      last = n;
      at = 0;
      content = Audience.this.content(n);
    }

    @Override
    public void onClosed(Connection c, CloseReason why) {
      clientTally.closed(why.kind());
      round.newcomerClosed();
      if (why.kind() != Kind.PEER_CLOSE || content != null) {
        round.faults.add("a member of the audience ended with " + why + (content == null ? "" : ", within message " + last));
      }
    }
  }
}
