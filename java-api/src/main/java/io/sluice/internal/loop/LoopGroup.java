package io.sluice.internal.loop;

import io.sluice.ConnectOptions;
import io.sluice.Connection;
import io.sluice.ConnectionHandler;
import io.sluice.ConnectionRegistry;
import io.sluice.EngineReport;
import io.sluice.EventLoop;
import io.sluice.EventLoopGroup;
import io.sluice.ListenOptions;
import io.sluice.Listener;
import io.sluice.LoopStats;
import io.sluice.UdpHandler;
import io.sluice.UdpOptions;
import io.sluice.UdpSocket;
import io.sluice.internal.engine.Engine;
import io.sluice.internal.load.Engines;
import io.sluice.internal.load.SctpNatives;
import io.sluice.internal.load.Selection;
import java.net.InetSocketAddress;
import java.net.SocketAddress;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.ThreadFactory;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Function;

/** The loops of a group, their threads and their common end. */
public final class LoopGroup implements EventLoopGroup {
  /** Longer waits are as good as unlimited. */
  static final Duration MAX_WAIT = Duration.ofDays(365);
  /** The longest grace period of a shutdown. */
  static final Duration MAX_GRACE = Duration.ofHours(24);

  private static final AtomicInteger NUMBERS = new AtomicInteger();

  private final int number = NUMBERS.incrementAndGet();
  private final boolean callerDriven;
  private final String bindingWanted;
  private final List<Loop> loops = new ArrayList<>();
  private final GroupConnections connections = new GroupConnections(this);
  private final List<Thread> threads = new ArrayList<>();
  private final AtomicInteger next = new AtomicInteger();
  private final SharedStage<ShutdownReport> ended = new SharedStage<>();
  private final List<Watch.Watched> watched = new ArrayList<>();
  /** Null: not the first group of this process. */
  private final StartAhead ahead;
  private Selection selection;

  private boolean shuttingDown;
  private int endedLoops;
  private long closed;
  private long aborted;
  private long bytesUnsent;
  private long leasesOutstanding;

  private LoopGroup(boolean callerDriven, String bindingWanted, StartAhead ahead) {
    this.callerDriven = callerDriven;
    this.bindingWanted = bindingWanted;
    this.ahead = ahead;
  }

  /** For {@link EventLoopGroup.Builder#build()}. */
  public static EventLoopGroup open(EventLoopGroup.Builder builder) {
    LoopMemory memory = LoopMemory.of(builder);
    StartAhead ahead = StartAhead.begin(memory, Engines.isNioAsked(builder.engine()));
    Selection selection = Engines.select(builder.engine(), builder.binding());
    LoopGroup group = new LoopGroup(builder.isCallerDriven(), builder.binding(), ahead);
    List<Engine> engines = new ArrayList<>();
    try {
      for (int i = 0; i < builder.threads(); i++) {
        Engines.Opened opened = Engines.openWithReport(selection, memory.engineConfig());
        // An engine that could not be opened is struck out: the loops after it take the same as this one.
        selection = opened.selection();
        engines.add(opened.engine());
        group.loops.add(new Loop(group, i, opened.engine(), memory, ahead));
      }
    } catch (RuntimeException | Error e) {
      engines.forEach(engine -> engine.destroy(true));
      throw e;
    }
    group.selection = selection;
    if (!group.callerDriven) {
      group.startThreads(builder.threadFactory());
    }
    group.watch(builder.stallThreshold(), AfterStart.of(selection));
    return group;
  }

  private void startThreads(ThreadFactory given) {
    int started = 0;
    try {
      makeThreads(given);
      for (Thread t : threads) {
        t.start();
        started++;
      }
    } catch (RuntimeException | Error e) {
      shutdown(Duration.ZERO); // Those that run end themselves.
      loops.subList(started, loops.size()).forEach(loop -> loop.engine.destroy(true));
      throw e;
    }
  }

  private void makeThreads(ThreadFactory given) {
    for (Loop loop : loops) {
      Thread t = given != null ? given.newThread(loop) : daemon(loop);
      if (t == null) {
        throw new IllegalStateException("the threadFactory returned null for loop " + loop.index());
      }
      loop.ownedBy(t);
      threads.add(t);
    }
  }

  private Thread daemon(Loop loop) {
    Thread t = new Thread(loop, "sluice-" + number + "-" + loop.index());
    t.setDaemon(true);
    return t;
  }

  private void watch(Duration stallThreshold, AfterStart afterStart) {
    synchronized (this) {
      if (endedLoops == loops.size()) {
        afterStart.end();
        return;
      }
      watched.add(afterStart);
      if (!stallThreshold.isZero()) {
        for (Loop loop : loops) {
          watched.add(new LoopWatch(loop, loop.counters, stallThreshold.toNanos()));
        }
      }
      for (Loop loop : loops) {
        if (loop.leaseChecks != null) {
          watched.add(loop.leaseChecks);
        }
      }
      JmxWatch jmx = JmxWatch.orNull(this, number);
      if (jmx != null) {
        watched.add(jmx);
      }
    }
    for (Watch.Watched w : watched) {
      Watch.INSTANCE.add(w);
    }
  }

  String name() {
    return "group " + number;
  }

  boolean isCallerDriven() {
    return callerDriven;
  }

  List<Loop> loopList() {
    return loops;
  }

  /** In turn. A loop that broke is passed over while there are others. */
  Loop nextLoop() {
    Loop loop;
    int tries = loops.size();
    do {
      loop = loops.get(Math.floorMod(next.getAndIncrement(), loops.size()));
    } while (loop.hasEnded() && --tries > 0);
    return loop;
  }

  /** The loop of the calling thread, so that what it connects stays with it; else the next one. */
  private Loop nearLoop() {
    for (Loop loop : loops) {
      if (loop.inLoop()) {
        return loop;
      }
    }
    return nextLoop();
  }

  // ------------------------------------------------------------------------------------------- sockets

  @Override
  public Listener listen(
      SocketAddress address, ListenOptions options, Function<? super Connection, ? extends ConnectionHandler> handlers) {
    Objects.requireNonNull(address, "address");
    Objects.requireNonNull(options, "options");
    Objects.requireNonNull(handlers, "handlers");
    Addresses.check(address);
    ListenerImpl listener = new ListenerImpl(this, address, options, handlers);
    listener.start();
    return listener;
  }

  @Override
  public CompletionStage<Connection> connect(SocketAddress address, ConnectOptions options, ConnectionHandler handler) {
    Objects.requireNonNull(address, "address");
    Objects.requireNonNull(options, "options");
    Objects.requireNonNull(handler, "handler");
    Options.check(options.connection().socketOptions());
    ConnectStage stage = new ConnectStage();
    try {
      Addresses.check(address);
    } catch (IllegalArgumentException e) {
      stage.fail(CloseReasons.badAddress(e.getMessage()));
      return stage;
    }
    Loop loop = nearLoop();
    Connector connector = new Connector(loop, address, options, handler, stage);
    stage.connector(connector);
    try {
      loop.execute(connector::start);
    } catch (RejectedExecutionException e) {
      connector.failed(CloseReasons.SHUTDOWN);
    }
    return stage;
  }

  @Override
  public CompletionStage<UdpSocket> bindUdp(InetSocketAddress local, UdpOptions options, UdpHandler handler) {
    return UdpOpening.bind(nearLoop(), local, options, handler);
  }

  @Override
  public CompletionStage<UdpSocket> connectUdp(InetSocketAddress peer, UdpOptions options, UdpHandler handler) {
    return UdpOpening.connect(nearLoop(), peer, options, handler);
  }

  @Override
  public CompletionStage<List<UdpSocket>> bindUdpOnEveryLoop(
      InetSocketAddress local, UdpOptions options, Function<? super EventLoop, ? extends UdpHandler> handlers) {
    return UdpOpening.sharded(loops, local, options, handlers);
  }

  @Override
  public ConnectionRegistry connections() {
    return connections;
  }

  @Override
  public List<EventLoop> loops() {
    return List.copyOf(loops);
  }

  /** Whether accepted sockets begin with the options of their listener: not promised by the JDK, so not for NIO. */
  boolean acceptedInherit() {
    return !engineName().equals("nio") && System.getProperty("os.name", "").startsWith("Linux");
  }

  @Override
  public LoopStats stats() {
    return LoopStats.sum(name(), loops.stream().map(Loop::stats).toList());
  }

  /** As {@link EngineReport#engine} names it. */
  public String engineName() {
    return selection.engine();
  }

  @Override
  public EngineReport report() {
    EngineReport report = selection.report();
    String known = SctpNatives.known(bindingWanted());
    List<EngineReport.Candidate> candidates = new ArrayList<>(report.candidates());
    candidates.add(
        new EngineReport.Candidate(
            "sctp", "udp", "".equals(known), known == null || known.isEmpty(), known == null ? "nobody has asked for it yet" : known));
    return new EngineReport(report.engine(), report.binding(), report.features(), candidates);
  }

  /** The binding that runs, or with the NIO engine the one that was asked for: null, or "auto", or a name. */
  public String bindingWanted() {
    return bindingWanted != null || selection.binding().equals("none") ? bindingWanted : selection.binding();
  }

  // ------------------------------------------------------------------------------------------- the end

  @Override
  public CompletionStage<ShutdownReport> shutdown(Duration grace) {
    if (grace.isNegative() || grace.compareTo(MAX_GRACE) > 0) {
      throw new IllegalArgumentException("grace " + grace + " is not within zero to " + MAX_GRACE);
    }
    synchronized (this) {
      if (shuttingDown) {
        return ended;
      }
      shuttingDown = true;
    }
    long nanos = grace.toNanos();
    for (Loop loop : loops) {
      try {
        loop.execute(() -> loop.shutdown().begin(nanos));
      } catch (RejectedExecutionException broken) {
        // This loop has ended by itself.
      }
    }
    return ended;
  }

  @Override
  public void close() {
    CompletableFuture<ShutdownReport> end = shutdown(DEFAULT_GRACE).toCompletableFuture();
    for (Loop loop : loops) {
      if (callerDriven ? loop.inTurn() : loop.inLoop()) {
        return; // Waiting here would wait for itself.
      }
    }
    if (ahead != null) {
      ahead.awaitEnd();
    }
    if (callerDriven) {
      drive(end);
      Watch.INSTANCE.awaitEnd();
      return;
    }
    end.join();
    boolean interrupted = false;
    for (Thread t : threads) {
      interrupted |= !joined(t);
    }
    Watch.INSTANCE.awaitEnd();
    if (interrupted) {
      Thread.currentThread().interrupt();
    }
  }

  /** The thread has nothing left to do but to end. */
  private static boolean joined(Thread t) {
    try {
      t.join();
      return true;
    } catch (InterruptedException e) {
      return false;
    }
  }

  /** Turns the loops of this thread, and those that nobody has turned yet, until the end. */
  private void drive(CompletableFuture<ShutdownReport> end) {
    while (!end.isDone()) {
      boolean any = false;
      for (Loop loop : loops) {
        if (!loop.hasEnded() && loop.tryClaim()) {
          any = true;
          loop.turn(Duration.ofMillis(1));
        }
      }
      if (!any) {
        return; // Other threads drive the rest.
      }
    }
  }

  void loopEnded(Loop loop, ShutdownReport r) {
    ShutdownReport sum;
    synchronized (this) {
      closed += r.connectionsClosed();
      aborted += r.connectionsAborted();
      bytesUnsent += r.bytesUnsent();
      leasesOutstanding += r.leasesOutstanding();
      if (++endedLoops < loops.size()) {
        return;
      }
      shuttingDown = true;
      sum = new ShutdownReport(closed, aborted, bytesUnsent, leasesOutstanding);
    }
    for (Watch.Watched w : watched) {
      Watch.INSTANCE.remove(w);
      end(w);
    }
    ended.finish(sum);
  }

  /** Whatever it does: the group's end must be told. */
  private static void end(Watch.Watched w) {
    try {
      w.end();
    } catch (Throwable t) {
      FaultLog.log(FaultLog.Fault.WATCH, w.toString(), t);
    }
  }

  @Override
  public String toString() {
    return "event loop group " + number + " of " + loops.size() + ", " + engineName() + ", " + selection.binding();
  }
}
