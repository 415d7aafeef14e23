package io.sluice.soak;

import io.sluice.CloseReason.Kind;
import io.sluice.ConnectOptions;
import io.sluice.Connection;
import io.sluice.EventLoop;
import io.sluice.EventLoopGroup;
import io.sluice.ListenOptions;
import io.sluice.Listener;
import io.sluice.TransportException;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.SocketAddress;
import java.net.UnixDomainSocketAddress;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.EnumMap;
import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.concurrent.CancellationException;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.Semaphore;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicReferenceArray;
import java.util.concurrent.atomic.LongAdder;
import java.util.function.BooleanSupplier;

/** Some thousand connections through the same groups, which are shut down at the end, with connections still open. */
final class Round {
  /** Connections under way at the same time. */
  private static final int WINDOW = 192;
  private static final Duration CONNECT_TIMEOUT = Duration.ofMinutes(5);
  private static final Duration RESUME_AFTER = Duration.ofMillis(1);
  private static final int PAUSE_EVERY = 512;

  final Faults faults;
  final Content content;
  final ForeignThreads foreign;
  final LongAdder progress = new LongAdder();
  final LongAdder stays = new LongAdder();
  private final long seed;
  private final long first;
  private final AtomicReferenceArray<Pair> pairs;
  private final RoundSettings settings;
  private final EventLoopGroup servers;
  private final EventLoopGroup clients;
  private final Tally serverTally = new Tally();
  private final Tally clientTally;
  private final Map<Door, Listener> listeners = new EnumMap<>(Door.class);
  private final RawDoors rawDoors;
  private final Path folder;
  private final Semaphore window = new Semaphore(WINDOW);
  /** Open connections that do not wait for the shutdown. */
  private final AtomicInteger alive = new AtomicInteger();
  private final AtomicInteger unfinished = new AtomicInteger();
  private volatile boolean shuttingDown;
  /** Null when one connection is run alone. */
  private Audience audience;

  Round(SoakOptions options, String engine, Faults faults, Content content, ForeignThreads foreign, Path folder, long round,
      long first, int count) throws IOException {
    this.faults = faults;
    this.content = content;
    this.foreign = foreign;
    this.seed = options.seed();
    this.first = first;
    this.pairs = new AtomicReferenceArray<>(count);
    this.settings = RoundSettings.of(seed, round);
    int serverLoops = options.loops() > 0 ? options.loops() : settings.serverLoops();
    int clientLoops = options.loops() > 0 ? options.loops() : settings.clientLoops();
    this.servers = settings.group(engine, options.bindingOf(engine), serverLoops);
    this.clients = settings.oneGroup() ? servers : settings.group(engine, options.bindingOf(engine), clientLoops);
    this.clientTally = settings.oneGroup() ? serverTally : new Tally();
    this.rawDoors = new RawDoors(this, folder);
    this.folder = folder;
    listen();
  }

  private static InetSocketAddress any() {
    return new InetSocketAddress(InetAddress.getLoopbackAddress(), 0);
  }

  private void listen() {
    for (Door door : Door.values()) {
      if (!door.raw()) {
        SocketAddress address = door.unix() ? UnixDomainSocketAddress.of(folder.resolve(door.name())) : any();
        var distribution = door.unix() ? ListenOptions.Distribution.AUTO : settings.distribution();
        ListenOptions o = ListenOptions.defaults().withConnections(door.options()).withDistribution(distribution);
        listeners.put(door, servers.listen(address, o, c -> newcomer(door)));
      }
    }
    listeners.values().forEach(l -> l.ready().toCompletableFuture().join());
  }

  private Newcomer newcomer(Door door) {
    if (door == Door.TCP_NO_HANDLER) {
      serverTally.opens.increment();
      serverTally.closed(Kind.HANDLER_FAILED);
      throw new Provoked("handler factory");
    }
    return new Newcomer(this, door, servers, serverTally);
  }

  // ------------------------------------------------------------------------------------------- connections

  /** Runs one connection, or all of the round. */
  void run(long only, int repeat) throws InterruptedException, IOException {
    if (only >= 0) {
      for (int i = 0; i < repeat; i++) {
        pairs.set((int) (only - first), null);
        launch(only);
        window.acquire(WINDOW);
        window.release(WINDOW);
      }
      return;
    }
    audience = new Audience(this, servers, serverTally, clients, clientTally, any(), Content.mix(seed, ~first));
    for (int i = 0; i < pairs.length(); i++) {
      launch(first + i);
      audience.whileLaunching(i);
      if (settings.pausesListeners() && i % PAUSE_EVERY == 0) {
        pauseAListener(i / PAUSE_EVERY);
      }
    }
  }

  private void launch(long number) throws InterruptedException, IOException {
    window.acquire();
    unfinished.incrementAndGet();
    Pair pair = new Pair(this, Scenario.of(seed, number));
    pairs.set((int) (number - first), pair);
    if (pair.scenario.dialer().act() == Act.STAY) {
      stays.increment();
      window.release();
    }
    SocketAddress address = address(pair.scenario);
    if (pair.scenario.dialer().raw()) {
      rawDoors.execute(() -> RawSide.dial(pair, address));
    } else if (number % 4 == 0) {
      EventLoop loop = clients.loops().get((int) (number / 4 % clients.loops().size()));
      loop.execute(() -> dial(pair, address));
    } else {
      dial(pair, address);
    }
  }

  private SocketAddress address(Scenario s) throws IOException {
    if (s.dial() == Scenario.Dial.REFUSED) {
      return rawDoors.nobody(s.unix());
    }
    return s.door().raw() ? rawDoors.address(s.door()) : listeners.get(s.door()).addresses().get(0);
  }

  private void dial(Pair pair, SocketAddress address) {
    Scenario s = pair.scenario;
    SidePlan plan = s.dialer();
    SluiceSide side = new SluiceSide(pair, true, clients, clientTally);
    pair.dialer(side);
    ConnectOptions options =
        ConnectOptions.defaults().withConnectTimeout(CONNECT_TIMEOUT)
            .withConnection(Door.options(plan.noLinger(), plan.tight(), plan.startsPaused()));
    pair.enter();
    CompletableFuture<Connection> stage = clients.connect(address, options, side).toCompletableFuture();
    stage.whenComplete((c, failure) -> connected(pair, side, c, failure));
    if (s.dial() == Scenario.Dial.CANCELLED) {
      if (plan.delayMillis() == 0) {
        cancel(pair, side, stage);
      } else {
        pair.foreign(plan.delayMillis(), () -> cancel(pair, side, stage));
      }
    }
  }

  private static void cancel(Pair pair, SluiceSide side, CompletableFuture<Connection> stage) {
    if (stage.cancel(false) && side.opened()) {
      pair.fault("a connect could be cancelled after onOpen");
    }
  }

  private void connected(Pair pair, SluiceSide side, Connection c, Throwable failure) {
    Scenario s = pair.scenario;
    if (failure == null) {
      if (c != side.connection() || s.dial() == Scenario.Dial.REFUSED) {
        pair.fault("the stage of the connect gives " + c + ", onOpen had " + side.connection());
      }
    } else {
      if (side.opened()) {
        pair.fault("connect failed after onOpen: " + failure);
      }
      Kind kind = failure instanceof TransportException e ? e.reason().kind() : null;
      boolean expected =
          switch (s.dial()) {
            case REFUSED -> kind == Kind.REFUSED;
            case CANCELLED -> failure instanceof CancellationException;
            // The acceptor's RST may be there before the loop has looked.
            case CONNECT -> kind == Kind.PEER_RESET && s.door().actsOnOpen() && s.door().act() != Act.CLOSE;
          };
      if (!expected) {
        pair.fault("connect failed: " + failure);
      }
      pair.leave(); // In place of onClosed.
    }
    pair.leave();
  }

  private void pauseAListener(int which) {
    Listener l = listeners.get(Door.values()[which % listeners.size()]);
    l.pause();
    servers.loops().get(0).schedule(RESUME_AFTER, l::resume);
  }

  void resumeLater(Connection c) {
    c.loop().schedule(RESUME_AFTER, c::resumeReading);
  }

  // ------------------------------------------------------------------------------------------- told by the sides

  /** The pair of this round with that number; null: there is none. */
  Pair pair(long number) {
    return number < first || number >= first + pairs.length() ? null : pairs.get((int) (number - first));
  }

  void pairDone(Pair pair) {
    unfinished.decrementAndGet();
    if (pair.scenario.dialer().act() != Act.STAY) {
      window.release();
    }
  }

  void opened(SluiceSide side) {
    alive.addAndGet(side.stays() ? 0 : 1);
  }

  void closed(SluiceSide side) {
    alive.addAndGet(side.stays() ? 0 : -1);
  }

  void newcomerOpened() {
    progress.increment();
    alive.incrementAndGet();
  }

  void newcomerClosed() {
    progress.increment();
    alive.decrementAndGet();
  }

  void bound(SluiceSide side) {
    alive.addAndGet(side.stays() ? -1 : 0);
  }

  boolean shuttingDown() {
    return shuttingDown;
  }

  // ------------------------------------------------------------------------------------------- the end

  /** Ends the round and compares all counts. */
  RoundResult end() throws IOException, InterruptedException {
    RoundEnd end = new RoundEnd(this, settings, servers, serverTally, clients, clientTally);
    if (audience != null) {
      audience.leave();
    }
    end.awaitQuiet();
    long messages = 0;
    long shortages = 0;
    if (audience != null) {
      messages = audience.judge();
      if (Shortage.possible()) {
        new Shortage(this, servers, serverTally, clients).run(any());
        shortages++;
        end.awaitQuiet();
      }
    }
    shuttingDown = true;
    end.shutDown();
    end.expectNothingLeft();
    rawDoors.close();
    return end.result(pairs.length(), messages, shortages);
  }

  /** Waits; a fault when it takes too long. */
  void await(String what, BooleanSupplier condition) {
    RoundEnd.await(this, what, condition);
  }

  /** Connections that have to end before the shutdown. */
  boolean quiet() {
    return alive.get() == 0 && window.availablePermits() == WINDOW;
  }

  boolean finished() {
    return unfinished.get() == 0;
  }

  /** What the kernel says of the TCP connections that are open: {@code /proc/net/tcp}; state 01 is ESTABLISHED. */
  String kernelStates() {
    Map<String, Connection> open = new HashMap<>();
    for (EventLoopGroup g : new EventLoopGroup[] {servers, clients}) {
      for (Connection c : g.connections()) {
        if (c.localAddress() instanceof InetSocketAddress local && c.remoteAddress() instanceof InetSocketAddress remote) {
          open.put(String.format(Locale.ROOT, ":%04X :%04X", local.getPort(), remote.getPort()), c);
        }
      }
    }
    StringBuilder s = new StringBuilder("open TCP connections in the kernel: local, remote, state, queues\n");
    try {
      for (String line : Files.readAllLines(Path.of("/proc/net/tcp"))) {
        String[] field = line.trim().split(" +");
        String ports = field[1].replaceFirst("^[0-9A-F]*", "") + " " + field[2].replaceFirst("^[0-9A-F]*", "");
        if (open.containsKey(ports)) {
          s.append("  id ").append(open.get(ports).id()).append(": ").append(String.join(" ", List.of(field).subList(1, 5)))
              .append('\n');
        }
      }
    } catch (IOException e) {
      s.append(e);
    }
    return s.toString();
  }

  /** For people: what has not ended. */
  String stuck(int most) {
    StringBuilder s = new StringBuilder("round of connections " + first + " to " + (first + pairs.length() - 1) + ", " + settings
        + "\n" + alive + " alive, " + unfinished + " unfinished\n");
    int n = 0;
    for (int i = 0; i < pairs.length() && n < most; i++) {
      Pair p = pairs.get(i);
      if (p != null && !p.isDone() && p.scenario.dialer().act() != Act.STAY) {
        s.append("    connection ").append(p).append('\n');
        n++;
      }
    }
    return s.append(servers.stats()).append('\n').append(clients.stats()).toString();
  }
}
