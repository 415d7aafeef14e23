package io.sluice.soak;

import com.sun.management.UnixOperatingSystemMXBean;
import io.sluice.BufferLease;
import io.sluice.CloseReason;
import io.sluice.CloseReason.Kind;
import io.sluice.ConnectOptions;
import io.sluice.Connection;
import io.sluice.ConnectionHandler;
import io.sluice.EventLoopGroup;
import io.sluice.FileRegion;
import io.sluice.ListenOptions;
import io.sluice.Listener;
import io.sluice.ListenerState;
import io.sluice.LoopMetric;
import io.sluice.TransportException;
import java.io.FileInputStream;
import java.io.IOException;
import java.lang.management.ManagementFactory;
import java.net.SocketAddress;
import java.nio.ByteBuffer;
import java.nio.channels.SocketChannel;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletionException;
import java.util.concurrent.ConcurrentHashMap;

/**
 * The process runs out of descriptors, between the connections of a round and its shutdown: the listener is THROTTLED and says
 * so, established connections go on, what needs a descriptor fails with RESOURCE_LIMIT, and when there are some again
 * everybody who waited in the backlog is served, to the byte. The connections that stay to the shutdown are there all the while.
 */
final class Shortage {
  /** With more descriptors than that, using them up would take longer than it tells. ci/soak sets a limit below. */
  private static final long MOST_DESCRIPTORS = 16_384;
  private static final int WAITING = 8;
  private static final int ESTABLISHED = 2;
  private static final int BYTES = 3000;

  private final Round round;
  private final EventLoopGroup servers;
  private final Tally serverTally;
  private final EventLoopGroup clients;
  private final Map<SocketAddress, Connection> accepted = new ConcurrentHashMap<>();
  private final List<SocketChannel> channels = new ArrayList<>();
  private final List<FileInputStream> hoard = new ArrayList<>();
  private volatile Connection starving;

  Shortage(Round round, EventLoopGroup servers, Tally serverTally, EventLoopGroup clients) {
    this.round = round;
    this.servers = servers;
    this.serverTally = serverTally;
    this.clients = clients;
  }

  /** Whether this process has a limit of descriptors that can be reached. */
  static boolean possible() {
    return ManagementFactory.getOperatingSystemMXBean() instanceof UnixOperatingSystemMXBean os
        && os.getMaxFileDescriptorCount() <= MOST_DESCRIPTORS;
  }

  void run(SocketAddress at) throws IOException {
    Listener listener = servers.listen(at, ListenOptions.defaults(), c -> new Echo());
    listener.ready().toCompletableFuture().join();
    SocketAddress address = listener.addresses().get(0);
    long before = servers.stats().value(LoopMetric.THROTTLED);
    try {
      for (int i = 0; i < ESTABLISHED + WAITING; i++) {
        channels.add(SocketChannel.open()); // While there are descriptors.
      }
      for (int i = 0; i < ESTABLISHED; i++) {
        channels.get(i).connect(address);
        expectEcho(i);
      }
      useUp();
      for (int i = ESTABLISHED; i < channels.size(); i++) {
        channels.get(i).connect(address); // The kernel's backlog takes them.
      }
      round.await("a listener without descriptors to be THROTTLED", () -> listener.state() == ListenerState.THROTTLED);
      expectEcho(0);
      expectNoConnect(address);
      expectNoFile();
    } finally {
      for (FileInputStream f : hoard) {
        f.close();
      }
    }
    for (int i = ESTABLISHED; i < channels.size(); i++) {
      expectEcho(i);
    }
    round.await("a listener with descriptors to be LISTENING", () -> listener.state() == ListenerState.LISTENING);
    if (servers.stats().value(LoopMetric.THROTTLED) == before) {
      round.faults.add("a listener was throttled, and the counter does not say so");
    }
    for (SocketChannel c : channels) {
      c.close();
    }
    listener.close().toCompletableFuture().join();
    round.await("the connections of the shortage to end", accepted::isEmpty);
  }

  private void useUp() {
    try {
      while (true) {
        hoard.add(new FileInputStream("/dev/null"));
      }
    } catch (IOException none) {
      // That was the last one.
    }
  }

  private void expectEcho(int i) throws IOException {
    Content.Stream content = round.content.ofDialer(i);
    byte[] out = new byte[BYTES];
    content.part(content.headerBytes(), BYTES, false).get(out);
    ByteBuffer sent = ByteBuffer.wrap(out);
    SocketChannel c = channels.get(i);
    while (sent.hasRemaining()) {
      c.write(sent);
    }
    ByteBuffer back = ByteBuffer.allocate(BYTES);
    while (back.hasRemaining() && c.read(back) >= 0) {
      round.progress.increment();
    }
    if (!Arrays.equals(out, back.array())) {
      round.faults.add("connection " + i + " of a shortage of descriptors got " + back.position() + " of " + BYTES
          + " bytes back, or others");
    }
  }

  private void expectNoConnect(SocketAddress address) {
    try {
      Connection c = clients.connect(address, ConnectOptions.defaults(), new Echo()).toCompletableFuture().join();
      round.faults.add("a connect without descriptors gave " + c);
    } catch (CompletionException e) {
      if (!(e.getCause() instanceof TransportException t) || t.reason().kind() != Kind.RESOURCE_LIMIT) {
        round.faults.add("a connect without descriptors failed with " + e.getCause());
      }
    }
  }

  /** A file needs a descriptor, too: its connection ends, because what comes behind it must not close the gap. */
  private void expectNoFile() throws IOException {
    SocketAddress peer = channels.get(1).getLocalAddress();
    starving = accepted.get(peer);
    starving.send(new FileRegion(round.content.file, 0, BYTES), null);
    CloseReason why = starving.closed().toCompletableFuture().join();
    if (why.kind() != Kind.RESOURCE_LIMIT || why.bytesUnsent() != BYTES) {
      round.faults.add("a file without descriptors ended its connection with " + why);
    }
  }

  /** Gives back what comes. */
  private final class Echo implements ConnectionHandler {
    @Override
    public void onOpen(Connection c) {
      serverTally.opens.increment();
      round.newcomerOpened();
      accepted.put(c.remoteAddress(), c);
    }

    @Override
    public void onData(Connection c, BufferLease data) {
      c.send(data);
    }

    @Override
    public void onClosed(Connection c, CloseReason why) {
      serverTally.closed(why.kind());
      round.newcomerClosed();
      accepted.remove(c.remoteAddress());
      if (why.kind() != (c == starving ? Kind.RESOURCE_LIMIT : Kind.PEER_CLOSE)) {
        round.faults.add("a connection of a shortage of descriptors ended with " + why);
      }
    }
  }
}
